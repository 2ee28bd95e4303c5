"""The order in which records arrive, and so the ids that they get, change no link."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.records import Entity
from correlator.linking import correlate
from tests.correlator.builders import evidence, frame
from tests.correlator.worlds import World, base, permuted, worlds

_ID_OF = {
    Entity.ITEM: "item_id",
    Entity.COMMIT: "commit_id",
    Entity.MERGE_REQUEST: "merge_request_id",
    Entity.BUILD: "build_id",
    Entity.DEPLOYMENT: "deployment_id",
    Entity.CHANGE: "change_id",
    Entity.INCIDENT: "incident_id",
}
RULES_OF_THE_BASE = """
    key_in_message key_in_quote reference_in_message mention_in_message key_in_branch key_in_title
    key_in_description reference_in_request mention_in_request key_in_parameters key_in_change
    listed merge_sha squash_sha fast_forward rebased merge_request same_patch revert_of
    cherry_pick_of reverts_request revert_of_request revision built_commit request_ref
    built_request same_build pipeline first_deployment correlation caused_by caused_by_change
"""

Link = tuple[str, int, int, float, str]


def found(world: World, ids: dict[str, list[int]] | None = None) -> list[Link]:
    """All links in order, their ends by the places that the things have in the unpermuted world."""
    frames: dict[str, Any] = {name: frame(name, *rows) for name, rows in world.items()}
    names = ("rule", "a_kind", "a_id", "b_kind", "b_id", "confidence", "evidence")
    table = correlate(evidence(**frames))
    rows = zip(*(table[name].tolist() for name in names), strict=True)

    def place(kind: int, number: int) -> int:
        return number if ids is None else ids[_ID_OF[Entity(kind)]].index(number)

    return sorted(
        (rule, place(a_kind, a), place(b_kind, b), round(confidence, 9), text)
        for rule, a_kind, a, b_kind, b, confidence, text in rows
    )


def test_the_world_around_which_others_are_made_has_links_of_these_rules() -> None:
    """A property of worlds without links says nothing."""
    assert {link[0] for link in found(base())} >= set(RULES_OF_THE_BASE.split())


@given(st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_links_do_not_depend_on_the_order_of_arrival(data: st.DataObject) -> None:
    world = data.draw(worlds())
    other, ids = data.draw(st.composite(lambda draw: permuted(draw, world))())
    assert found(other, ids) == found(world)

"""Verdicts by names: found again under other ids, by what people call things, counted by rule."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from sqlalchemy.orm import Session

from core.records import Entity
from store import judged_links, links, verdicts
from store.models import build, git_commit, item_key, merge_request, repository, source, work_item
from store.verdict_ends import End, known_by_ends, known_by_ids, known_by_key

SHAS = {1: "ab" * 20, 2: "ab" + "c" * 38}
ITEM = End(Entity.ITEM, "jira", "", "10042")
COMMIT = End(Entity.COMMIT, "gitlab", "77", SHAS[1])


@pytest.fixture
def shop(session: Session) -> Session:
    """SHOP-1, once OLD-1; two commits in two repositories whose shas begin alike; !8 and job#7."""
    session.execute(source.insert(), [{"id": 1, "name": "jira"}, {"id": 2, "name": "gitlab"}])
    item = {"id": 5, "source_id": 1, "external_id": "10042", "key": "SHOP-1", "created_ts": 1}
    session.execute(
        work_item.insert(), [item | {"updated_ts": 1, "subtask": False, "changelog_complete": True}]
    )
    keys = [("SHOP-1", True), ("OLD-1", False)]
    session.execute(
        item_key.insert(),
        [{"source_id": 1, "key": key, "item_id": 5, "current": now} for key, now in keys],
    )
    for number, path in ((1, "shop/web"), (2, "shop/api")):
        home = {"id": number, "source_id": 2, "external_id": f"{76 + number}", "path": path}
        session.execute(repository.insert(), [home])
        one = {"id": number, "repository_id": number, "sha": SHAS[number]}
        session.execute(git_commit.insert(), [one])
    request = {"id": 3, "repository_id": 1, "external_id": "901", "number": 8}
    session.execute(merge_request.insert(), [request | {"created_ts": 1, "updated_ts": 1}])
    made = {"id": 4, "source_id": 2, "external_id": "b1", "job": "shop/web", "number": 7}
    session.execute(build.insert(), [made])
    return session


def _say(session: Session, answer: str, b: End = COMMIT, *, ts: int = 50) -> verdicts.Verdict:
    return verdicts.add(session, (ITEM, b), answer=answer, who="anna", why="so", ts=ts)


@pytest.mark.parametrize(
    ("kind", "key", "within", "ids"),
    [
        (Entity.ITEM, "shop-1", "", [5]),
        (Entity.ITEM, "OLD-1", "", [5]),
        (Entity.ITEM, "SHOP-2", "", []),
        (Entity.COMMIT, "ABABABA", "", [1]),
        (Entity.COMMIT, "ab", "", [1, 2]),
        (Entity.COMMIT, "ab", "shop/api", [2]),
        (Entity.COMMIT, "a%", "", []),
        (Entity.MERGE_REQUEST, "8", "shop/web", [3]),
        (Entity.MERGE_REQUEST, "8", "shop/api", []),
        (Entity.MERGE_REQUEST, "9" * 30, "", []),
        (Entity.BUILD, "shop/web#7", "", [4]),
        (Entity.BUILD, "7", "", []),
        (Entity.CHANGE, "CHG1", "", []),
    ],
)
def test_things_are_found_by_what_people_call_them(
    shop: Session, kind: Entity, key: str, within: str, ids: Sequence[int]
) -> None:
    assert [one.id for one in known_by_key(shop, kind, key, within=within)] == ids


def test_names_and_ids_lead_to_each_other(shop: Session) -> None:
    request = End(Entity.MERGE_REQUEST, "gitlab", "77", "8")
    job = End(Entity.BUILD, "gitlab", "", "b1")
    unknown = End(Entity.COMMIT, "gitlab", "78", SHAS[1])
    found = known_by_ends(shop, [ITEM, COMMIT, request, job, unknown])
    assert {end: one.id for end, one in found.items()} == {ITEM: 5, COMMIT: 1, request: 3, job: 4}
    assert [found[end].label for end in (ITEM, COMMIT, request, job)] == [
        "SHOP-1",
        "abababab",
        "!8",
        "shop/web#7",
    ]
    for end, one in found.items():
        assert known_by_ids(shop, end.kind, [one.id])[one.id] == one


def test_the_newest_of_a_pair_counts_and_a_withdrawal_ends_it(shop: Session) -> None:
    first, second = _say(shop, "rejected"), _say(shop, "confirmed")
    other = _say(shop, "rejected", End(Entity.COMMIT, "gitlab", "78", SHAS[2]))
    assert [one.id for one in verdicts.in_effect(shop)] == [second.id, other.id]
    assert verdicts.latest(shop) == {second.id, other.id}
    assert [one.id for one in verdicts.about(shop, [COMMIT])] == [second.id]
    assert [one.id for one in verdicts.about(shop, [ITEM])] == [other.id, second.id]
    _say(shop, "withdrawn")
    assert [one.id for one in verdicts.in_effect(shop)] == [other.id]
    assert verdicts.find(shop, first.id) == first
    assert verdicts.count(shop) == 4


def test_the_same_name_elsewhere_is_another_thing(shop: Session) -> None:
    _say(shop, "rejected", End(Entity.COMMIT, "gitlab", "78", SHAS[1]))
    assert verdicts.about(shop, [COMMIT]) == []


def test_verdicts_are_unseen_until_links_were_made_with_them(shop: Session) -> None:
    assert not verdicts.unseen(shop)
    first = _say(shop, "rejected")
    before = verdicts.version(shop)
    later = _say(shop, "confirmed")
    verdicts.mark_seen(shop, up_to=first.id, now_ts=90)
    assert verdicts.unseen(shop)
    verdicts.mark_seen(shop, up_to=later.id, now_ts=91)
    assert not verdicts.unseen(shop)
    assert [one.seen_ts for one in verdicts.page(shop, before=None, limit=9)] == [91, 90]
    assert verdicts.version(shop) != before


def _links(*rows: tuple[int, str]) -> pd.DataFrame:
    table = [(1, 5, 2, b, rule, 0.8, f"by {rule}") for b, rule in rows]
    names = ["a_kind", "a_id", "b_kind", "b_id", "rule", "confidence", "evidence"]
    return pd.DataFrame(table, columns=names)


def test_agreement_counts_links_by_rule_and_what_no_rule_found(shop: Session) -> None:
    kinds = {"a_kind": Entity.ITEM, "b_kind": Entity.COMMIT, "now_ts": 1}
    found = [(1, "key_in_message"), (1, "merge_request"), (1, "human"), (2, "human")]
    links.replace(shop, _links(*found, (3, "key_in_message")), **kinds)
    links.replace(shop, _links((9, "merge_request")), **kinds, overruled=True)
    assert judged_links.confirmed_by_rule(shop) == {"key_in_message": 1, "merge_request": 1}
    assert judged_links.rejected_by_rule(shop) == {"merge_request": 1}
    assert judged_links.missed(shop) == {(1, 2): 1}
    assert judged_links.by_people(shop) == {(1, 5, 2, 1), (1, 5, 2, 2)}
    told = judged_links.overruled(shop, [(1, 5, 2, 9), (1, 5, 2, 1)])
    assert {pair: [one["rule"] for one in rows] for pair, rows in told.items()} == {
        (1, 5, 2, 9): ["merge_request"]
    }

"""Facts follow what they are made of: records, rules of a stream, and what belongs to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.frames import NONE
from core.records import (
    Block,
    BlockKind,
    Commit,
    Deployment,
    Entity,
    Incident,
    ItemKey,
    ItemLink,
    Project,
    Ref,
    Repository,
    Result,
    StatusCategory,
    WorkflowStatus,
    WorkItem,
)
from core.settings import Settings
from pipeline.database import Database
from pipeline.snapshots import Snapshots
from pipeline.sync import bring_up_to_date
from store import frames
from tests.pipeline.shop import (
    DAY,
    START,
    STATUSES,
    facts_of,
    item,
    save,
    settings_of,
    stream,
    version_of,
)


@pytest.mark.parametrize(
    "narrowed", [{"projects": ["SHOP"]}, {"projects": ["SHOP", "PAY"], "types": ["Story"]}]
)
def test_an_item_that_the_configuration_leaves_out_from_now_on_leaves_its_stream(
    database: Database, narrowed: dict[str, Any]
) -> None:
    save(database, *STATUSES, *item(1), *item(2, "PAY", type="Bug"))
    bring_up_to_date(settings_of(stream(projects=["SHOP", "PAY"])), database)
    assert set(facts_of(database).index) == {"SHOP-1", "PAY-2"}
    before = version_of(database)
    bring_up_to_date(settings_of(stream(**narrowed)), database)
    assert set(facts_of(database).index) == {"SHOP-1"}
    assert version_of(database) > before


def test_an_item_that_leaves_its_stream_takes_its_facts_along(database: Database) -> None:
    save(database, *STATUSES, *item(1), *item(2), *item(3))
    bring_up_to_date(settings_of(), database)
    moved = WorkItem("1", "PAY-9", "PAY", "Story", "Pay", START, START, "3")
    nested = WorkItem("2", "SHOP-2", "SHOP", "Sub-task", "Pay", START, START, "3", subtask=True)
    save(database, moved, nested)
    bring_up_to_date(settings_of(), database)
    assert set(facts_of(database).index) == {"SHOP-3"}


@pytest.mark.parametrize(
    ("kind", "detail", "rule"),
    [
        (BlockKind.LABEL, "on hold", {"labels": ["On Hold"]}),
        (BlockKind.LINK, "is blocked by PAY-7", {"links": ["Is blocked by"]}),
        (BlockKind.FLAG, "Impediment", {"field": "impediment"}),
    ],
)
def test_a_block_counts_in_the_streams_whose_rule_names_it_in_any_case(
    database: Database, kind: BlockKind, detail: str, rule: dict[str, Any]
) -> None:
    block = Block("1", kind, detail, START + 2 * DAY, START + 3 * DAY)
    save(database, *STATUSES, *item(1), block)
    other = {"labels": ["legal"], "links": ["depends on"], "field": "Waiting for"}
    streams = (stream(blocked=rule), stream("other", blocked=other))
    bring_up_to_date(settings_of(*streams), database)
    assert facts_of(database)["blocked_s"].tolist() == [86_400]
    assert facts_of(database, "other")["blocked_s"].tolist() == [0]


@pytest.mark.parametrize("name", ["in progress", "id:2"])
def test_a_blocked_status_is_named_as_in_stages(database: Database, name: str) -> None:
    save(database, *STATUSES, *item(1))
    bring_up_to_date(settings_of(stream(blocked={"statuses": [name]})), database)
    assert facts_of(database)["blocked_s"].tolist() == [4 * 86_400]


def test_a_stream_without_stages_follows_the_category_of_a_status(database: Database) -> None:
    save(database, *STATUSES, *item(1))
    bare = settings_of(stream(stages=[]))
    bring_up_to_date(bare, database)
    assert facts_of(database)["active_s"].tolist() == [4 * 86_400]
    save(database, WorkflowStatus("2", "In Progress", StatusCategory.NEW))
    bring_up_to_date(bare, database)
    facts = facts_of(database).loc["SHOP-1"]
    assert (facts["active_s"], facts["committed_ts"], facts["start_reason"]) == (
        0,
        NONE,
        "no_start",
    )


def test_a_new_title_moves_the_version_by_which_answers_are_kept(database: Database) -> None:
    save(database, *STATUSES, *item(1))
    settings = settings_of()
    bring_up_to_date(settings, database)
    kept = Snapshots(settings)
    with database.read() as session:
        assert kept.present(session).streams["checkout"].items["title"].tolist() == ["Pay"]
    save(database, WorkItem("1", "SHOP-1", "SHOP", "Story", "Refund", START, START, "3"))
    bring_up_to_date(settings, database)
    with database.read() as session:
        assert kept.present(session).streams["checkout"].items["title"].tolist() == ["Refund"]


SHAS = ("a" * 40, "b" * 40)


def _shop(**more: Any) -> dict[str, Any]:
    return {"name": "shop", "repositories": ["acme/shop"], **more}


def _delivered(
    database: Database, *, ref: str = "main", heads: str = SHAS[1], source: str = "gitlab"
) -> None:
    """Two commits, the second for SHOP-1; each was deployed on the day it was made."""
    save(
        database,
        Repository("7", "acme/shop", "main", "https://g.example/acme/shop"),
        Ref("7", "branch", "main", heads),
        Commit("7", SHAS[0], START, START, "Begin", ()),
        Commit("7", SHAS[1], START + DAY, START + DAY, "SHOP-1 pay", (SHAS[0],)),
        *(
            Deployment(
                str(number),
                "production",
                Result.SUCCESS,
                START + number * DAY,
                repository="7",
                sha=sha,
                ref=ref,
                finished_at=START + number * DAY + timedelta(hours=1),
            )
            for number, sha in enumerate(SHAS)
        ),
        source=source,
    )


def test_a_branch_that_is_moved_forward_releases_what_it_takes_in(database: Database) -> None:
    save(database, *STATUSES, Project("10", "SHOP", "Shop"), *item(1))
    _delivered(database, heads=SHAS[0])
    settings = settings_of(services=[_shop()])
    bring_up_to_date(settings, database)
    assert facts_of(database)["released_ts"].tolist() == [NONE]
    save(database, Ref("7", "branch", "main", SHAS[1]), source="gitlab")
    bring_up_to_date(settings, database)
    live = START + DAY + timedelta(hours=1)
    assert facts_of(database)["released_ts"].tolist() == [int(live.timestamp())]


def test_facts_follow_the_rule_of_hotfixes(database: Database) -> None:
    _delivered(database, ref="urgent/pay")
    settings = settings_of(services=[_shop()])
    bring_up_to_date(settings, database)
    assert _kinds(settings, database) == ["planned", "planned"]
    settings = settings_of(services=[_shop()], dora={"hotfix": {"branches": ["urgent/*"]}})
    bring_up_to_date(settings, database)
    assert _kinds(settings, database) == ["hotfix", "hotfix"]


def _kinds(settings: Settings, database: Database) -> list[str]:
    with database.read() as session:
        found = Snapshots(settings).present(session).services["shop"].deployments
        return list(found["kind"])


def test_incidents_find_their_service_without_any_deployment(database: Database) -> None:
    incident = Incident("i1", "INC1", "Down", "", "", None, START, START, ci="Shop Web")
    save(database, incident, source="desk")
    bring_up_to_date(settings_of(services=[_shop()]), database)
    settings = settings_of(services=[_shop(configuration_items=["shop web"])])
    bring_up_to_date(settings, database)
    with database.read() as session:
        found = Snapshots(settings).present(session).services["shop"].incidents
    assert len(found) == 1


def test_a_service_of_no_stream_is_answered_from_its_newest_facts(database: Database) -> None:
    settings = settings_of(services=[_shop()]).model_copy(update={"streams": ()})
    kept = Snapshots(settings)
    for wanted in (2, 3):
        if wanted == 2:
            _delivered(database)
        else:
            again = START + 9 * DAY
            more = Deployment(
                "9", "production", Result.SUCCESS, again, repository="7", finished_at=again
            )
            save(database, more, source="gitlab")
        bring_up_to_date(settings, database)
        with database.read() as session:
            assert len(kept.present(session).services["shop"].deployments) == wanted


def test_an_idea_is_linked_in_the_words_of_the_tracker_in_any_case(database: Database) -> None:
    idea = WorkItem("90", "IDEA-90", "IDEA", "Idea", "Pay", START - 9 * DAY, START, "1")
    save(database, *STATUSES, idea, *item(1), ItemLink("1", "implements", "IDEA-90"))
    ideas = {"source": "jira", "projects": ["IDEA"], "link": "Implements"}
    bring_up_to_date(settings_of(stream(ideas=ideas)), database)
    assert facts_of(database)["idea_ts"].tolist() == [int((START - 9 * DAY).timestamp())]


def test_only_items_of_the_projects_that_hold_ideas_are_ideas(database: Database) -> None:
    """SHOP-8 is what SHOP-1 implements as well: an older ticket, but none of those projects."""
    older = WorkItem("8", "SHOP-8", "SHOP", "Task", "Tidy", START - 90 * DAY, START, "1")
    idea = WorkItem("90", "IDEA-90", "IDEA", "Idea", "Pay", START - 9 * DAY, START, "1")
    linked = [ItemLink("1", "implements", key) for key in ("SHOP-8", "IDEA-90")]
    save(database, *STATUSES, older, idea, *item(1), *linked)
    ideas = {"source": "jira", "projects": ["IDEA"], "link": "implements"}
    bring_up_to_date(settings_of(stream(types=["Story"], ideas=ideas)), database)
    assert facts_of(database)["idea_ts"].tolist() == [int((START - 9 * DAY).timestamp())]


def test_an_idea_of_another_tracker_than_the_configured_one_is_none(database: Database) -> None:
    idea = WorkItem("90", "IDEA-90", "IDEA", "Idea", "Pay", START - 9 * DAY, START, "1")
    save(database, *STATUSES, idea, *item(1), ItemLink("1", "implements", "IDEA-90"))
    other = {"name": "other", "kind": "jira", "url": "https://o.example", "projects": ["SHOP"]}
    ideas = {"source": "other", "projects": ["IDEA"], "link": "implements"}
    known = [one.model_dump() for one in settings_of().sources]
    bring_up_to_date(settings_of(stream(ideas=ideas), sources=[*known, other]), database)
    assert facts_of(database)["idea_ts"].tolist() == [int(START.timestamp())]


def test_a_hotfix_for_a_defect_is_rework_without_any_incident(database: Database) -> None:
    save(database, *STATUSES, Project("10", "SHOP", "Shop"), *item(1, type="Bug"))
    _delivered(database, ref="hotfix/pay")
    settings = settings_of(services=[_shop()])
    bring_up_to_date(settings, database)
    assert _rework(settings, database) == [False, True]
    settings = settings_of(services=[_shop()], types={"defect": ["Mishap"]})
    bring_up_to_date(settings, database)
    assert _rework(settings, database) == [False, False]


def _rework(settings: Settings, database: Database) -> list[bool]:
    with database.read() as session:
        found = Snapshots(settings).present(session).services["shop"].deployments
        return list(found["rework"].astype(bool))


def test_a_source_that_gets_another_name_is_counted_once(database: Database) -> None:
    tickets = (*STATUSES, Project("10", "SHOP", "Shop"), *item(1))
    settings = settings_of(services=[_shop()])
    save(database, *tickets)
    _delivered(database)
    bring_up_to_date(settings, database)
    before = facts_of(database)["released_ts"].tolist()
    assert before != [NONE]
    renamed = [
        {"name": "tracker", "kind": "jira", "url": "https://j.example", "projects": ["SHOP"]},
        {"name": "code", "kind": "gitlab", "url": "https://g.example"},
    ]
    tracked = {**stream(), "items": {"source": "tracker", "projects": ["SHOP"]}}
    settings = settings_of(tracked, sources=renamed, services=[_shop()])
    save(database, *tickets, source="tracker")
    _delivered(database, source="code")
    bring_up_to_date(settings, database)
    assert _kinds(settings, database) == ["planned", "planned"]
    assert facts_of(database)["released_ts"].tolist() == before


def test_a_source_that_is_no_longer_configured_is_no_longer_counted(database: Database) -> None:
    _delivered(database)
    settings = settings_of(services=[_shop()])
    bring_up_to_date(settings, database)
    assert len(_kinds(settings, database)) == 2
    settings = settings_of(services=[_shop()], sources=[settings.sources[0].model_dump()])
    bring_up_to_date(settings, database)
    assert _kinds(settings, database) == []


def test_a_key_that_another_tracker_has_now_names_the_tickets_of_both(database: Database) -> None:
    """SHOP-1 became PAY-9 at one tracker; the other one has a SHOP-1 of its own."""
    first, *moves = item(1, "PAY")
    save(
        database,
        *STATUSES,
        Project("10", "SHOP", "Shop"),
        first,
        *moves,
        ItemKey("1", "SHOP-1", False),
    )
    other = {"name": "other", "kind": "jira", "url": "https://o.example", "projects": ["SHOP"]}
    save(database, *STATUSES, Project("10", "SHOP", "Shop"), *item(1), source="other")
    _delivered(database)
    settings = settings_of()
    settings = settings_of(sources=[*(one.model_dump() for one in settings.sources), other])
    bring_up_to_date(settings, database)
    with database.read() as session:
        links = frames.links(session, Entity.ITEM, Entity.COMMIT)
    assert links["a_id"].nunique() == 2
    assert links["confidence"].nunique() == 1

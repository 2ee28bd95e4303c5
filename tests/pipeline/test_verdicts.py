"""What people say moves the numbers, and stays through whatever is read or computed again."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.frames import NONE
from core.records import (
    Commit,
    Deployment,
    Entity,
    Field,
    ItemKey,
    MergeRequest,
    MergeState,
    Project,
    Record,
    Ref,
    Repository,
    Result,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)
from core.settings import Settings
from pipeline.database import Database
from pipeline.stages import CORRELATE
from pipeline.stopping import Stop
from pipeline.sync import bring_up_to_date
from pipeline.verdict_look import VerdictLook
from store import dirty, frames, verdicts
from store.judged_links import by_people
from store.models import link, overruled_link, work_item
from store.records import save_records
from store.sources import SourceRow, ensure_sources
from store.verdict_ends import End
from store.verdicts import CONFIRMED, REJECTED, WITHDRAWN

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SHAS = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)
ITEM = End(Entity.ITEM, "jira", "", "1")
OTHER = End(Entity.ITEM, "jira", "", "2")
COMMITS = [End(Entity.COMMIT, "gitlab", "7", sha) for sha in SHAS]


@pytest.fixture
def settings() -> Settings:
    stages = [
        {"name": "Ideas", "state": "new", "statuses": ["To Do"]},
        {"name": "Live", "state": "done", "statuses": ["Done"]},
    ]
    items = {"source": "jira", "projects": ["SHOP"]}
    return Settings.model_validate(
        {
            "sources": [
                {"name": "jira", "kind": "jira", "url": "https://j.example", "projects": ["SHOP"]},
                {"name": "gitlab", "kind": "gitlab", "url": "https://g.example"},
            ],
            "services": [{"name": "shop", "repositories": ["acme/shop"]}],
            "streams": [{"name": "checkout", "items": items, "stages": stages}],
        }
    )


def _save(database: Database, source: str, *records: Record) -> None:
    with database.writing() as session:
        ids = ensure_sources(session, [SourceRow(source, source, f"https://{source}.example")])
        saved = save_records(session, ids[source], records)
        for entity, found in saved.ids.items():
            dirty.mark(session, CORRELATE, entity, found)


def _tickets(key: str = "SHOP-1") -> Sequence[Record]:
    statuses = [
        WorkflowStatus("1", "To Do", StatusCategory.NEW),
        WorkflowStatus("3", "Done", StatusCategory.DONE),
    ]
    made = [
        WorkItem(name, one, "SHOP", "Story", "Pay", START, START, "3")
        for name, one in (("1", key), ("2", "SHOP-2"))
    ]
    moves = [Transition(n, START + 5 * DAY, 1, Field.STATUS, "1", "3") for n in ("1", "2")]
    return [*statuses, Project("10", "SHOP", "Shop"), *made, *moves]


def _code() -> Sequence[Record]:
    """SHOP-1 in two of four commits; each commit is deployed on its own, a day after the one
    before.
    """
    messages = ("base", "begin", "SHOP-1 pay", "SHOP-1 repay")
    return [
        Repository("7", "acme/shop", "main", "https://g.example/acme/shop"),
        Ref("7", "branch", "main", SHAS[-1]),
        *(
            Commit("7", sha, START + n * DAY, START + n * DAY, text, SHAS[n - 1 : n])
            for n, (sha, text) in enumerate(zip(SHAS, messages, strict=True))
        ),
        *(
            Deployment(
                str(n),
                "production",
                Result.SUCCESS,
                START + n * DAY,
                repository="7",
                sha=sha,
                ref="main",
                finished_at=START + n * DAY + timedelta(hours=1),
            )
            for n, sha in enumerate(SHAS)
        ),
    ]


@pytest.fixture
def shop(database: Database, settings: Settings) -> Database:
    """SHOP-1 went live with its last commit, on day 3."""
    _save(database, "jira", *_tickets())
    _save(database, "gitlab", *_code())
    bring_up_to_date(settings, database)
    assert _released(database) == {"1": _live(3), "2": NONE}
    return database


def _live(day: int) -> int:
    return int((START + day * DAY + timedelta(hours=1)).timestamp())


def _released(database: Database) -> dict[str, int]:
    """When each item went live, by its id at the tracker."""
    with database.read() as session:
        stream = int(frames.value_streams(session)["stream_id"].iloc[0])
        facts = frames.item_facts(session, stream).set_index("item_id")["released_ts"]
        rows = session.execute(select(work_item.c.id, work_item.c.external_id))
        return {name: int(facts[number]) for number, name in rows}


def _say(database: Database, a: End, b: End, answer: str, why: str = "seen it") -> None:
    with database.writing() as session:
        verdicts.add(session, (a, b), answer=answer, who="anna", why=why, ts=1_795_132_800)


def test_a_rejected_link_moves_the_release_of_its_item(shop: Database, settings: Settings) -> None:
    _say(shop, ITEM, COMMITS[3], REJECTED)
    report = bring_up_to_date(settings, shop)
    assert report.links.ran
    assert _released(shop)["1"] == _live(2)
    with shop.read() as session:
        assert session.execute(select(overruled_link.c.rule)).scalars().all() == ["key_in_message"]


def test_an_added_link_comes_in(shop: Database, settings: Settings) -> None:
    _say(shop, OTHER, COMMITS[1], CONFIRMED)
    bring_up_to_date(settings, shop)
    assert _released(shop)["2"] == _live(1)
    with shop.read() as session:
        told = select(link.c.evidence).where(link.c.rule == "human")
        (text,) = session.execute(told).scalars()
    assert text == "Confirmed by anna on 2026-11-20: seen it"


def test_a_withdrawn_verdict_leaves_the_rules_to_decide(shop: Database, settings: Settings) -> None:
    for answer in (REJECTED, WITHDRAWN):
        _say(shop, ITEM, COMMITS[3], answer)
        bring_up_to_date(settings, shop)
    assert _released(shop)["1"] == _live(3)
    with shop.read() as session:
        assert session.execute(select(overruled_link.c.rule)).all() == []
        assert verdicts.count(session) == 2


def test_a_rejected_deployment_leaves_the_commit_without_one(
    shop: Database, settings: Settings
) -> None:
    deployment = End(Entity.DEPLOYMENT, "gitlab", "", "3")
    _say(shop, COMMITS[3], deployment, REJECTED)
    bring_up_to_date(settings, shop)
    assert _released(shop)["1"] == NONE
    later = Deployment(
        "9",
        "production",
        Result.SUCCESS,
        START + 9 * DAY,
        repository="7",
        sha=SHAS[3],
        finished_at=START + 9 * DAY + timedelta(hours=1),
    )
    _save(shop, "gitlab", later)
    _say(shop, COMMITS[3], End(Entity.DEPLOYMENT, "gitlab", "", "9"), CONFIRMED)
    bring_up_to_date(settings, shop)
    assert _released(shop)["1"] == _live(9)


def test_verdicts_stay_when_all_is_read_and_computed_again_under_another_key(
    shop: Database, settings: Settings
) -> None:
    _say(shop, ITEM, COMMITS[3], REJECTED)
    _say(shop, OTHER, COMMITS[1], CONFIRMED)
    bring_up_to_date(settings, shop)
    judged = _released(shop)
    _save(shop, "jira", *_tickets("SHOP-77"), ItemKey("1", "SHOP-1", False))
    _save(shop, "gitlab", *_code())
    bring_up_to_date(settings, shop, everything=True)
    assert judged == _released(shop) == {"1": _live(2), "2": _live(1)}


def test_verdicts_stay_where_records_get_other_ids(database: Database, settings: Settings) -> None:
    """A database that is made anew, into which only the verdicts were taken along."""
    _say(database, ITEM, COMMITS[3], REJECTED)
    _say(database, OTHER, COMMITS[1], CONFIRMED)
    _save(
        database,
        "gitlab",
        Repository("70", "acme/else", "main", ""),
        Commit("70", "e" * 40, START, START, "", ()),
    )
    bring_up_to_date(settings, database)
    _save(database, "jira", *reversed(_tickets()))
    _save(database, "gitlab", *_code())
    bring_up_to_date(settings, database)
    assert _released(database) == {"1": _live(2), "2": _live(1)}


def test_a_verdict_on_what_is_not_known_waits_for_it(shop: Database, settings: Settings) -> None:
    unknown = End(Entity.COMMIT, "gitlab", "7", "e" * 40)
    _say(shop, OTHER, unknown, CONFIRMED)
    bring_up_to_date(settings, shop)
    with shop.read() as session:
        assert by_people(session) == set()
        assert not verdicts.unseen(session)
    _save(shop, "gitlab", Commit("7", "e" * 40, START, START, "tidy", (SHAS[3],)))
    bring_up_to_date(settings, shop)
    with shop.read() as session:
        assert len(by_people(session)) == 1


def test_without_anything_new_nothing_is_computed(shop: Database, settings: Settings) -> None:
    _say(shop, ITEM, COMMITS[3], REJECTED)
    assert bring_up_to_date(settings, shop).links.ran
    assert not bring_up_to_date(settings, shop).links.ran


def test_a_rejected_merge_request_takes_the_commits_along_that_only_it_linked(
    shop: Database, settings: Settings
) -> None:
    request = MergeRequest(
        "901",
        "7",
        8,
        "Pay",
        "",
        "feature/shop-2",
        "main",
        MergeState.MERGED,
        START,
        START,
        commits=(SHAS[1],),
    )
    _save(shop, "gitlab", request)
    bring_up_to_date(settings, shop)
    assert _released(shop)["2"] == _live(1)
    _say(shop, OTHER, End(Entity.MERGE_REQUEST, "gitlab", "7", "8"), REJECTED)
    bring_up_to_date(settings, shop)
    assert _released(shop)["2"] == NONE


def test_the_server_makes_a_verdict_count_without_reading_any_source(
    shop: Database, settings: Settings
) -> None:
    look = VerdictLook(settings, shop, threading.Lock(), Stop())
    assert not look()
    _say(shop, ITEM, COMMITS[3], REJECTED)
    assert look()
    assert _released(shop)["1"] == _live(2)
    assert not look()


def test_a_server_that_is_stopping_leaves_it_for_the_next_one(
    shop: Database, settings: Settings
) -> None:
    _say(shop, ITEM, COMMITS[3], REJECTED)
    stop = Stop()
    stop.ask()
    assert not VerdictLook(settings, shop, threading.Lock(), stop)()
    with shop.read() as session:
        assert verdicts.unseen(session)


def test_links_of_people_stay_when_only_a_part_is_linked_anew(
    shop: Database, settings: Settings
) -> None:
    """A merge request that names nothing of the shop's, to which a person put a commit."""
    request = MergeRequest(
        "901", "7", 8, "SHOP-2 pay", "", "x", "main", MergeState.OPEN, START, START, commits=()
    )
    _save(shop, "gitlab", request)
    _say(shop, COMMITS[1], End(Entity.MERGE_REQUEST, "gitlab", "7", "8"), CONFIRMED)
    _say(shop, OTHER, COMMITS[2], CONFIRMED)
    bring_up_to_date(settings, shop)
    before = _by_rule(shop)
    assert {"human", "merge_request"} <= {rule for rule, _, _ in before}
    for record in (
        Commit("7", SHAS[1], START + DAY, START + DAY, "begin again", (SHAS[0],)),
        Commit("7", SHAS[2], START + 2 * DAY, START + 2 * DAY, "SHOP-1 paid", (SHAS[1],)),
    ):
        _save(shop, "gitlab", record)
        bring_up_to_date(settings, shop)
        assert _by_rule(shop) == before
    renamed = replace(request, title="SHOP-1 pay")
    _save(shop, "gitlab", renamed)
    bring_up_to_date(settings, shop)
    part = _by_rule(shop)
    bring_up_to_date(settings, shop, everything=True)
    assert part == _by_rule(shop) != before


def test_a_ticket_that_comes_late_finds_the_commit_that_a_person_named(
    shop: Database, settings: Settings
) -> None:
    late = End(Entity.ITEM, "jira", "", "3")
    _say(shop, late, COMMITS[1], CONFIRMED)
    bring_up_to_date(settings, shop)
    _save(shop, "jira", WorkItem("3", "SHOP-3", "SHOP", "Story", "Pay", START, START, "3"))
    bring_up_to_date(settings, shop)
    with shop.read() as session:
        assert len(by_people(session)) == 1


def test_a_commit_that_comes_late_finds_the_request_that_a_person_named(
    shop: Database, settings: Settings
) -> None:
    request = MergeRequest(
        "901", "7", 8, "SHOP-2 pay", "", "x", "main", MergeState.OPEN, START, START, commits=()
    )
    _save(shop, "gitlab", request)
    late = End(Entity.COMMIT, "gitlab", "7", "e" * 40)
    _say(shop, late, End(Entity.MERGE_REQUEST, "gitlab", "7", "8"), CONFIRMED)
    bring_up_to_date(settings, shop)
    _save(shop, "gitlab", Commit("7", "e" * 40, START, START, "tidy", (SHAS[3],)))
    bring_up_to_date(settings, shop)
    assert {"human", "merge_request"} <= {rule for rule, _, _ in _by_rule(shop)}


def _by_rule(database: Database) -> set[tuple[str, int, int]]:
    with database.read() as session:
        rows = session.execute(select(link.c.rule, link.c.a_id, link.c.b_id))
        return {(rule, a, b) for rule, a, b in rows}

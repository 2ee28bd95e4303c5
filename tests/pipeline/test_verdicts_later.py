"""When what people say begins to count: with the next look, and with what it names."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from core.records import (
    Commit,
    Entity,
    MergeRequest,
    MergeState,
    WorkItem,
)
from pipeline.database import Database
from pipeline.stopping import Stop
from pipeline.sync import bring_up_to_date
from pipeline.verdict_look import VerdictLook
from store import verdicts
from store.judged_links import by_people
from store.verdict_ends import End
from store.verdicts import CONFIRMED, REJECTED
from tests.pipeline.judged_shop import (
    COMMITS,
    ITEM,
    OTHER,
    SETTINGS,
    SHAS,
    links,
    live,
    opened,
    released,
    say,
)
from tests.pipeline.shop import DAY, START, save


@pytest.fixture
def shop(database: Database) -> Database:
    return opened(database)


def test_a_verdict_on_what_is_not_known_waits_for_it(shop: Database) -> None:
    unknown = End(Entity.COMMIT, "gitlab", "7", "e" * 40)
    say(shop, OTHER, unknown, CONFIRMED)
    bring_up_to_date(SETTINGS, shop)
    with shop.read() as session:
        assert by_people(session) == set()
        assert not verdicts.unseen(session)
    save(shop, Commit("7", "e" * 40, START, START, "tidy", (SHAS[3],)), source="gitlab")
    bring_up_to_date(SETTINGS, shop)
    with shop.read() as session:
        assert len(by_people(session)) == 1


def test_without_anything_new_nothing_is_computed(shop: Database) -> None:
    say(shop, ITEM, COMMITS[3], REJECTED)
    assert bring_up_to_date(SETTINGS, shop).links.ran
    assert not bring_up_to_date(SETTINGS, shop).links.ran


def test_the_server_makes_a_verdict_count_without_reading_any_source(shop: Database) -> None:
    look = VerdictLook(SETTINGS, shop, threading.Lock(), Stop())
    assert not look()
    say(shop, ITEM, COMMITS[3], REJECTED)
    assert look()
    assert released(shop)["1"] == live(2)
    assert not look()


def test_a_server_that_is_stopping_leaves_it_for_the_next_one(shop: Database) -> None:
    say(shop, ITEM, COMMITS[3], REJECTED)
    stop = Stop()
    stop.ask()
    assert not VerdictLook(SETTINGS, shop, threading.Lock(), stop)()
    with shop.read() as session:
        assert verdicts.unseen(session)


def test_links_of_people_stay_when_only_a_part_is_linked_anew(shop: Database) -> None:
    """A merge request that names nothing of the shop's, to which a person put a commit."""
    request = MergeRequest(
        "901", "7", 8, "SHOP-2 pay", "", "x", "main", MergeState.OPEN, START, START, commits=()
    )
    save(shop, request, source="gitlab")
    say(shop, COMMITS[1], End(Entity.MERGE_REQUEST, "gitlab", "7", "8"), CONFIRMED)
    say(shop, OTHER, COMMITS[2], CONFIRMED)
    bring_up_to_date(SETTINGS, shop)
    before = links(shop)
    assert {"human", "merge_request"} <= {rule for rule, _, _ in before}
    for record in (
        Commit("7", SHAS[1], START + DAY, START + DAY, "begin again", (SHAS[0],)),
        Commit("7", SHAS[2], START + 2 * DAY, START + 2 * DAY, "SHOP-1 paid", (SHAS[1],)),
    ):
        save(shop, record, source="gitlab")
        bring_up_to_date(SETTINGS, shop)
        assert links(shop) == before
    renamed = replace(request, title="SHOP-1 pay")
    save(shop, renamed, source="gitlab")
    bring_up_to_date(SETTINGS, shop)
    part = links(shop)
    bring_up_to_date(SETTINGS, shop, everything=True)
    assert part == links(shop) != before


def test_a_ticket_that_comes_late_finds_the_commit_that_a_person_named(shop: Database) -> None:
    late = End(Entity.ITEM, "jira", "", "3")
    say(shop, late, COMMITS[1], CONFIRMED)
    bring_up_to_date(SETTINGS, shop)
    save(shop, WorkItem("3", "SHOP-3", "SHOP", "Story", "Pay", START, START, "3"))
    bring_up_to_date(SETTINGS, shop)
    with shop.read() as session:
        assert len(by_people(session)) == 1


def test_a_commit_that_comes_late_finds_the_request_that_a_person_named(shop: Database) -> None:
    request = MergeRequest(
        "901", "7", 8, "SHOP-2 pay", "", "x", "main", MergeState.OPEN, START, START, commits=()
    )
    save(shop, request, source="gitlab")
    late = End(Entity.COMMIT, "gitlab", "7", "e" * 40)
    say(shop, late, End(Entity.MERGE_REQUEST, "gitlab", "7", "8"), CONFIRMED)
    bring_up_to_date(SETTINGS, shop)
    save(shop, Commit("7", "e" * 40, START, START, "tidy", (SHAS[3],)), source="gitlab")
    bring_up_to_date(SETTINGS, shop)
    assert {"human", "merge_request"} <= {rule for rule, _, _ in links(shop)}

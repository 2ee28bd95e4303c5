"""What people say moves the numbers, and stays through whatever is read or computed again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.frames import NONE
from core.records import (
    Commit,
    Deployment,
    Entity,
    ItemKey,
    MergeRequest,
    MergeState,
    Repository,
    Result,
)
from pipeline.database import Database
from pipeline.sync import bring_up_to_date
from store import verdicts
from store.models import link, overruled_link
from store.verdict_ends import End
from store.verdicts import CONFIRMED, REJECTED, WITHDRAWN
from tests.pipeline.judged_shop import (
    COMMITS,
    ITEM,
    OTHER,
    SETTINGS,
    SHAS,
    code,
    live,
    opened,
    released,
    say,
    tickets,
)
from tests.pipeline.shop import DAY, START, save


@pytest.fixture
def shop(database: Database) -> Database:
    return opened(database)


def test_a_rejected_link_moves_the_release_of_its_item(shop: Database) -> None:
    say(shop, ITEM, COMMITS[3], REJECTED)
    report = bring_up_to_date(SETTINGS, shop)
    assert report.links.ran
    assert released(shop)["1"] == live(2)
    with shop.read() as session:
        assert session.execute(select(overruled_link.c.rule)).scalars().all() == ["key_in_message"]


def test_an_added_link_comes_in(shop: Database) -> None:
    say(shop, OTHER, COMMITS[1], CONFIRMED)
    bring_up_to_date(SETTINGS, shop)
    assert released(shop)["2"] == live(1)
    with shop.read() as session:
        told = select(link.c.evidence).where(link.c.rule == "human")
        (text,) = session.execute(told).scalars()
    assert text == "Confirmed by anna on 2026-11-20: seen it"


def test_a_withdrawn_verdict_leaves_the_rules_to_decide(shop: Database) -> None:
    for answer in (REJECTED, WITHDRAWN):
        say(shop, ITEM, COMMITS[3], answer)
        bring_up_to_date(SETTINGS, shop)
    assert released(shop)["1"] == live(3)
    with shop.read() as session:
        assert session.execute(select(overruled_link.c.rule)).all() == []
        assert verdicts.count(session) == 2


def test_a_rejected_deployment_leaves_the_commit_without_one(shop: Database) -> None:
    deployment = End(Entity.DEPLOYMENT, "gitlab", "", "3")
    say(shop, COMMITS[3], deployment, REJECTED)
    bring_up_to_date(SETTINGS, shop)
    assert released(shop)["1"] == NONE
    later = Deployment(
        "9",
        "production",
        Result.SUCCESS,
        START + 9 * DAY,
        repository="7",
        sha=SHAS[3],
        finished_at=START + 9 * DAY + timedelta(hours=1),
    )
    save(shop, later, source="gitlab")
    say(shop, COMMITS[3], End(Entity.DEPLOYMENT, "gitlab", "", "9"), CONFIRMED)
    bring_up_to_date(SETTINGS, shop)
    assert released(shop)["1"] == live(9)


def test_verdicts_stay_when_all_is_read_and_computed_again_under_another_key(
    shop: Database,
) -> None:
    say(shop, ITEM, COMMITS[3], REJECTED)
    say(shop, OTHER, COMMITS[1], CONFIRMED)
    bring_up_to_date(SETTINGS, shop)
    judged = released(shop)
    save(shop, *tickets("SHOP-77"), ItemKey("1", "SHOP-1", False))
    save(shop, *code(), source="gitlab")
    bring_up_to_date(SETTINGS, shop, everything=True)
    assert judged == released(shop) == {"1": live(2), "2": live(1)}


def test_verdicts_stay_where_records_get_other_ids(database: Database) -> None:
    """A database that is made anew, into which only the verdicts were taken along."""
    say(database, ITEM, COMMITS[3], REJECTED)
    say(database, OTHER, COMMITS[1], CONFIRMED)
    foreign = Commit("70", "e" * 40, START, START, "", ())
    save(database, Repository("70", "acme/else", "main", ""), foreign, source="gitlab")
    bring_up_to_date(SETTINGS, database)
    save(database, *reversed(tickets()))
    save(database, *code(), source="gitlab")
    bring_up_to_date(SETTINGS, database)
    assert released(database) == {"1": live(2), "2": live(1)}


def test_a_rejected_merge_request_takes_the_commits_along_that_only_it_linked(
    shop: Database,
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
    save(shop, request, source="gitlab")
    bring_up_to_date(SETTINGS, shop)
    assert released(shop)["2"] == live(1)
    say(shop, OTHER, End(Entity.MERGE_REQUEST, "gitlab", "7", "8"), REJECTED)
    bring_up_to_date(SETTINGS, shop)
    assert released(shop)["2"] == NONE

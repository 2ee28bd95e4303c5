"""Where items alone changed a pass reads these and what hangs together with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.frames import NONE
from core.records import (
    Block,
    BlockKind,
    Commit,
    Deployment,
    Entity,
    Field,
    Project,
    Ref,
    Repository,
    Result,
    Transition,
    WorkItem,
)
from pipeline.database import Database
from pipeline.sync import bring_up_to_date
from store import frames
from store.models import deployment_fact, unlinked_day
from tests.pipeline.shop import DAY, START, STATUSES, facts_of, item, save, settings_of, stream

SHAS = ("a" * 40, "b" * 40)
RULES: dict[str, Any] = {
    "types": ["Story", "Bug"],
    "expects_code": ["Story"],
    "services": ["shop"],
    "blocked": {"links": ["is blocked by"]},
}
SETTINGS = settings_of(stream(**RULES), services=[{"name": "shop", "repositories": ["acme/shop"]}])


@pytest.fixture
def shop(database: Database) -> Database:
    """SHOP-1 is live by a hotfix, SHOP-2 is done without code and below PAY-9, an epic."""
    second, *moves = item(2)
    assert isinstance(second, WorkItem)
    epic = WorkItem("9", "PAY-9", "PAY", "Epic", "Pay", START, START, "1")
    below = replace(second, parent_id="9")
    projects = (Project("10", "SHOP", "Shop"), Project("11", "PAY", "Pay"))
    save(database, *STATUSES, *projects, *item(1), epic, below, *moves)
    live = [
        Deployment(
            str(number), "production", Result.SUCCESS, START + (number + 1) * DAY, repository="7",
            sha=sha, ref=("main", "hotfix/pay")[number], finished_at=START + (number + 1) * DAY,
        )
        for number, sha in enumerate(SHAS)
    ]  # fmt: skip
    save(
        database,
        Repository("7", "acme/shop", "main", "https://g.example/acme/shop"),
        Ref("7", "branch", "main", SHAS[1]),
        Commit("7", SHAS[0], START, START, "Begin", ()),
        Commit("7", SHAS[1], START + DAY, START + DAY, "SHOP-1 pay", (SHAS[0],)),
        *live,
        source="gitlab",
    )
    bring_up_to_date(SETTINGS, database)
    return database


@pytest.fixture
def codeless(shop: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The same; from now on a pass that reads code fails."""
    monkeypatch.setattr("pipeline.measure.delivered", _nobody_asks)
    return shop


def _nobody_asks(*_: Any, **__: Any) -> None:
    raise AssertionError("code is read")


def _agrees(database: Database) -> None:
    """What is stored is what a recompute makes of it."""
    days = _days(database)
    assert bring_up_to_date(SETTINGS, database, everything=True).facts.changed == 0
    assert _days(database) == days


def _days(database: Database) -> set[tuple[Any, ...]]:
    with database.read() as session:
        rows = session.execute(select(unlinked_day))
        return {tuple(row) for row in rows}


def test_a_change_of_status_reads_no_code_and_keeps_the_release(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = facts_of(shop)["released_ts"].to_dict()
    assert released["SHOP-1"] != NONE
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.measure.delivered", _nobody_asks)
        first, *moves = item(1, title="Pay at once")
        more = Transition("1", START + 9 * DAY, 3, Field.STATUS, "3", "2")
        assert isinstance(first, WorkItem)
        save(shop, replace(first, status_id="2"), *moves, more)
        bring_up_to_date(SETTINGS, shop)
    facts = facts_of(shop)
    assert facts["done_ts"]["SHOP-1"] == NONE
    assert facts["released_ts"].to_dict() == released
    _agrees(shop)


def test_what_stands_behind_an_item_follows_it(codeless: Database) -> None:
    block = Block("2", BlockKind.LINK, "is blocked by SHOP-1", START + DAY, None)
    second, *moves = item(2)
    save(codeless, second, *moves, block)
    bring_up_to_date(SETTINGS, codeless)
    assert facts_of(codeless)["blocked_s"]["SHOP-2"] == 4 * 86_400
    first, begun, done = item(1)
    assert isinstance(done, Transition)
    save(codeless, first, begun, replace(done, at=START + 3 * DAY))
    bring_up_to_date(SETTINGS, codeless)
    assert facts_of(codeless)["blocked_s"]["SHOP-2"] == 2 * 86_400


def test_an_idea_that_is_older_than_was_told_is_that_of_those_below(
    codeless: Database,
) -> None:
    older = START - timedelta(days=30)
    save(codeless, WorkItem("9", "PAY-9", "PAY", "Epic", "Pay", older, START, "1"))
    bring_up_to_date(SETTINGS, codeless)
    assert facts_of(codeless)["idea_ts"]["SHOP-2"] == int(older.timestamp())


def test_an_item_that_comes_into_the_stream_brings_the_release_of_its_code(
    shop: Database,
) -> None:
    released = facts_of(shop)["released_ts"]["SHOP-1"]
    for kind, count in (("Task", 1), ("Story", 2)):
        save(shop, *item(1, type=kind))
        bring_up_to_date(SETTINGS, shop)
        assert len(facts_of(shop)) == count
    assert facts_of(shop)["released_ts"]["SHOP-1"] == released
    _agrees(shop)


def test_a_hotfix_is_rework_from_when_its_ticket_is_a_defect(shop: Database) -> None:
    for kind, rework in (("Bug", {True, False}), ("Story", {False})):
        save(shop, *item(1, type=kind))
        bring_up_to_date(SETTINGS, shop)
        with shop.read() as session:
            told = session.execute(select(deployment_fact.c.rework)).scalars().all()
        assert set(told) == rework


def test_the_days_of_what_is_not_linked_follow_an_item_that_was_done_earlier(
    codeless: Database,
) -> None:
    second, begun, done = item(2)
    assert isinstance(done, Transition)
    save(codeless, second, begun, replace(done, at=START + 3 * DAY))
    bring_up_to_date(SETTINGS, codeless)
    midnight = int((START + 3 * DAY).replace(hour=0).timestamp())
    counts = {
        (row.scope, row.day_ts - midnight, row.population, row.unlinked)
        for row in _items_of_days(codeless)
    }
    assert {one for one in counts if one[0] == "all"} == {
        ("all", 0, 1, 1),
        ("all", 2 * 86_400, 1, 0),
    }


def _items_of_days(database: Database) -> Any:
    with database.read() as session:
        own = unlinked_day.c.entity == int(Entity.ITEM)
        return session.execute(select(unlinked_day).where(own)).all()


def test_the_configuration_of_a_stream_that_is_another_one_counts_for_all(shop: Database) -> None:
    """Nothing but items waits then; scopes and days of commits are of this configuration, too."""
    other = settings_of(
        stream(**RULES),
        services=[{"name": "shop", "repositories": ["acme/shop"]}],
        server={"timezone": "Pacific/Auckland"},
    )
    bring_up_to_date(other, shop)
    days = _days(shop)
    bring_up_to_date(other, shop, everything=True)
    assert _days(shop) == days
    with shop.read() as session:
        assert len(frames.value_streams(session)) == 1

"""A link blocks only while the item in the way is open, whatever is measured when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.records import (
    Block,
    BlockKind,
    Entity,
    Field,
    Gone,
    Record,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)
from core.settings import Settings
from pipeline.database import Database
from pipeline.sync import bring_up_to_date
from store import frames
from tests.pipeline.shop import DAY, START, STATUSES, facts_of, item, save, settings_of, stream

LINKS = {"links": ["Is blocked by"]}


def waiting_for(
    number: int, key: str, *, linked: timedelta, free: timedelta | None = None
) -> Record:
    end = None if free is None else START + free
    return Block(str(number), BlockKind.LINK, f"is blocked by {key}", START + linked, end)


def moved(number: int, day: int, before: str, after: str) -> Record:
    return Transition(str(number), START + day * DAY, 10 + day, Field.STATUS, before, after)


def ticket(number: int, **more: str) -> WorkItem:
    """Without its usual history."""
    found = item(number, **more)[0]
    assert isinstance(found, WorkItem)
    return found


@pytest.fixture
def settings() -> Settings:
    return settings_of(stream(blocked=LINKS))


def blocked_days(database: Database, key: str) -> float:
    return float(facts_of(database).loc[key, "blocked_s"]) / DAY.total_seconds()


def test_it_ends_with_the_item_in_the_way(database: Database, settings: Settings) -> None:
    """1 is in process on days 1 to 5, linked to 2 from day 2 on for good; 2 was done on day 4."""
    other = [ticket(2), moved(2, 1, "1", "2"), moved(2, 4, "2", "3")]
    save(database, *STATUSES, *item(1), *other, waiting_for(1, "SHOP-2", linked=2 * DAY))
    bring_up_to_date(settings, database)
    assert blocked_days(database, "SHOP-1") == 2
    assert facts_of(database).loc["SHOP-1", "waiting_s"] == 2 * DAY.total_seconds()


def test_it_begins_with_the_later_of_link_and_item_and_again_when_that_comes_back(
    database: Database, settings: Settings
) -> None:
    """2 was created on day 2, done on day 3, and is open again from day 4 on."""
    other = replace(ticket(2), created_at=START + 2 * DAY, status_id="2")
    turns = [moved(2, 3, "1", "3"), moved(2, 4, "3", "2")]
    save(database, *STATUSES, *item(1), other, *turns, waiting_for(1, "SHOP-2", linked=0 * DAY))
    bring_up_to_date(settings, database)
    assert blocked_days(database, "SHOP-1") == 2  # days 2 to 3 and 4 to 5


def test_the_tracker_s_category_decides_where_no_stage_names_the_status(
    database: Database, settings: Settings
) -> None:
    """The item in the way belongs to a project that no stream counts, with a status of its own."""
    closed = WorkflowStatus("9", "Shut", StatusCategory.DONE)
    other = [item(2, "OPS")[0], moved(2, 3, "1", "9")]
    save(database, *STATUSES, closed, *item(1), *other, waiting_for(1, "OPS-2", linked=1 * DAY))
    bring_up_to_date(settings, database)
    assert blocked_days(database, "SHOP-1") == 2


def test_an_item_that_is_not_stored_blocks_for_as_long_as_the_link(
    database: Database, settings: Settings
) -> None:
    link = waiting_for(1, "FAR-7", linked=1 * DAY, free=4 * DAY)
    save(database, *STATUSES, *item(1), link)
    bring_up_to_date(settings, database)
    assert blocked_days(database, "SHOP-1") == 3


def test_a_link_of_another_kind_and_another_reason_are_told_apart(
    database: Database, settings: Settings
) -> None:
    relates = Block("1", BlockKind.LINK, "relates to SHOP-2", START, None)
    label = Block("1", BlockKind.LABEL, "blocked", START, None)
    save(database, *STATUSES, *item(1), *item(2), relates, label)
    bring_up_to_date(settings, database)
    assert blocked_days(database, "SHOP-1") == 0
    labelled = settings_of(stream(blocked={**LINKS, "labels": ["Blocked"]}))
    bring_up_to_date(labelled, database)
    assert blocked_days(database, "SHOP-1") == 4


LATER: dict[str, list[Record]] = {
    "done": [ticket(2, status_id="3"), moved(2, 3, "2", "3")],
    "deleted": [Gone(Entity.ITEM, "2", "deleted", START + 3 * DAY)],
}


@pytest.mark.parametrize("how", LATER)
def test_what_waits_is_measured_again_when_the_item_in_the_way_ends(
    database: Database, settings: Settings, how: str
) -> None:
    """Only the item in the way is told anew, and the facts are those of a full computation."""
    open_item = [ticket(2, status_id="2"), moved(2, 1, "1", "2")]
    save(database, *STATUSES, *item(1), *item(3), *open_item)
    save(database, *item(1), waiting_for(1, "SHOP-2", linked=2 * DAY))
    bring_up_to_date(settings, database)
    assert blocked_days(database, "SHOP-1") == 3
    save(database, *LATER[how])
    bring_up_to_date(settings, database)
    assert blocked_days(database, "SHOP-1") == 1
    _same_as_whole(database, settings)


def test_what_waits_is_measured_again_when_the_item_in_the_way_is_read_at_last(
    database: Database, settings: Settings
) -> None:
    save(database, *STATUSES, *item(1), waiting_for(1, "SHOP-2", linked=2 * DAY))
    bring_up_to_date(settings, database)
    assert blocked_days(database, "SHOP-1") == 3
    save(database, ticket(2), moved(2, 3, "1", "3"))
    bring_up_to_date(settings, database)
    assert blocked_days(database, "SHOP-1") == 1
    _same_as_whole(database, settings)


def _same_as_whole(database: Database, settings: Settings) -> None:
    step = _facts(database)
    bring_up_to_date(settings, database, everything=True)
    assert step == _facts(database)


def _facts(database: Database) -> tuple[Any, Any]:
    with database.read() as session:
        number = int(frames.value_streams(session)["stream_id"].iloc[0])
        items, visits = frames.item_facts(session, number), frames.stage_visits(session, number)
    return items.to_dict("records"), visits.to_dict("records")

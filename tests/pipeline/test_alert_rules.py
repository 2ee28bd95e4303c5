"""Each rule of alerts fires on what it is for, with its evidence, and is silent about noise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.records import Block, BlockKind, Field, Transition
from pipeline.database import Database
from store.alerts import Alert
from tests.pipeline.alert_shop import (
    HOUR,
    LIMBO,
    MONDAY,
    NOW,
    NOW_TS,
    begun,
    done,
    fails,
    file_of,
    held,
    look,
    opened,
    shop,
    told,
)
from tests.pipeline.shop import DAY


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(file_of(tmp_path)) as found:
        yield found


def _only(database: Database) -> Alert:
    (one,) = held(database)
    return one


def test_even_work_and_items_that_are_young_are_no_cause(database: Database) -> None:
    flagged = Block("2", BlockKind.FLAG, "Flagged", NOW - 5 * HOUR, None)
    outcome = look(database, shop(), *begun(1, 1), *begun(2, 2), flagged)
    assert outcome.looked
    assert held(database) == []


def test_an_item_older_than_the_expectation_is_ageing_and_no_more_probably_late(
    database: Database,
) -> None:
    look(database, shop(), *begun(1, 5, value_per_week=700.0))
    one = _only(database)
    assert (one.rule, one.subject, one.stream, one.team) == ("ageing", "SHOP-1", "checkout", "web")
    assert one.since_ts == NOW_TS - 86_400  # four of its five days were expected
    assert one.detail["what"] == "SHOP-1 is 5 d old, longer than the 4 d expected"
    assert "at most 4 d" in one.detail["why"][0]
    assert one.detail["page"] == "/journey?key=SHOP-1"


def test_an_item_that_will_more_likely_than_not_be_late_is_told_before_it_is(
    database: Database,
) -> None:
    """Of 17 items three take longer than three days, and two of these longer than four."""
    look(database, shop(), *begun(1, 3.5), *begun(2, 2.5))
    one = _only(database)
    assert (one.rule, one.subject) == ("breach", "SHOP-1")
    assert one.detail["why"][0].startswith("3.5 d old; 6")
    settings = shop(breach_p=0.9)
    look(database, settings)
    assert held(database) == []


def test_an_item_is_told_once_it_is_blocked_for_long_enough(database: Database) -> None:
    flags = [Block("1", BlockKind.FLAG, "Flagged", NOW - 26 * HOUR, None)]
    look(database, shop(), *begun(1, 2), *flags)
    one = _only(database)
    assert (one.rule, one.since_ts) == ("blocked", NOW_TS - 26 * 3_600)
    assert one.detail["why"] == ["flag: Flagged", "in Build, with web"]
    assert one.detail["cost"] is None
    look(database, shop(blocked_after="2d"))
    assert held(database) == []


def test_an_item_and_a_stream_are_told_where_they_cost_more_than_the_limit(
    database: Database,
) -> None:
    """SHOP-1 waits and loses 700 a week, SHOP-2 300; what is being worked on costs nothing."""
    items = (
        *begun(1, 1, status="4", value_per_week=700.0),
        *begun(2, 1, status="4", value_per_week=300.0),
        *begun(3, 1, value_per_week=9_000.0),
    )
    look(database, shop(), *items)
    assert told(database) == set()
    look(database, shop(item_cost_per_week=600, stream_cost_per_week=999))
    assert told(database) == {("cost", "SHOP-1"), ("cost", "checkout")}
    item, whole = sorted(held(database), key=lambda one: one.subject)
    assert (item.team, item.detail["cost"]["per_week_cents"]) == ("test", 70_000)
    assert item.since_ts == NOW_TS - 23 * 3_600
    assert whole.detail["cost"]["per_week_cents"] == 100_000
    assert "SHOP-1 €700 in Ready" in whole.detail["why"][1]


def test_cost_that_moves_about_its_limit_is_told_once(database: Database) -> None:
    look(database, shop(item_cost_per_week=1_000), *begun(1, 1, status="4", value_per_week=1_000.0))
    first = _only(database)
    cheaper = begun(1, 1, status="4", value_per_week=950.0)
    look(database, shop(item_cost_per_week=1_000), *cheaper, at=NOW + HOUR)
    assert _only(database).id == first.id
    cheap = begun(1, 1, status="4", value_per_week=890.0)
    look(database, shop(item_cost_per_week=1_000), *cheap, at=NOW + 2 * HOUR)
    assert held(database) == []


@pytest.mark.parametrize(
    ("count", "days", "expected"),
    [
        (2, 3, set()),  # 10 or 11 of 8.5 on average, limits 5.84 and 11.16
        (10, 3, {("signal", "velocity")}),
        (12, 20, {("signal", "velocity"), ("signal", "flow_time")}),
    ],
)
def test_a_week_outside_the_natural_limits_is_a_signal(
    database: Database, count: int, days: int, expected: set[tuple[str, str]]
) -> None:
    last = MONDAY - 5 * DAY
    more = [row for n in range(count) for row in done(n + 1, last + n * HOUR, days)]
    look(database, shop(), *more)
    assert told(database) == expected
    for one in held(database):
        assert one.detail["why"][0].startswith("week of 22 Jun 2026: ")
        assert "outside the natural limits" in one.detail["why"][2]
        assert one.detail["explain"].startswith("/v1/streams/checkout/metrics/")


def test_a_signal_is_over_when_two_whole_weeks_are_as_before(database: Database) -> None:
    """The week of 22 June, then two even ones: half a sentence of history is no alert."""
    last = MONDAY - 5 * DAY
    look(database, shop(), *[row for n in range(10) for row in done(n + 1, last + n * HOUR, 3)])
    assert told(database) == {("signal", "velocity")}
    for week, length in enumerate((2, 3)):
        day = MONDAY + 7 * week * DAY + DAY
        rows = [one for n in range(8) for one in done(50 + 10 * week + n, day + n * HOUR, length)]
        look(database, shop(), *rows, at=MONDAY + 7 * (week + 1) * DAY + HOUR)
    assert told(database) == set()


def test_a_source_is_told_when_it_was_not_read_for_so_long(database: Database) -> None:
    look(database, shop())
    fails(database, NOW_TS + 900, "jira answered 503")
    look(database, shop(), at=NOW + timedelta(minutes=15), readable=False)
    assert held(database) == []  # one bad pass is noise
    fails(database, NOW_TS + 1_900, "jira answered 503")
    look(database, shop(), at=NOW + timedelta(minutes=31), readable=False)
    one = _only(database)
    assert (one.rule, one.subject, one.stream, one.since_ts) == ("source", "jira", "", NOW_TS)
    assert one.detail["what"] == "The source jira has not been read for 31 min"
    assert one.detail["why"][0] == "jira answered 503"
    assert "checkout" in one.detail["why"][2]
    look(database, shop(), at=NOW + HOUR)
    assert held(database) == []


def test_a_status_in_no_stage_is_told_while_items_are_in_it_or_it_is_new(
    database: Database,
) -> None:
    look(database, shop(), *begun(1, 1, status=LIMBO.id))
    one = _only(database)
    assert (one.rule, one.subject, one.team) == ("status", "Limbo", "")
    assert one.detail["what"] == 'The status "Limbo" is in no stage of Checkout'
    assert 'statuses = ["Limbo"]' in one.detail["why"][2]


def test_a_status_that_was_left_long_ago_is_history(database: Database) -> None:
    ended = NOW - 40 * DAY
    ticket, first, last = done(1, ended, 3)
    through = Transition("1", ended - 2 * DAY, 2, Field.STATUS, "2", LIMBO.id)
    out = Transition("1", ended, 3, Field.STATUS, LIMBO.id, "3")
    del last
    look(database, shop(), ticket, first, through, out)
    assert held(database) == []


def test_only_the_rules_that_are_named_are_asked(database: Database) -> None:
    flags = Block("1", BlockKind.FLAG, "Flagged", NOW - 3 * DAY, None)
    look(database, shop(rules=["blocked"]), *begun(1, 5), flags)
    assert told(database) == {("blocked", "SHOP-1")}
    look(database, shop(rules=["ageing"]))
    assert told(database) == {("ageing", "SHOP-1")}

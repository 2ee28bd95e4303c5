"""Numbers of single days: by hand, and as parts of what the ledger tells of the whole."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core.frames import NONE
from metrics.daily import accrued_by_day, service_days, stream_days
from metrics.holders import steady_values
from metrics.ledger import Book, accrued, book_of
from metrics.periods import Period, Window, periods

HOUR, DAY, WEEK = 3_600, 86_400, 604_800


def _ts(day: int, hour: int = 0, month: int = 10) -> int:
    return int(datetime(2026, month, day, hour, tzinfo=UTC).timestamp())


def _days(first: int, last: int) -> list[Period]:
    """Of Berlin, where the night of 25 October has an hour more; dates of October, both in."""
    window = Window(_ts(first), _ts(last, 22))
    return list(periods(window, interval="day", tz="Europe/Berlin", as_of=_ts(last, 23)))


def _items(*rows: tuple[int, int, int, int]) -> pd.DataFrame:
    """committed, done, cancelled, released of items 1 and on, in their first delivery."""
    frame = pd.DataFrame(rows, columns=["committed_ts", "done_ts", "cancelled_ts", "released_ts"])
    return frame.assign(
        item_id=np.arange(1, len(rows) + 1),
        episode=1,
        kind="feature",
        idea_ts=frame["committed_ts"],
        active_s=HOUR,
    )


def test_a_day_counts_what_happened_on_it_and_the_load_at_its_end() -> None:
    items = _items(
        (_ts(1, 8), _ts(2, 9), NONE, _ts(3, 9)),
        (_ts(1, 9), NONE, _ts(3, 7), NONE),
        (_ts(2, 23), NONE, NONE, NONE),  # the 3rd in Berlin
        (NONE, NONE, _ts(2, 8), NONE),  # dropped before it was committed
    )
    told = stream_days(items, _days(1, 3))
    assert told.to_dict("list") == {
        "committed": [2, 0, 1],
        "done": [0, 1, 0],
        "cancelled": [0, 0, 1],
        "released": [0, 0, 1],
        "load": [2, 1, 1],
    }


def test_no_days_are_no_rows() -> None:
    items = _items((_ts(1), NONE, NONE, NONE))
    assert len(stream_days(items, [])) == 0
    assert list(accrued_by_day(_book(items, []), [], as_of=_ts(9))) == []


def test_a_day_of_a_service_counts_successes_changes_and_incidents() -> None:
    deployments = pd.DataFrame(
        {
            "result": ["success", "success", "failed", "success"],
            "kind": ["planned", "rollback", "planned", "hotfix"],
            "finished_ts": [_ts(1, 9), _ts(1, 10), _ts(1, 11), _ts(2, 9)],
            "failed": [1, -1, -1, 0],
        }
    )
    changes = pd.DataFrame(
        {"deployed_ts": [_ts(1, 9)] * 3 + [_ts(2, 9)], "excluded": ["", "", "bot", ""]}
    )
    told = service_days(deployments, changes, pd.DataFrame({"opened_ts": [_ts(2, 9)]}), _days(1, 2))
    assert told.to_dict("list") == {
        "deployments": [2, 1],
        "hotfixes": [0, 1],
        "rollbacks": [1, 0],
        "failed": [1, 0],
        "changes": [2, 1],
        "incidents": [0, 1],
    }


def _book(items: pd.DataFrame, waits: list[tuple[int, int, int]], cents: int = 700) -> Book:
    visits = pd.DataFrame(waits, columns=["item_id", "start_ts", "end_ts"]).assign(
        episode=1, state="waiting", stage_id=4, team="web", reason=""
    )
    values = steady_values(
        items["item_id"].to_numpy(np.int64), np.full(len(items), cents, np.int64)
    )
    parents = pd.DataFrame({"item_id": items["item_id"], "parent_id": NONE})
    return book_of(items, visits, values, parents)


def test_a_wait_over_midnight_is_charged_to_both_days_and_the_long_night_costs_more() -> None:
    items = _items((_ts(24, 10), NONE, NONE, NONE))
    book = _book(items, [(1, _ts(24, 10), _ts(26, 11))], cents=168)  # a cent an hour
    (told,) = accrued_by_day(book, _days(24, 26), as_of=_ts(30))
    assert told["day"].tolist() == [0, 1, 2]
    assert (told["wait_s"] / HOUR).tolist() == [12, 25, 12]
    assert told["cost_cents"].tolist() == [12, 25, 12]
    assert told["stage_id"].tolist() == [4, 4, 4]
    assert told["sunk"].tolist() == [False] * 3


def test_what_lasts_is_charged_up_to_now_and_what_was_dropped_is_sunk() -> None:
    items = _items((_ts(1), NONE, _ts(3), NONE), (_ts(1), NONE, NONE, NONE))
    book = _book(items, [(1, _ts(1), _ts(3)), (2, _ts(2), NONE)])
    (told,) = accrued_by_day(book, _days(1, 4), as_of=_ts(3, 6))
    sunk = told[told["item_id"] == 1]
    assert sunk["sunk"].all()
    assert sunk["wait_s"].sum() == 2 * DAY
    assert told.loc[told["item_id"] == 2, "wait_s"].sum() == DAY + 6 * HOUR


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_day_costs_what_the_ledger_charges_for_it_however_it_is_cut(seed: int) -> None:
    draw = np.random.default_rng(seed)
    begin = _ts(1) + draw.integers(0, 20 * DAY, 40)
    items = _items(*((int(one), NONE, NONE, NONE) for one in begin))
    waits = []
    for number, one in enumerate(begin, start=1):
        at = int(one)
        for _ in range(int(draw.integers(1, 4))):
            end = at + int(draw.integers(1, 5 * DAY))
            waits.append((number, at, end))
            at = end + int(draw.integers(0, DAY))
    book, days, as_of = _book(items, waits, cents=12_345), _days(1, 28), _ts(29)
    told = pd.concat(accrued_by_day(book, days, as_of=as_of, pieces=7))
    whole = pd.concat(accrued_by_day(book, days, as_of=as_of))
    assert told.reset_index(drop=True).equals(whole.reset_index(drop=True))
    for place, day in enumerate(days):
        cells = accrued(book, window=Window(day.from_ts, day.to_ts), as_of=as_of).cells
        mine = told[told["day"] == place]
        assert mine["cost_cents"].sum() == cells["cost_cents"].sum()
        assert mine["wait_s"].sum() == cells["wait_s"].sum()

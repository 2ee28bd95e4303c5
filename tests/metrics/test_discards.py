"""What was begun and thrown away, of rows written by hand."""

from __future__ import annotations

import pandas as pd

from core.frames import NONE
from metrics.discards import discarded, never_begun
from metrics.periods import DAY, Window
from tests.metrics.tables import item_table

WINDOW = Window(100 * DAY, 200 * DAY)
VISITS = ["item_id", "episode", "stage_id", "start_ts"]


def test_only_what_was_begun_is_lost_the_most_work_first() -> None:
    items = item_table(
        {"committed_ts": 90 * DAY, "cancelled_ts": 150 * DAY, "active_s": 10},
        {"committed_ts": 90 * DAY, "cancelled_ts": 199 * DAY, "active_s": 30},
        {"committed_ts": 90 * DAY, "cancelled_ts": 200 * DAY, "active_s": 50},
        {"committed_ts": 90 * DAY, "done_ts": 150 * DAY, "active_s": 70},
        {"cancelled_ts": 150 * DAY},
        {"cancelled_ts": 99 * DAY},
    )
    found = discarded(items, pd.DataFrame(columns=VISITS, dtype="int64"), window=WINDOW)
    assert found["active_s"].tolist() == [30, 10]
    assert found["left_stage_id"].tolist() == [NONE, NONE]
    assert never_begun(items, window=WINDOW) == 1


def test_the_stage_is_the_last_one_before_the_end_of_that_delivery() -> None:
    items = item_table(
        {"item_id": 1, "committed_ts": 110 * DAY, "cancelled_ts": 150 * DAY, "active_s": 10},
        {"item_id": 2, "committed_ts": 110 * DAY, "cancelled_ts": 150 * DAY, "active_s": 5},
    )
    first, second = items["item_id"].tolist()
    (episode,) = set(items["episode"].tolist())
    rows = [
        (first, episode, 7, 110 * DAY),
        (first, episode, 7, 120 * DAY),
        (first, episode, 8, 120 * DAY),
        (first, episode, 9, 150 * DAY),
        (first, episode + 1, 6, 149 * DAY),
        (second, episode, 8, 130 * DAY),
        (second, episode, 7, 140 * DAY),
    ]
    found = discarded(items, pd.DataFrame(rows, columns=VISITS), window=WINDOW)
    assert found["left_stage_id"].tolist() == [8, 7]


def test_nothing_is_an_empty_table() -> None:
    none = discarded(item_table(), pd.DataFrame(columns=VISITS, dtype="int64"), window=WINDOW)
    assert none.empty
    assert "left_stage_id" in none

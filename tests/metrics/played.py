"""Hand-made deliveries of a healthy stream, and short ways to say when things happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd

from metrics.periods import DAY, Window
from tests.metrics.history import frame
from tests.metrics.tables import Row, item_table, table

HOUR = 3_600
WINDOW = Window(
    int(datetime(2026, 8, 31, tzinfo=UTC).timestamp()),
    int(datetime(2026, 11, 2, tzinfo=UTC).timestamp()),
)
"""Nine weeks from a Monday to a Monday; September and October are whole in it."""


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> int:
    """A moment of 2026 in UTC."""
    return int(datetime(2026, month, day, hour, minute, tzinfo=UTC).timestamp())


def delivered(number: int, done_ts: int, **more: object) -> Row:
    """A delivery with code: committed four days before, active for two of them, released soon."""
    return {
        **{"item_id": number, "created_ts": done_ts - 9 * DAY, "committed_ts": done_ts - 4 * DAY},
        **{"done_ts": done_ts, "active_s": 2 * DAY, "waiting_s": 2 * DAY},
        **{"released_ts": done_ts + DAY, "has_code": True, "expects_code": True},
        **more,
    }


def steady(count: int = 45, first: int = 1, *, begin_ts: int = WINDOW.from_ts) -> list[Row]:
    """A delivery on each working day of nine weeks from a Monday on, then a second one on each."""
    days = [begin_ts + n * DAY for n in range(63) if n % 7 < 5]
    return [
        delivered(first + n, days[n % len(days)] + (9 + n % 5) * HOUR + n * 97)
        for n in range(count)
    ]


def healthy(**more: object) -> pd.DataFrame:
    """The items of `steady`."""
    return item_table(*({**row, **more} for row in steady()))


def visit_table(*rows: Row) -> pd.DataFrame:
    """Rows of `stage_visit`: active in the stage 1, unless said otherwise."""
    usual: Row = {
        **{"item_id": 1, "ordinal": 1, "episode": 1, "stage_id": 1, "status_id": 1},
        **{"state": "active", "reason": "", "start_ts": 0, "end_ts": 0},
    }
    return table(usual, rows)


def rows_of(columns: str, *rows: Sequence[object]) -> pd.DataFrame:
    """A frame of named columns, from rows one by one."""
    return frame(columns, rows)

"""What the store tells of items beside what the event log has of them, by stream and month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy.orm import Session

from core.frames import NONE
from pipeline.event_files import KEY, numbers_of
from store.event_reads import NAMES, counted_items, event_schema

_ITEMS: Final = 50_000
"""Items whose events are in memory at a time."""


@dataclass(frozen=True, slots=True)
class Items:
    """ids: of which all is compared, ascending. counted: those that the stream has, see
    `counted_items`; of the others nothing should be in the log.
    """

    ids: Sequence[int]
    counted: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Changes:
    """By month the rows that are missing in the log, and those that are not true (any more)."""

    by_month: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]
    new_rows: int
    gone_rows: int


def items_from(
    session: Session, stream_id: int, item_ids: Sequence[int] | None, last_logged: int
) -> Iterator[Items]:
    """The items of a stream in parts: these, or all that it has or the log may have.

    item_ids: ascending. last_logged: the greatest id of the log.
    """
    if item_ids is not None:
        for begin in range(0, len(item_ids), _ITEMS):
            few = item_ids[begin : begin + _ITEMS]
            yield Items(few, counted_items(session, stream_id, item_ids=few))
        return
    counted = counted_items(session, stream_id)
    last = max(last_logged, int(counted["item_id"].max()) if len(counted) else 0)
    known = counted["item_id"].to_numpy(np.int64)
    for begin in range(0, last + 1, _ITEMS):
        first, end = np.searchsorted(known, [begin, begin + _ITEMS])
        yield Items(range(begin, begin + _ITEMS), counted.iloc[int(first) : int(end)])


def differing(logged: pd.DataFrame, stored: pd.DataFrame) -> Changes:
    """Both with the columns `KEY`, each row once."""
    if logged.empty:
        new, gone = stored, logged
    else:
        both = stored.merge(logged, on=KEY, how="outer", indicator="side")
        new = both.loc[both["side"] == "left_only", KEY]
        gone = both.loc[both["side"] == "right_only", KEY]
    found: dict[str, list[pd.DataFrame]] = {}
    for place, frame in enumerate((new, gone)):
        for month, rows in _by_month(frame):
            found.setdefault(month, [frame.iloc[:0], frame.iloc[:0]])[place] = rows
    months = {month: (new, gone) for month, (new, gone) in sorted(found.items())}
    return Changes(months, len(new), len(gone))


def _by_month(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    months = frame["ts"].to_numpy(np.int64).astype("datetime64[s]").astype("datetime64[M]")
    for month in np.unique(months):
        yield str(month), frame[months == month]


def table_of(events: pd.DataFrame, items: pd.DataFrame) -> pa.Table:
    """Rows of a file of events. items: see `counted_items`; all that are named."""
    place = pd.Index(items["item_id"]).get_indexer(pd.Index(events["item_id"]))
    own = items.take(place)
    arrays = [
        pa.array(events["item_id"].to_numpy(np.int64)),
        pa.array(own["source"].astype(object), pa.string()),
        pa.array(own["external_id"].astype(object), pa.string()),
        pa.array(events["ts"].to_numpy(np.int64) * 1_000).cast(pa.timestamp("ms", "UTC")),
        pa.array(events["seq"].to_numpy(np.int64)),
        pa.array(np.array(NAMES, object)[events["event"].to_numpy(np.int64)], pa.string()),
        _nullable(events["from_id"]),
        _nullable(events["to_id"]),
    ]
    return pa.Table.from_arrays(arrays, schema=event_schema())


def _nullable(column: pd.Series[int]) -> Any:
    numbers = column.to_numpy(np.int64)
    return pa.array(numbers, mask=numbers == NONE)


def without(table: pa.Table, gone: pd.DataFrame) -> pa.Table:
    """The rows of a file of events, less these."""
    rows = pd.DataFrame(dict(zip(KEY, numbers_of(table), strict=True)), copy=False)
    found = rows.merge(gone.drop_duplicates(), on=KEY, how="left", indicator="side")
    return table.filter(pa.array((found["side"] == "left_only").to_numpy(np.bool_)))

"""The frame `stage_visit`, written run by run into memory that is taken once for all of them.

Memory that is new to a process costs several times what is computed in it: so the arrays of a run
are let go of and used again by the next, and only what is told of the rows is kept.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from metrics.mapping import StatusTable
from metrics.raw_facts import RawFacts, words
from metrics.states import REASON_OF_CODE, REASONS, STATE_OF_CODE, STATES

_NUMBERS: Final = ("item_id", "ordinal", "episode", "stage_id", "status_id", "start_ts", "end_ts")
_STATE: Final = np.array(STATE_OF_CODE, np.int8)
_REASON: Final = np.array(REASON_OF_CODE, np.int8)


class VisitColumns:
    """Columns of `stage_visit`, item after item. rows: how many are expected; there may be more."""

    def __init__(self, rows: int) -> None:
        self._count = 0
        self._columns: dict[str, npt.NDArray[Any]] = {
            **{name: np.empty(rows, np.int64) for name in _NUMBERS},
            **{name: np.empty(rows, np.int8) for name in ("state", "reason")},
        }

    def add(self, raw: RawFacts, table: StatusTable) -> None:
        """The rows of the next run of items."""
        rows, count = raw.rows, len(raw.rows.start)
        part = slice(self._count, self._count + count)
        self._require(part.stop)
        own, of_item = self._columns, np.diff(rows.offset, append=count)
        own["item_id"][part] = np.repeat(raw.item_id, of_item)
        np.subtract(
            np.arange(1, count + 1), np.repeat(rows.offset, of_item), out=own["ordinal"][part]
        )
        own["episode"][part] = np.repeat(raw.found.number, raw.episode_rows)
        own["stage_id"][part] = table.stage[rows.slot]
        own["status_id"][part] = rows.status
        own["state"][part] = _STATE[raw.counted]
        own["reason"][part] = _REASON[raw.counted]
        own["start_ts"][part] = rows.start
        own["end_ts"][part] = rows.end
        self._count = part.stop

    def _require(self, rows: int) -> None:
        have = len(self._columns["state"])
        if rows > have:
            for name, column in self._columns.items():
                more = np.empty(max(rows, 2 * have) - have, column.dtype)
                self._columns[name] = np.concatenate([column, more])

    def frame(self) -> pd.DataFrame:
        """All rows that were added."""
        own = {name: column[: self._count] for name, column in self._columns.items()}
        told = {"state": words(own["state"], STATES), "reason": words(own["reason"], REASONS)}
        order = (*_NUMBERS[:5], "state", "reason", *_NUMBERS[5:])
        return pd.DataFrame({name: told.get(name, own[name]) for name in order}, copy=False)

"""What the log tells of facts that differ, are gone or were found late: by columns, for a pass may
log as many rows as it writes.

As frames have them: missing integers are `core.frames.NONE`, text is a word or a category.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pandas as pd
from sqlalchemy import Table

from core.frames import NONE
from store.fact_changes import Keys
from store.fact_differences import Flags, Ints, unlike
from store.fact_rows import columns_of

_ENDS: Mapping[str, Sequence[str]] = {
    "item_fact": ("done_ts", "cancelled_ts"),
    "stage_visit": ("end_ts",),
    "tool_time": ("released_ts",),
    "change_fact": ("deployed_ts",),
    "request_fact": ("merged_ts",),
    "deployment_fact": ("finished_ts",),
    "incident_fact": ("opened_ts",),
}
"""When what a fact tells was over: from then on numbers of the past rest on it."""

_GOES_ON: Mapping[str, frozenset[str]] = {
    "item_fact": frozenset({"release_reason", "has_code", "stage_id", "state"}),
    "deployment_fact": frozenset({"restored_by"}),
}
"""Columns that go on changing after that in the ordinary course of the work."""

_NOT_FOUND_LATE = frozenset({"stage_visit", "tool_time", "request_fact"})
"""The item, or the change, that they are of tells it."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Rows of a table of facts, one at each place.

    what: changed, gone or found. keys: a row for each with its owner, its id and, where the table
    has one, its part. changes: of each, as JSON, the columns that differ with what was and what is.
    restates: whether a number of a time already told changes with it.
    """

    what: str
    keys: Keys
    changes: Sequence[str]
    restates: Flags

    def columns(self) -> dict[str, list[Any]]:
        """As the log has them."""
        parts = self.keys[:, 2] if self.keys.shape[1] > 2 else np.zeros(len(self.keys), np.int64)
        return {
            "owner_id": self.keys[:, 0].tolist(),
            "entity_id": self.keys[:, 1].tolist(),
            "part": parts.tolist(),
            "changes": list(self.changes),
            "restates": self.restates.tolist(),
        }


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of two frames of the same columns, place by place. differing: the columns in which any
    of them differs.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    was: Ints
    now: Ints
    differing: Collection[str]


def changed_entries(table: Table, keys: Keys, rows: Pairs, before_ts: int | None) -> Entries:
    """Of rows that differ. before_ts: up to when things had been told; None: nothing had."""
    names = list(rows.differing)
    differs = {
        name: unlike(rows.before[name], rows.after[name], rows.was, rows.now) for name in names
    }
    old = columns_of(table, rows.before[names].take(rows.was))
    new = columns_of(table, rows.after[names].take(rows.now))
    told: list[dict[str, tuple[Any, Any]]] = [{} for _ in rows.now]
    for name, flags in differs.items():
        was, now = old[name], new[name]
        for place in np.flatnonzero(flags).tolist():
            told[place][name] = (was[place], now[place])
    return Entries("changed", keys, _texts(told), _alter_the_past(table, rows, differs, before_ts))


def changed_to(keys: Keys, told: Sequence[Mapping[str, Any]]) -> Entries:
    """Of rows whose changes, by column what was and what is, restate nothing."""
    return Entries("changed", keys, _texts(told), np.zeros(len(keys), np.bool_))


def gone_entries(
    table: Table,
    keys: Keys,
    rows: pd.DataFrame,
    before_ts: int | None,
) -> Entries:
    """Of rows, which are told whole but for their keys, that vanish."""
    own = {column.key for column in table.primary_key.columns}
    told: list[dict[str, tuple[Any, None]]] = [{} for _ in range(len(rows))]
    for name, values in columns_of(table, rows).items():
        if name not in own:
            word = str(name)  # not the kind of text that SQLAlchemy names columns by
            for place, value in enumerate(values):
                if value is not None:
                    told[place][word] = (value, None)
    late = np.full(len(rows), before_ts is not None)
    return Entries("gone", keys, _texts(told), late)


def found_entries(keys: Keys) -> Entries:
    """Of rows that are new and of a time already told."""
    return Entries("found", keys, ["{}"] * len(keys), np.ones(len(keys), np.bool_))


def tells_of_the_past(table: Table, frame: pd.DataFrame, before_ts: int | None) -> Flags:
    """Which of these new rows are of a time already told: the others are no news of the past."""
    late = np.zeros(len(frame), np.bool_)
    if before_ts is None or table.name in _NOT_FOUND_LATE:
        return late
    began = ("committed_ts",) if table.name == "item_fact" else ()
    for name in (*began, *_ENDS[table.name]):
        late |= _told(frame[name].to_numpy(np.int64), before_ts)
    return late


def _alter_the_past(
    table: Table, rows: Pairs, differs: Mapping[str, Flags], before_ts: int | None
) -> Flags:
    """Of which rows a number of a time already told changes; a time that passes does not."""
    late = np.zeros(len(rows.now), np.bool_)
    if before_ts is None:
        return late
    others = np.zeros(len(rows.now), np.bool_)
    goes_on = _GOES_ON.get(table.name, frozenset())
    for name, flags in differs.items():
        if name.endswith("_ts"):
            was = _told(rows.before[name].to_numpy(np.int64)[rows.was], before_ts)
            late |= flags & (was | _told(rows.after[name].to_numpy(np.int64)[rows.now], before_ts))
        elif name not in goes_on:
            others |= flags
    for name in _ENDS[table.name]:
        late |= others & _told(rows.before[name].to_numpy(np.int64)[rows.was], before_ts)
    return late


def _told(ts: Ints, before_ts: int) -> Flags:
    """Which of these times are known and had been told."""
    found: Flags = (ts != NONE) & (ts < before_ts)
    return found


def _texts(told: Sequence[Mapping[str, Any]]) -> list[str]:
    return [orjson.dumps(changes).decode() for changes in told]

"""Makes a frame of facts the stored ones: compares both by columns, a part at a time, logs what
differs, and writes only that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Column, ColumnElement, Table, select
from sqlalchemy.orm import Session

from core.frames import NONE
from store.fact_changes import FactChange, Keys
from store.fact_differences import Difference, difference
from store.fact_entries import (
    Entries,
    Pairs,
    changed_entries,
    found_entries,
    gone_entries,
    tells_of_the_past,
)
from store.fact_log import KNOWN, Recording, known_since, record
from store.fact_rows import columns_of
from store.insert import insert_columns
from store.lookup import chunks, one_of
from store.read import IDS, read_frame
from store.upsert import delete_rows, upsert_columns

_PART = 200_000
"""So many rows are compared at a time, or more where they belong to one item."""
_ROWS = 20_000
"""So many rows are Python objects at a time."""


def replace_facts(
    session: Session,
    table: Table,
    owner_id: int,
    frame: pd.DataFrame,
    recording: Recording,
    ids: Collection[int] | None,
) -> FactChange:
    """Make `frame` the facts of an owner, or, with `ids` of the second key column, of these."""
    found = compared(session, table, owner_id, frame, ids=ids)
    return _written(session, table, _owned(table, owner_id), found, recording)


def replace_facts_of(
    session: Session,
    table: Table,
    owner_ids: Collection[int],
    frame: pd.DataFrame,
    recording: Recording,
) -> FactChange:
    """Make `frame`, which names the owner of each row, the facts of these owners: all of them at
    once, for most have few.
    """
    owned = _Owned({}, [column.key for column in table.primary_key.columns])
    names = [column.key for column in table.c if column.key != KNOWN]
    found = _compared_of(session, table, owned, owner_ids, frame[names])
    return _written(session, table, owned, found, recording)


def _written(
    session: Session,
    table: Table,
    owned: _Owned,
    differences: Iterable[Difference],
    recording: Recording,
) -> FactChange:
    change = FactChange(tuple(owned.fixed.values()))
    for found in differences:
        _write(session, table, owned, found, recording)
        change.parts.append(
            (
                _keys(found.after, owned.key, found.inserted),
                _keys(found.after, owned.key, found.now),
                _keys(found.before, owned.key, found.deleted),
            )
        )
    return change


def _compared_of(
    session: Session,
    table: Table,
    owned: _Owned,
    owner_ids: Collection[int],
    frame: pd.DataFrame,
) -> Iterator[Difference]:
    """So many owners at a time as have `_PART` rows between them, or one that has more."""
    owner = table.c[owned.key[0]]
    own = frame[owner.key].to_numpy(np.int64)
    sizes = Counter(own.tolist())
    for few in _shared_out(sorted(set(owner_ids)), sizes):
        stored = select(*(table.c[name] for name in frame.columns))
        before = read_frame(session, stored.where(one_of(session, owner, few)))
        if found := difference(before, frame[np.isin(own, few)], owned.key):
            yield found


def _shared_out(owner_ids: Iterable[int], sizes: Mapping[int, int]) -> Iterator[list[int]]:
    few: list[int] = []
    rows = 0
    for owner_id in owner_ids:
        if few and (rows + sizes.get(owner_id, 0) > _PART or len(few) == IDS):
            yield few
            few, rows = [], 0
        few.append(owner_id)
        rows += sizes.get(owner_id, 0)
    if few:
        yield few


def compared(
    session: Session,
    table: Table,
    owner_id: int,
    frame: pd.DataFrame,
    *,
    ids: Collection[int] | None = None,
    gone_stages: Collection[int] = (),
) -> Iterator[Difference]:
    """How `frame` differs from the stored facts of its owner, a part at a time, for both sides are
    in memory; nothing is written.

    ids: only those whose second key column is one of these. gone_stages: ids of stages that will be
    no more, whose facts then wait without one.
    """
    owned = _owned(table, owner_id)
    [owner] = owned.fixed
    names = [column.key for column in table.c if column.key not in (owner, KNOWN)]
    own = select(*(table.c[name] for name in names)).where(table.c[owner] == owner_id)
    for where, after in _parts(session, table.c[owned.key[0]], frame[names], ids):
        before = read_frame(session, own.where(*where))
        if gone_stages:
            leaving = before["stage_id"].isin(list(gone_stages))
            before["stage_id"] = before["stage_id"].where(~leaving, NONE)
        if found := difference(before, after, owned.key):
            yield found


def restated(
    session: Session, table: Table, owner_id: int, found: Difference, recording: Recording
) -> int:
    """How many of these would restate what was told, were they written."""
    owned, before_ts = _owned(table, owner_id), recording.before_ts
    new = found.after.take(found.inserted)
    late = int(tells_of_the_past(table, new, before_ts).sum())
    for places in _slices(found.deleted):
        late += int(_gone(session, table, owned, found, places, before_ts).restates.sum())
    for was, now in zip(_slices(found.was), _slices(found.now), strict=True):
        late += int(_changed(table, owned, found, was, now, before_ts).restates.sum())
    return late


def _parts(
    session: Session, column: Column[int], frame: pd.DataFrame, ids: Collection[int] | None
) -> Iterator[tuple[Sequence[ColumnElement[bool]], pd.DataFrame]]:
    """Which stored rows, and the rows of the frame that take their place."""
    own = frame[column.key].to_numpy(np.int64)
    if ids is not None:
        for chunk in chunks(sorted(set(ids)), IDS):
            yield (one_of(session, column, chunk),), frame[np.isin(own, chunk)]
        return
    if (own[1:] < own[:-1]).any():
        order = np.argsort(own, kind="stable")
        frame, own = frame.take(order), own[order]
    begin = 0
    while True:
        end = min(begin + _PART, len(own))
        last = end == len(own)
        end = end if last else int(np.searchsorted(own, own[end - 1], side="right"))
        after = () if begin == 0 else (column > int(own[begin - 1]),)
        upto = () if last or end == len(own) else (column <= int(own[end - 1]),)
        yield (*after, *upto), frame.iloc[begin:end]
        if not upto:
            return
        begin = end


def _keys(frame: pd.DataFrame, key: Sequence[str], places: Keys) -> Keys:
    return frame[list(key)].to_numpy(np.int64)[places]


@dataclass(frozen=True, slots=True)
class _Owned:
    """The key of a table: the owner by its column, where all rows are of one, and the columns that
    rows tell themselves.
    """

    fixed: Mapping[str, int]
    key: Sequence[str]

    def keys(self, frame: pd.DataFrame, places: Keys) -> Keys:
        """The whole keys of the rows at some places of a frame."""
        own = [np.full(len(places), value, np.int64) for value in self.fixed.values()]
        told = [frame[name].to_numpy(np.int64)[places] for name in self.key]
        return np.column_stack([*own, *told])


def _owned(table: Table, owner_id: int) -> _Owned:
    owner, *key = (column.key for column in table.primary_key.columns)
    return _Owned({owner: owner_id}, key)


def _write(
    session: Session, table: Table, owned: _Owned, found: Difference, recording: Recording
) -> None:
    """Log what differs, then write it."""
    key, before_ts = [*owned.fixed, *owned.key], recording.before_ts
    for places in _slices(found.deleted):
        gone = _gone(session, table, owned, found, places, before_ts)
        record(session, table, gone, recording)
        rows = [dict(zip(key, one, strict=True)) for one in gone.keys.tolist()]
        delete_rows(session, table, rows)
    for was, now in zip(_slices(found.was), _slices(found.now), strict=True):
        record(session, table, _changed(table, owned, found, was, now, before_ts), recording)
        columns = columns_of(table, found.after.take(now))
        upsert_columns(session, table, owned.fixed, columns, key=key)
    for places in _slices(found.inserted):
        new = found.after.take(places)
        late = places[tells_of_the_past(table, new, before_ts)]
        record(session, table, found_entries(owned.keys(found.after, late)), recording)
        fixed = {**owned.fixed, KNOWN: recording.now_ts}
        insert_columns(session, table, fixed, columns_of(table, new))


def _gone(
    session: Session,
    table: Table,
    owned: _Owned,
    found: Difference,
    places: Keys,
    before_ts: int | None,
) -> Entries:
    keys = owned.keys(found.before, places)
    since = known_since(session, table, keys)
    return gone_entries(table, keys, found.before.take(places).assign(**{KNOWN: since}), before_ts)


def _changed(
    table: Table, owned: _Owned, found: Difference, was: Keys, now: Keys, before_ts: int | None
) -> Entries:
    pairs = Pairs(found.before, found.after, was, now, found.differing)
    return changed_entries(table, owned.keys(found.after, now), pairs, before_ts)


def _slices(places: Keys) -> Iterator[Keys]:
    for begin in range(0, len(places), _ROWS):
        yield places[begin : begin + _ROWS]

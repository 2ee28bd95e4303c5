"""Writes rows and tells which really changed: what is stored is read first and compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from store.lookup import Key, Row, key_getter, lookup_ids, read_rows
from store.upsert import delete_rows, last_by_key, upsert

BY_SOURCE = ("source_id", "external_id")


@dataclass(frozen=True, slots=True)
class Written:
    """ids: surrogate ids by (parent, vendor id) of all rows given; changed: of those written."""

    ids: dict[Key, int]
    changed: set[int]


def write_entities(
    session: Session,
    table: Table,
    rows: Iterable[Row],
    *,
    key: Sequence[str] = BY_SOURCE,
    keep: Sequence[str] = (),
) -> Written:
    """Store rows that have a surrogate id.

    key: the columns of the parent's id and of the vendor's. keep: columns that a row without a
    value leaves as they are, be the value stored or earlier in the batch.
    """
    unique = _folded(rows, key, keep)
    if not unique:
        return Written({}, set())
    stored = _stored(session, table, unique, key)
    different = _different(unique, stored, keep)
    upsert(session, table, different, key=key, keep=keep)
    ids = {found: int(row["id"]) for found, row in stored.items()}
    ids.update(_ids(session, table, [found for found in unique if found not in ids], key))
    changed = {ids[row[key[0]], row[key[1]]] for row in different}
    return Written(ids, changed)


def ensure_entities(
    session: Session, table: Table, rows: Iterable[Row], *, key: Sequence[str] = BY_SOURCE
) -> Written:
    """Insert the rows that are not there; those that are stay as they are, whoever wrote them."""
    unique = {(row[key[0]], row[key[1]]): row for row in rows}
    if not unique:
        return Written({}, set())
    ids = _ids(session, table, unique, key)
    missing = [row for found, row in unique.items() if found not in ids]
    upsert(session, table, missing, key=key, update=())
    new = _ids(session, table, [found for found in unique if found not in ids], key)
    return Written(ids | new, set(new.values()))


def write_children(
    session: Session,
    table: Table,
    rows: Iterable[Row],
    *,
    parent: str,
    whole: Collection[int] = (),
    **equal: Any,
) -> set[int]:
    """Store rows that belong to a parent and have no id of their own; answers the changed parents.

    whole: parents whose rows are all given: others of theirs are deleted. equal: fixed key columns.
    """
    key = [column.key for column in table.primary_key.columns]
    unique = last_by_key(map(_storable, rows), key)
    parents = {row[parent] for row in unique} | set(whole)
    if not parents:
        return set()
    of = key_getter(key)
    stored = {of(row): row for row in read_rows(session, table, parent, parents, **equal)}
    given = {of(row): row for row in unique}
    different = _different(given, stored, ())
    complete = set(whole)
    vanished = [
        {name: row[name] for name in key}
        for found, row in stored.items()
        if found not in given and row[parent] in complete
    ]
    delete_rows(session, table, vanished)
    upsert(session, table, different, key=key)
    return {row[parent] for row in (*different, *vanished)}


def _storable(row: Row) -> Row:
    """The row with text that both engines take: no NUL, no half of a surrogate pair."""
    return {name: _text(value) if type(value) is str else value for name, value in row.items()}


def _text(value: str) -> str:
    if "\x00" in value:
        value = value.replace("\x00", "\ufffd")
    return value if value.isascii() else value.encode(errors="replace").decode()


def _folded(rows: Iterable[Row], key: Sequence[str], keep: Sequence[str]) -> dict[Key, Row]:
    """The last row of each key; what it leaves open in a kept column comes from the one before."""
    folded: dict[Key, Row] = {}
    of = key_getter(key)
    for row in map(_storable, rows):
        found = of(row)
        before = folded.get(found)
        if before is not None:
            row = {**row, **{name: before[name] for name in keep if row[name] in (None, "")}}
        folded[found] = row
    return folded


def _stored(
    session: Session, table: Table, unique: Iterable[Key], key: Sequence[str]
) -> dict[Key, dict[str, Any]]:
    stored: dict[Key, dict[str, Any]] = {}
    for parent, names in _by_parent(unique).items():
        for row in read_rows(session, table, key[1], names, **{key[0]: parent}):
            stored[parent, row[key[1]]] = row
    return stored


def _ids(
    session: Session, table: Table, wanted: Iterable[Key], key: Sequence[str]
) -> dict[Key, int]:
    return {
        (parent, name): found
        for parent, names in _by_parent(wanted).items()
        for name, found in lookup_ids(session, table, parent, names, key=key).items()
    }


def _by_parent(keys: Iterable[Key]) -> dict[int, list[str]]:
    parents: dict[int, list[str]] = defaultdict(list)
    for parent, name in keys:
        parents[parent].append(name)
    return parents


def _different(
    given: Mapping[Key, Row], stored: Mapping[Key, Row], keep: Sequence[str]
) -> list[Row]:
    """The rows that are not stored, or not like this."""
    if not given:
        return []
    values = key_getter(list(next(iter(given.values()))))
    there = {found: values(row) for found, row in stored.items() if found in given}
    return [
        row
        for found, row in given.items()
        if there.get(found) != values(row) and _differs(row, stored.get(found), keep)
    ]


def _differs(row: Row, stored: Row | None, keep: Sequence[str]) -> bool:
    if stored is None:
        return True
    return any(
        stored[name] != value and not (name in keep and value in (None, ""))
        for name, value in row.items()
    )

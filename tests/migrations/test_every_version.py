"""Rows of every earlier version reach the newest one: what was stored stays, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, insert, select
from sqlalchemy.types import Boolean, Float, Integer, LargeBinary

from store.migrate import downgrade, move, newest, versions
from store.session import open_engine

Row = dict[str, Any]
MADE_ANEW = {
    "verdict": "0013",
    "exposure_event": "0025",
    "experiment": "0026",
    "api_token": "0028",
    "audit_event": "0028",
}
"""Tables into which nothing ever wrote before these versions, which made them anew; of verdicts
those are kept whose ends are known (`test_verdict_names.py`).
"""


def _shape(connection: Connection) -> list[Table]:
    """The tables as they are, those first that others point to."""
    found = MetaData()
    found.reflect(connection)
    return [one for one in found.sorted_tables if one.name != "alembic_version"]


def _row(table: Table, number: int, made: Mapping[str, Row]) -> Row:
    """A row of this version: what must be given, with ends that are there."""
    row: Row = {}
    for column in table.c:
        pointing = next(iter(column.foreign_keys), None)
        if pointing is not None:
            target = pointing.column
            if target.table.name in made and (not column.nullable or column.primary_key):
                row[column.name] = made[target.table.name][target.name]
        elif column.primary_key or (not column.nullable and column.server_default is None):
            row[column.name] = _value(column.type, column.name, number)
    return row


def _value(kind: object, name: str, number: int) -> Any:
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return number / 2
    return bytes([number]) if isinstance(kind, LargeBinary) else f"{name[:6]}{number}"


def _seed(connection: Connection, number: int) -> Iterator[tuple[str, Row]]:
    """A row in each table that there is, told by the name of the table."""
    made: dict[str, Row] = {}
    for table in _shape(connection):
        row = _row(table, number, made)
        connection.execute(insert(table), [row])
        made[table.name] = row
    yield from made.items()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_rows_that_each_version_stored_are_there_after_all_later_migrations(
    request: pytest.FixtureRequest, kind: str
) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    downgrade(url, to="base")
    engine = open_engine(url)
    seeded: list[tuple[str, str, Row]] = []
    for number, version in enumerate(versions(), 1):
        with engine.begin() as connection:
            move(connection, to=version)
        with engine.begin() as connection:
            seeded += [(version, *one) for one in _seed(connection, number)]
    with engine.connect() as connection:
        lost = list(_lost(connection, seeded))
    engine.dispose()
    assert len(versions()) >= 30
    assert versions()[-1] == newest()
    assert len(seeded) > 1_500
    assert lost == []


def _lost(connection: Connection, seeded: list[tuple[str, str, Row]]) -> Iterator[str]:
    tables = {table.name: table for table in _shape(connection)}
    for version, name, row in seeded:
        if version < MADE_ANEW.get(name, ""):
            continue
        table = tables.get(name)
        if table is None:
            yield f"{name} of {version} is gone"
            continue
        keys = [one for one in table.primary_key.columns if one.name in row]
        where = [one == row[one.name] for one in keys]
        found = connection.execute(select(table).where(*where)).mappings().all()
        if len(found) != 1:
            yield f"{name} of {version}: {len(found)} rows"
            continue
        kept = {column: value for column, value in row.items() if column in table.c}
        if kept != {column: found[0][column] for column in kept}:
            yield f"{name} of {version}: {kept} is {dict(found[0])}"

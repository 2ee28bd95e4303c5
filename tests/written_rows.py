"""Counts the rows that are written to some tables, whichever way they are: triggers note them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, text

_KINDS = ("INSERT", "UPDATE", "DELETE")
_NOTE = """CREATE FUNCTION note_row() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO written_row VALUES (TG_TABLE_NAME); RETURN NULL; END $$"""


def watch(engine: Engine, tables: Sequence[str]) -> None:
    """From now on rows of these tables are counted."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE written_row (name TEXT NOT NULL)"))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_NOTE)
        for table in tables:
            for kind in _KINDS:
                _trigger(connection, table, kind)


def _trigger(connection: Connection, table: str, kind: str) -> None:
    begun = f"CREATE TRIGGER note_{kind.lower()}_{table} AFTER {kind} ON {table} FOR EACH ROW"
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"{begun} EXECUTE FUNCTION note_row()")
    else:
        noted = f"INSERT INTO written_row VALUES ('{table}')"
        connection.exec_driver_sql(f"{begun} BEGIN {noted}; END")


def written(engine: Engine) -> Counter[str]:
    """How many rows of each table were inserted, updated or deleted since this was asked last."""
    with engine.begin() as connection:
        found = Counter(connection.execute(text("SELECT name FROM written_row")).scalars())
        connection.execute(text("DELETE FROM written_row"))
    return found

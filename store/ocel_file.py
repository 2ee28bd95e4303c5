"""An event log as the SQLite file that OCEL 2.0 describes: a table for each type, and the links."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final

Types = Mapping[str, Mapping[str, str]]
Thing = tuple[str, str, str, Mapping[str, Any], Sequence[tuple[str, str]]]
"""id, type, time in ISO 8601, attributes, related objects with what they are to it."""

_SQL: Final = {
    "string": "TEXT",
    "integer": "INTEGER",
    "float": "REAL",
    "boolean": "INTEGER",
    "time": "TIMESTAMP",
}


class OcelFile:
    """A new file, filled in one transaction; closed with the block."""

    def __init__(self, path: Path, objects: Types, events: Types) -> None:
        self._types = {"object": objects, "event": events}
        self._tables: dict[tuple[str, str], str] = {}
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("BEGIN")
        for what, types in self._types.items():
            self._make(what, types)
        for name, ends in (("event_object", "event object"), ("object_object", "source target")):
            first, second = ends.split()
            self._connection.execute(
                f"CREATE TABLE {name} (ocel_{first}_id TEXT, ocel_{second}_id TEXT,"
                " ocel_qualifier TEXT)"
            )

    def __enter__(self) -> OcelFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")
        self._connection.close()

    def add_objects(self, rows: Sequence[Thing]) -> None:
        """With the objects that they are linked to."""
        self._add("object", rows)
        self._relate("object_object", rows)

    def add_events(self, rows: Sequence[Thing]) -> None:
        """With the objects that took part."""
        self._add("event", rows)
        self._relate("event_object", rows)

    def _make(self, what: str, types: Types) -> None:
        run = self._connection.execute
        run(f"CREATE TABLE {what} (ocel_id TEXT PRIMARY KEY, ocel_type TEXT)")
        run(f"CREATE TABLE {what}_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT)")
        changed = ", ocel_changed_field TEXT" if what == "object" else ""
        for number, (name, told) in enumerate(types.items()):
            word = f"{re.sub('[^A-Za-z0-9]', '', name.title())}_{number}"
            self._tables[what, name] = f"{what}_{word}"
            run(f"INSERT INTO {what}_map_type VALUES (?, ?)", (name, word))
            more = "".join(f', "{one}" {_SQL[kind]}' for one, kind in told.items())
            run(
                f"CREATE TABLE {what}_{word} (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP"
                f"{changed}{more})"
            )

    def _add(self, what: str, rows: Sequence[Thing]) -> None:
        run = self._connection.executemany
        run(f"INSERT INTO {what} VALUES (?, ?)", [(row[0], row[1]) for row in rows])
        for name, told in self._types[what].items():
            own = [row for row in rows if row[1] == name]
            if not own:
                continue
            blank = (None,) if what == "object" else ()
            values = [
                (row[0], _moment(row[2]), *blank, *(row[3].get(one) for one in told)) for row in own
            ]
            places = ", ".join("?" * len(values[0]))
            run(f"INSERT INTO {self._tables[what, name]} VALUES ({places})", values)

    def _relate(self, table: str, rows: Sequence[Thing]) -> None:
        pairs = [(row[0], other, what) for row in rows for other, what in row[4]]
        self._connection.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", pairs)


def _moment(text: str) -> str:
    return text.replace("T", " ").removesuffix("Z")

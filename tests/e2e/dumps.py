"""What a database holds, told without surrogate ids: rows of two databases can be compared."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Engine, Table, UniqueConstraint, select
from sqlalchemy.orm import Session

from core.records import Entity, Field
from store.models import metadata
from store.session import sessions
from store.settings import set_setting

Rows = list[str]
Row = Mapping[str, Any]

DELIVERY_FACTS = ("change_fact", "request_fact", "deployment_fact", "incident_fact")
FACTS = ("item_fact", "stage_visit", "tool_time", *DELIVERY_FACTS)

WHEN_IT_RAN = {
    "link": {"since_ts"},
    "overruled_link": {"since_ts"},
    "value_stream": {"facts_ts", "known_since_ts"},
    "service": {"known_since_ts"},
    **{name: {"known_ts"} for name in FACTS},
    "raw_record": {"fetched_ts"},
    "exposure_event": {"received_ts"},
    "outcome": {"received_ts"},
    "fact_change": {"id", "recorded_ts"},
    "stream_state": {
        "watermark_ts",
        "lease_owner",
        "lease_until_ts",
        "lease_since_ts",
        "due_ts",
        "failures",
        "last_start_ts",
        "last_success_ts",
        "last_error_ts",
        "requests",
        "health",
    },
}
"""Columns that tell when and how a pass went, not what there is."""

HOW_OFTEN = ("value_stream", "store_setting")
"""Tables that count how often facts moved on the way, which depends on where a pass was cut."""

_WHEN_IN_CURSOR = ("_census", "read_at")
"""The same inside a cursor, which tells when it was read and so when it will be again."""

_TABLE_OF = {
    Entity.ITEM: "work_item",
    Entity.COMMIT: "git_commit",
    Entity.MERGE_REQUEST: "merge_request",
    Entity.BUILD: "build",
    Entity.DEPLOYMENT: "deployment",
    Entity.CHANGE: "change_request",
    Entity.INCIDENT: "incident",
    Entity.REPOSITORY: "repository",
}
_PLAIN = {
    ("transition", "actor_id"): "person",
    ("change_fact", "merge_request_id"): "merge_request",
    ("request_fact", "merge_request_id"): "merge_request",
    ("deployment_fact", "incident_id"): "incident",
    ("incident_fact", "deployment_id"): "deployment",
}
_PASSES = "source_reading"
"""The table that tells when passes were made, and nothing else."""

_DAILY = {"delay_cost_day", "stream_day", "service_day", "alert", "alert_delivery", "worker"}
"""Made of the facts whenever some time has passed: they tell when, too. And who was at it."""

_DAILY_SETTINGS = {"daily", "alerts_evaluated", "alerts_version"}

_STATUSES = "statuses_of_stream_"
_DEFINITION = "definition_of_"
_BY_KIND = {"a_id": "a_kind", "b_id": "b_kind", "entity_id": "entity"}


def same_people(engine: Engine) -> None:
    """Give the database a known key, so that its people have the pseudonyms of other databases."""
    with sessions(engine).begin() as session:
        set_setting(session, "people_key", "5e" * 32)


def natural_rows(engine: Engine) -> dict[str, Rows]:
    """By table: each row as text with vendors' ids and names for ours, without the times at which
    it was made, in order.
    """
    with sessions(engine)() as session:
        told = _Telling({table.name: _rows(session, table) for table in metadata.sorted_tables})
        told.rows |= {name: [] for name in (_PASSES, *_DAILY)}
        told.rows["store_setting"] = _settings(told.rows["store_setting"])
        log = told.rows["fact_change"]
        # What only moved on the way depends on where a pass was cut.
        told.rows["fact_change"] = [row for row in log if row["restates"]]
        session.rollback()
    return {
        name: sorted(told.row(metadata.tables[name], row) for row in rows)
        for name, rows in told.rows.items()
    }


def exact_rows(engine: Engine, *, but: str) -> dict[str, Rows]:
    """By table: each row as it stands, surrogate ids and times too; `but` is left out, and with it
    what tells when passes were.
    """
    left_out = ({but, _PASSES} if but else set()) | _DAILY
    with sessions(engine)() as session:
        tables = [table for table in metadata.sorted_tables if table.name not in left_out]
        found = {table.name: _rows(session, table) for table in tables}
        found["store_setting"] = _settings(found["store_setting"])
        session.rollback()
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}


def differences(
    one: Mapping[str, Rows], other: Mapping[str, Rows], *, but: Collection[str] = ()
) -> dict[str, Any]:
    """By table: how many rows are only here and only there, and three of each."""
    found = {}
    for name in one.keys() - set(but):
        here, there = set(one[name]) - set(other[name]), set(other[name]) - set(one[name])
        if one[name] != other[name]:
            counts = (len(one[name]), len(other[name]), len(here), len(there))
            found[name] = (counts, sorted(here)[:3], sorted(there)[:3])
    return found


def _rows(session: Session, table: Table) -> list[dict[str, Any]]:
    columns = [column.label(column.key) for column in table.c]
    return [dict(row) for row in session.execute(select(*columns)).mappings()]


def _settings(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["name"] not in _DAILY_SETTINGS]


def _key_of(table: Table) -> list[str]:
    """The columns that name a row to people: a unique constraint, or a unique column."""
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            return [column.key for column in constraint.columns]
    return [column.key for column in table.c if column.unique]


@dataclass
class _Telling:
    rows: dict[str, list[dict[str, Any]]]
    names: dict[tuple[str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table in metadata.sorted_tables:  # parents come first
            for row in self.rows[table.name]:
                if "id" in row and (key := _key_of(table)):
                    cells = [str(self._cell(table, row, name)) for name in key]
                    self.names[table.name, row["id"]] = "/".join(cells)

    def row(self, table: Table, row: Row) -> str:
        if table.name == "fact_change":
            return self._change(row)
        if table.name == "store_setting" and row["name"].startswith(_STATUSES):
            row = self._statuses(row)
        named = row["name"].removeprefix(_DEFINITION) if table.name == "store_setting" else ""
        if named.isdecimal() and named != row["name"]:
            row = self._definition(row)
        own = {"id"} if _key_of(table) else set()
        left_out = WHEN_IT_RAN.get(table.name, set()) | own
        return repr([(name, self._cell(table, row, name)) for name in row if name not in left_out])

    def _change(self, row: Row) -> str:
        """A change of a fact, told as the fact itself is."""
        fact = metadata.tables[row["fact"]]
        key = [column.key for column in fact.primary_key.columns]
        parts = dict(zip(key, (row["owner_id"], row["entity_id"], row["part"]), strict=False))
        named = [(name, self._cell(fact, parts, name)) for name in key]
        pairs = json.loads(row["changes"])
        changes = [
            (name, [self._cell(fact, {name: value}, name) for value in pair])
            for name, pair in sorted(pairs.items())
            if name != "known_ts"
        ]
        return repr([row["fact"], named, row["what"], changes, row["cause"]])

    def _statuses(self, row: Row) -> Row:
        """What names of statuses mean to a stream, which is remembered by our ids."""
        stream = self.names["value_stream", int(row["name"].removeprefix(_STATUSES))]
        meant = {
            name: [self.names["workflow_status", found] for found in ids]
            for name, ids in json.loads(row["value"]).items()
        }
        return {"name": f"{_STATUSES}{stream}", "value": json.dumps(meant, sort_keys=True)}

    def _definition(self, row: Row) -> Row:
        """What statuses mean to a stream, which is kept by our ids, too."""
        stream = self.names["value_stream", int(row["name"].removeprefix(_DEFINITION))]
        told = json.loads(row["value"])
        for name in ("known", "meanings"):
            found = told[name].items()
            told[name] = {self.names["workflow_status", int(one)]: what for one, what in found}
        return {"name": f"{_DEFINITION}{stream}", "value": json.dumps(told, sort_keys=True)}

    def _cell(self, table: Table, row: Row, name: str) -> Any:
        target = self._target(table, row, name)
        value = row[name]
        if (table.name, name) == ("stream_state", "cursor"):
            told = orjson.loads(value)
            nowhere = {"at", "id"} if told.get("id") == "" else set()  # no row was there yet
            left_out = {*_WHEN_IN_CURSOR, *nowhere}
            if "_watch" in told:
                told["_watch"] = sorted(told["_watch"])  # of each it says when it is due
            return {key: told[key] for key in sorted(told) if key not in left_out}
        if target is None or value is None or value < 0:
            return bytes(value) if isinstance(value, memoryview) else value
        return f"{target} {self.names[target, value]}"

    def _target(self, table: Table, row: Row, name: str) -> str | None:
        """The table that a column points into; None for a column that is a value."""
        if (table.name, name) in _PLAIN:
            return _PLAIN[table.name, name]
        if table.name == "transition" and name in ("from_id", "to_id"):
            known = {Field.STATUS: "workflow_status", Field.ASSIGNEE: "person"}
            return known.get(Field(row["field"]), "term")
        if name == "scope_id":
            return {"stream": "value_stream", "service": "service"}.get(row["scope"])
        if name in _BY_KIND and _BY_KIND[name] in row:
            return _TABLE_OF[Entity(row[_BY_KIND[name]])]
        return next((key.column.table.name for key in table.c[name].foreign_keys), None)

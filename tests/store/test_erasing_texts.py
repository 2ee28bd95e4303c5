"""A word in every text of every table is taken out of all that are no names of the work."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Float,
    LargeBinary,
    String,
    Table,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError

from core.stand_ins import Eraser, word_of
from store import erasing_texts
from store.models import audit_event, metadata
from store.session import sessions

CANARY = "mira.okafor"
STAND_IN = "erased-bbbbbbbbbbbbbbbb"
NAMES_OF_WORK = {
    "source", "project", "workflow_status", "repository", "environment", "value_stream", "stage",
    "stream_member", "service", "team", "calendar", "planned_release",
}  # fmt: skip
"""Tables of names that the configuration and the tools know things by."""
ALSO_KEPT = {
    "build.job", "deployment.environment", "deployment.tier", "deployment.service",
    "deployment.job", "deployment.remote", "work_item.key", "work_item.project", "work_item.type",
    "work_item.priority", "work_item.resolution", "item_key.key", "item_link.kind",
    "item_link.other_key", "stream_state.stream", "stream_state.scope", "stream_state.lease_owner",
    "merge_request.target_branch", "change_request.service", "change_request.ci",
    "incident.service", "incident.ci", "git_commit.sha", "store_setting.name",
    "api_token.role", "api_token.streams", "api_token.hash",
}  # fmt: skip
HASHED = {"person", "person_alias", "team_member"}


@pytest.fixture(params=["sqlite_engine", "postgres_engine"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


def _value(column: Column[Any]) -> Any:
    if isinstance(column.type, String):
        longest = column.type.length
        return "x" if longest is not None and longest < 40 else CANARY
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, LargeBinary):
        return b""
    return 0.5 if isinstance(column.type, Float) else 1


def _texts(table: Table) -> list[Column[Any]]:
    return [one for one in table.c if isinstance(one.type, String)]


def _left(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return {
            f"{table.name}.{column.key}"
            for table in metadata.sorted_tables
            for column in _texts(table)
            if CANARY in set(connection.execute(select(column)).scalars())
        }


def test_every_text_of_every_table(engine: Engine) -> None:
    eraser = Eraser({f"#{CANARY}": word_of(CANARY, STAND_IN, "#{}".format)}, "#{}".format)
    loose = {
        "sqlite": "PRAGMA foreign_keys = OFF",
        "postgresql": "SET session_replication_role = replica",
    }
    with engine.connect() as connection:
        connection.exec_driver_sql(loose[engine.dialect.name])
        connection.commit()
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(loose["sqlite"])
        for table in metadata.sorted_tables:
            values = {one.key: _value(one) for one in table.c}
            connection.execute(insert(table).values(**values))
        connection.commit()
    assert len(_left(engine)) > 150
    with sessions(engine).begin() as session, erasing_texts.audit_log_opened(session):
        for table in erasing_texts.tables_with_text():
            found = list(erasing_texts.changes(session, table, eraser))
            assert erasing_texts.write_changes(session, table, found) == len(found) <= 1
    left = {one for one in _left(engine) if one.partition(".")[0] not in NAMES_OF_WORK | HASHED}
    assert {one for one in left if not one.startswith("sign_in.")} <= ALSO_KEPT
    with sessions(engine)() as session:
        assert len(erasing_texts.sign_ins_of(session, eraser)) == 1
    with pytest.raises(DatabaseError), engine.begin() as connection:  # the log is closed again
        connection.execute(text(f"UPDATE {audit_event.name} SET who = 'me'"))

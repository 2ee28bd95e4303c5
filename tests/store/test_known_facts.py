"""Facts as they were known: after any writes, each moment has the facts that it had then."""

from __future__ import annotations

from random import Random
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from core.frames import NONE
from store import frames
from store.fact_log import Recording
from store.facts import (
    replace_change_facts,
    replace_deployment_facts,
    replace_incident_facts,
    replace_item_facts,
    replace_request_facts,
    replace_stage_visits,
    replace_tool_times,
)
from store.known_facts import facts_known_at
from store.models import (
    change_fact,
    deployment,
    deployment_fact,
    fact_change,
    git_commit,
    incident,
    incident_fact,
    item_fact,
    repository,
    request_fact,
    service,
    source,
    stage_visit,
    tool_time,
    value_stream,
    work_item,
)

STREAM, SERVICE = 5, 3
NUMBERS = (1, 2, 3, 4)


def _of_service(replace: Any) -> Any:
    """What replaces the facts of several services, called for one."""

    def write(session: Session, service_id: int, facts: pd.DataFrame, **how: Any) -> None:
        replace(session, [service_id], facts.assign(service_id=service_id), **how)

    return write


FACTS: dict[str, tuple[Table, int, Any, Any]] = {
    "items": (item_fact, STREAM, replace_item_facts, frames.item_facts),
    "tools": (tool_time, STREAM, replace_tool_times, frames.tool_times),
    "visits": (stage_visit, STREAM, replace_stage_visits, frames.stage_visits),
    "changes": (change_fact, SERVICE, _of_service(replace_change_facts), frames.change_facts),
    "requests": (request_fact, SERVICE, _of_service(replace_request_facts), frames.request_facts),
    "deployments": (
        deployment_fact,
        SERVICE,
        _of_service(replace_deployment_facts),
        frames.deployment_facts,
    ),
    "incidents": (
        incident_fact,
        SERVICE,
        _of_service(replace_incident_facts),
        frames.incident_facts,
    ),
}
REFERENCES = ("stage_id", "status_id")


@pytest.fixture(autouse=True)
def _parents(session: Session) -> None:
    shared = {"source_id": 1, "created_ts": 1}
    named = [{"id": one, "external_id": str(one), **shared} for one in NUMBERS]
    item = {"updated_ts": 1, "subtask": False, "changelog_complete": True}
    session.execute(source.insert(), [{"id": 1, "name": "jira"}])
    session.execute(work_item.insert(), [one | item for one in named])
    session.execute(deployment.insert(), named)
    stream = {"id": STREAM, "name": "checkout", "ordinal": 0, "active": True}
    session.execute(value_stream.insert(), [stream])
    session.execute(service.insert(), [{"id": SERVICE, "name": "web"}])
    _rows(session, repository, [{"id": 1, "source_id": 1, "external_id": "1"}])
    _rows(
        session, git_commit, [{"id": one, "repository_id": 1, "sha": str(one)} for one in NUMBERS]
    )
    _rows(session, incident, named)


def _rows(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """With something in every column that must have a value."""
    for row in rows:
        needed = {
            column.key: _any_value(column, Random(row["id"]))
            for column in table.c
            if not column.nullable and column.server_default is None and column.key not in row
        }
        session.execute(table.insert(), [{**needed, **row}])


def _any_value(column: Any, chance: Random) -> Any:
    kind = column.type.python_type
    if kind is bool:
        return chance.random() < 0.5
    if kind is int:
        return chance.randrange(1, 9)
    if kind is float:
        return chance.choice([0.0, 0.4, 1.0])
    return chance.choice(["", "feature", 'a "quoted" word', "ü"])


def _value(column: Any, chance: Random) -> Any:
    """As frames have it: NONE and -1 stand for what is not there."""
    if column.nullable and (column.key in REFERENCES or chance.random() < 0.4):
        return -1 if column.type.python_type is bool else NONE
    if column.key == "deployment_id" or column.key == "incident_id":
        return chance.choice(NUMBERS)
    found = _any_value(column, chance)
    return int(found) if column.nullable and isinstance(found, bool) else found


def _frame(table: Table, owner: str, chance: Random) -> pd.DataFrame:
    """Any facts of any of the four, each once or, where a fact has parts, in up to three."""
    key = [column.key for column in table.primary_key.columns]
    rows = []
    for number in chance.sample(NUMBERS, chance.randrange(len(NUMBERS) + 1)):
        parts = range(1, chance.randrange(1, 4)) if len(key) > 2 else [None]
        for part in parts:
            own = dict(zip(key[1:], (number, part), strict=False))
            row = {
                column.key: own.get(column.key, _value(column, chance))
                for column in table.c
                if column.key not in (owner, "known_ts")
            }
            rows.append(row)
    names = [column.key for column in table.c if column.key not in (owner, "known_ts")]
    return pd.DataFrame(rows, columns=names)


@pytest.mark.parametrize("name", FACTS)
def test_what_was_known_at_any_moment_is_what_was_there_then(session: Session, name: str) -> None:
    table, owner_id, write, read = FACTS[name]
    owner = next(iter(table.primary_key.columns)).key
    for seed in range(6):
        chance = Random(f"{name}{seed}")
        with session.begin_nested() as point:
            stored: dict[int, pd.DataFrame] = {0: read(session, owner_id)}
            at = 0
            for _ in range(10):
                at += chance.choice([0, 1, 7])
                scope: dict[str, Any] = {}
                if owner == "stream_id" and chance.random() < 0.5:
                    scope["item_ids"] = chance.sample(NUMBERS, 2)
                facts = _frame(table, owner, chance)
                recording = Recording(at, "records", chance.choice([None, 5]))
                write(session, owner_id, facts, recording=recording, **scope)
                stored[at] = read(session, owner_id)
            for moment in sorted({*stored, *(one - 1 for one in stored if one), at + 9}):
                then = stored[max(one for one in stored if one <= moment)]
                found = facts_known_at(session, table, owner_id, moment)
                pd.testing.assert_frame_equal(found, then)
            point.rollback()


def test_facts_that_are_new_are_not_logged(session: Session) -> None:
    facts = _frame(item_fact, "stream_id", Random(3))
    assert len(facts)
    replace_item_facts(session, STREAM, facts, recording=Recording(9, "records", None))
    assert session.execute(select(func.count()).select_from(fact_change)).scalar_one() == 0
    assert set(session.execute(select(item_fact.c.known_ts)).scalars()) == {9}
    assert facts_known_at(session, item_fact, STREAM, 8).empty

"""A service desk that grants less and less, read through the runner into a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import Engine, select

from core.records import Entity
from core.settings import Settings
from core.source_settings import Auth, IncidentFilter, ServiceNowSource
from pipeline.collect import collect
from pipeline.database import Database, over
from pipeline.source_report import SourceReport
from pipeline.wanted import wanted_of
from simulator.credentials import SNOW_CLIENT, SNOW_PASSWORD, SNOW_SECRET, SNOW_USER
from simulator.faults import Faults
from simulator.model_desk import AuditEntry, Incident
from simulator.server import CompanyServer, running
from store.cursors import StreamKey, load_state
from store.models import change_request, incident, state_change
from store.raw import count_records
from tests.simulator.tiny import tiny_world

JUST_NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def test_an_incident_that_becomes_urgent_has_the_history_of_a_fresh_load(
    sqlite_engine: Engine,
) -> None:
    database, world = over(sqlite_engine), tiny_world()
    late = world.incidents[3]
    first = late.opened + timedelta(minutes=5)
    late.audit.append(AuditEntry("e1", "state", "1", "2", first))
    with running(world) as server:
        assert _read(server, database).problems == []
        assert _states(database, late.number) is None
        late.priority, late.updated = 1, JUST_NOW
        server.advance(world)
        assert _read(server, database).problems == []
    assert _states(database, late.number) == [(int(first.timestamp()), "new", "in progress")]


def test_change_tasks_and_problems_are_kept_as_they_are(sqlite_engine: Engine) -> None:
    database, world = over(sqlite_engine), tiny_world()
    for one in world.incidents[:2]:
        one.deployment = "d1"
    with running(world) as server:
        assert _read(server, database).problems == []
    with database.read() as session:
        stored = count_records(session, 1)
    assert (stored["tasks"], stored["problems"]) == (2, 1)


def test_without_the_log_states_are_those_that_polls_see_and_the_source_says_so(
    sqlite_engine: Engine,
) -> None:
    database, world = over(sqlite_engine), tiny_world()
    faults = Faults(hidden_tables={"sys_audit", "metric_definition"})
    with running(world, faults=faults) as server:
        assert _read(server, database).problems == []
        urgent = world.incidents[0]
        _resolve(urgent)
        server.advance(world)
        assert _read(server, database).problems == []
        assert _read(server, database).changed == 0
    with database.read() as session:
        note = load_state(session, StreamKey(1, "audit")).note
    assert note.startswith("states are those seen from one poll to the next")
    assert _states(database, urgent.number) == [
        (int(urgent.opened.timestamp()), "in progress", "in progress"),
        (int(urgent.updated.timestamp()), "in progress", "resolved"),
    ]


def test_metrics_tell_the_states_where_the_log_may_not_be_read(sqlite_engine: Engine) -> None:
    database, world = over(sqlite_engine), tiny_world()
    with running(world, faults=Faults(hidden_tables={"sys_audit"})) as server:
        assert _read(server, database).problems == []
    change = world.changes[0]
    began = [(change.created, "new"), (change.work_start, "closed")]
    assert _states(database, change.number) == [
        (int(at.timestamp()), "", state) for at, state in began if at is not None
    ]


def test_losing_the_log_turns_the_source_red_and_leaves_what_was_read(
    sqlite_engine: Engine,
) -> None:
    database, faults = over(sqlite_engine), Faults()
    with running(tiny_world(), faults=faults) as server:
        assert _read(server, database).problems == []
        before = _states(database, "CHG0030001")
        faults.hidden_tables = {"sys_audit"}
        server.advance(tiny_world())
        problems = _read(server, database).problems
    assert any("grant audit_viewer again" in problem for problem in problems)
    assert before == _states(database, "CHG0030001")


def test_ignored_queries_and_lost_rows_are_errors_that_change_nothing(
    sqlite_engine: Engine,
) -> None:
    database, faults = over(sqlite_engine), Faults()
    with running(tiny_world(), faults=faults) as server:
        assert _read(server, database).problems == []
        faults.queries_ignored = True
        server.advance(tiny_world())
        assert "not the one account asked for" in _read(server, database).problems[0]
        faults.queries_ignored = False
        faults.hidden_tables = {"incident"}
        server.advance(tiny_world())
        assert any("403" in problem for problem in _read(server, database).problems)
    with database.read() as session:
        assert len(session.execute(select(incident.c.id)).all()) == 2


def test_without_the_time_of_resolution_the_source_says_so(sqlite_engine: Engine) -> None:
    database = over(sqlite_engine)
    with running(tiny_world(), faults=Faults(hidden_columns={"incident.resolved_at"})) as server:
        assert _read(server, database).problems == []
    with database.read() as session:
        note = load_state(session, StreamKey(1, "incidents")).note
    assert note == "incident has no readable column resolved_at"


def test_an_oauth_client_reads_the_same(sqlite_engine: Engine) -> None:
    database = over(sqlite_engine)
    auth = Auth(user=SecretStr(SNOW_CLIENT), password=SecretStr(SNOW_SECRET))
    with running(tiny_world()) as server:
        report = _read(server, database, auth=auth, oauth=True)
    assert report.problems == []
    assert _states(database, "CHG0030001") is not None


def _resolve(one: Incident) -> None:
    one.state, one.updated = "6", JUST_NOW
    one.resolved = one.updated


def _read(
    server: CompanyServer, database: Database, *, auth: Auth | None = None, oauth: bool = False
) -> SourceReport:
    source = ServiceNowSource(
        name="snow",
        kind="servicenow",
        url=server.url("servicenow"),
        auth=auth or Auth(user=SecretStr(SNOW_USER), password=SecretStr(SNOW_PASSWORD)),
        oauth=oauth,
        incidents=IncidentFilter(priorities=(1, 2)),
    )
    report = collect(source, database, wanted_of(Settings()))
    while left := report.history_left:
        older = collect(source, database, wanted_of(Settings()), only=left)
        report = replace(report + older, streams={**report.streams, **older.streams})
    return report


def _states(database: Database, number: str) -> list[tuple[int, str, str]] | None:
    """Time, old and new state of a change or incident in order; None where it is not stored."""
    table = change_request if number.startswith("CHG") else incident
    entity = Entity.CHANGE if number.startswith("CHG") else Entity.INCIDENT
    with database.read() as session:
        id = session.execute(select(table.c.id).where(table.c.number == number)).scalar()
        if id is None:
            return None
        names = (state_change.c.ts, state_change.c.old, state_change.c.new)
        where = (state_change.c.entity == int(entity), state_change.c.entity_id == id)
        own = (*where, state_change.c.field == "state")
        rows = session.execute(select(*names).where(*own).order_by(state_change.c.ts))
        return [(row[0], row[1], row[2]) for row in rows]

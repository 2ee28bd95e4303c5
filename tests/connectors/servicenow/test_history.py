"""Where the history of states comes from, and that no row is left without its own."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from connectors.http import SourceClient
from connectors.stream import Scope, Stream
from core.errors import SourceAnswerError, SourceAuthError
from core.records import Entity, Record, StateChange
from core.source_settings import IncidentFilter
from tests.connectors.readers import payloads, read, stream
from tests.connectors.servicenow.desk import Desk, change, connect, entry, incident

AT = "2026-01-05 08:00:00"
URGENT = IncidentFilter(priorities=(1, 2))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, 5, hour, minute, tzinfo=UTC)


def records(
    one: Stream,
    client: SourceClient,
    *,
    cursor: dict[str, str] | None = None,
    known: tuple[str, ...] = (),
    since: date | None = None,
) -> list[Record]:
    """What the runner makes of a pass: every row completed and parsed."""
    rows = payloads(read(one, client, cursor=cursor, known=known, since=since))
    if one.complete is not None:
        one.complete(client, Scope(), rows)
    return [record for row in rows for record in one.parse(row, Scope())]


def states(found: list[Record]) -> list[tuple[str, datetime, str, str]]:
    return [(r.id, r.at, r.old, r.new) for r in found if isinstance(r, StateChange)]


def names(client: SourceClient) -> list[str]:
    return [one.name for one in connect(client).streams]


def test_with_the_audit_log_nothing_else_is_asked_for(tool: Desk, client: SourceClient) -> None:
    connection = connect(client)
    assert [one.name for one in connection.streams] == [
        "changes",
        "incidents",
        "audit",
        "tasks",
        "problems",
    ]
    assert "metric_definition" not in tool.asked
    assert states(records(stream(connection, "incidents"), client)) == []
    found = records(stream(connection, "audit"), client)
    assert states(found) == [("i1", at(8), "new", "in progress")]


def test_without_the_log_metrics_tell_when_a_state_began(tool: Desk, client: SourceClient) -> None:
    tool.closed.add("sys_audit")
    tool.hold("metric_definition", {"sys_id": "m1", "table": "incident", "field": "state"})
    row = {"sys_id": "x1", "definition": "m1", "id": "i1", "start": AT, "sys_updated_on": AT}
    tool.hold(
        "metric_instance",
        {**row, "value": "In Progress", "field_value": "2"},
        {**row, "sys_id": "x2", "definition": "m9", "value": "7", "field_value": ""},
        {
            **row,
            "sys_id": "x3",
            "start": "2026-01-05 09:30:00",
            "value": "Waiting",
            "field_value": "",
        },
    )
    connection = connect(client)
    (page,) = read(stream(connection, "audit"), client)
    assert page.cursor["note"].startswith("states are read from metric_instance")
    found = records(stream(connection, "metrics"), client)
    assert states(found) == [("i1", at(8), "", "in progress"), ("i1", at(9, 30), "", "waiting")]
    assert states(records(stream(connection, "incidents"), client)) == []


@pytest.mark.parametrize("closed", [True, False], ids=["refused", "no row is visible"])
def test_without_either_what_polls_see_is_kept_and_said_to_be_less(
    tool: Desk, client: SourceClient, closed: bool
) -> None:
    tool.closed |= {"metric_definition"} | ({"sys_audit"} if closed else set())
    tool.tables["sys_audit"].rows.clear()
    connection = connect(client)
    (page,) = read(stream(connection, "audit"), client)
    assert page.cursor["note"].startswith("states are those seen from one poll to the next")
    found = records(stream(connection, "changes"), client)
    seen = [record for record in found if isinstance(record, StateChange)]
    assert [(r.entity, r.field, r.new, r.at, r.observed) for r in seen] == [
        (Entity.CHANGE, "state", "2", at(8), True),
        (Entity.CHANGE, "approval", "requested", at(8), True),
    ]
    (only,) = [
        r for r in records(stream(connection, "incidents"), client) if type(r) is StateChange
    ]
    assert (only.entity, only.new, only.observed) == (Entity.INCIDENT, "in progress", True)


def test_losing_the_right_to_read_the_log_is_an_error_and_no_quiet_change(
    tool: Desk, client: SourceClient
) -> None:
    cursor = read(stream(connect(client), "audit"), client)[-1].cursor
    tool.closed |= {"sys_audit", "metric_definition"}
    audit = stream(connect(client), "audit")
    with pytest.raises(SourceAuthError, match="grant audit_viewer again") as raised:
        read(audit, client, cursor=cursor)
    assert raised.value.status is None  # or the runner would take the stream for switched off


def test_definitions_that_were_not_asked_for_are_noticed(tool: Desk, client: SourceClient) -> None:
    tool.closed.add("sys_audit")
    tool.hold("metric_definition", {"sys_id": "m1", "table": "sc_task", "field": "state"})
    tool.tables["metric_definition"].understands = False
    with pytest.raises(SourceAnswerError, match="not asked for"):
        connect(client)


def test_an_incident_that_becomes_urgent_brings_its_whole_history(
    tool: Desk, client: SourceClient
) -> None:
    """Its entries were read when it was not wanted, and belonged to nothing that is stored."""
    late = incident("i2", "2026-01-05 12:00:00", sys_created_on="2026-01-05 07:00:00")
    tool.hold("incident", incident("i1", AT), late)
    tool.hold(
        "sys_audit",
        entry("a1", "i1", AT),
        entry("a2", "i2", "2026-01-05 07:30:00"),
        entry("a3", "i2", "2026-01-05 07:40:00", old="2", new="3"),
    )
    incidents = stream(connect(client, incidents=URGENT), "incidents")
    tool.asked.clear()
    cursor = {"at": "2026-01-05 11:00:00", "id": "i1"}
    found = records(incidents, client, cursor=cursor, known=("i1",))
    assert states(found) == [
        ("i2", at(7, 30), "new", "in progress"),
        ("i2", at(7, 40), "in progress", "on hold"),
    ]
    assert tool.asked.count("sys_audit") == 1


def test_without_the_log_its_history_is_what_metrics_tell(tool: Desk, client: SourceClient) -> None:
    tool.closed.add("sys_audit")
    late = incident("i2", "2026-01-05 12:00:00", sys_created_on="2026-01-05 07:00:00")
    tool.hold("incident", incident("i1", AT), late)
    tool.hold(
        "metric_definition",
        {"sys_id": "m1", "table": "incident", "field": "state"},
        {"sys_id": "m2", "table": "change_request", "field": "state"},
    )
    row = {"definition": "m1", "id": "i2", "value": "In Progress", "field_value": "2"}
    times = {"start": "2026-01-05 07:30:00", "sys_updated_on": "2026-01-05 07:40:00"}
    tool.hold(
        "metric_instance",
        {**row, **times, "sys_id": "x1"},
        {**row, **times, "sys_id": "x2", "id": "i1"},
        {**row, **times, "sys_id": "x3", "definition": "m2"},
    )
    incidents = stream(connect(client, incidents=URGENT), "incidents")
    tool.asked.clear()
    cursor = {"at": "2026-01-05 11:00:00", "id": "i1"}
    found = records(incidents, client, cursor=cursor, known=("i1",))
    assert states(found) == [("i2", at(7, 30), "", "in progress")]
    assert tool.asked.count("metric_instance") == 1
    assert tool.asked.count("sys_audit") == 0


def test_what_no_metric_is_defined_for_asks_for_none(tool: Desk, client: SourceClient) -> None:
    tool.closed.add("sys_audit")
    tool.hold("metric_definition", {"sys_id": "m1", "table": "incident", "field": "state"})
    tool.hold("metric_instance")
    late = change("c9", "2026-01-05 12:00:00", sys_created_on="2026-01-05 07:00:00")
    tool.hold("change_request", late)
    changes = stream(connect(client), "changes")
    tool.asked.clear()
    assert len(records(changes, client, cursor={"at": "2026-01-05 11:00:00", "id": "x"})) == 1
    assert tool.asked.count("metric_instance") == 0


def test_the_history_of_many_late_rows_is_read_a_hundred_at_once(
    tool: Desk, client: SourceClient
) -> None:
    rows = [
        change(f"c{n:03}", "2026-01-05 12:00:00", sys_created_on="2026-01-05 07:00:00")
        for n in range(250)
    ]
    tool.hold("change_request", *rows)
    changes = stream(connect(client), "changes")
    tool.asked.clear()
    assert len(records(changes, client, cursor={"at": "2026-01-05 11:00:00", "id": "x"})) == 250
    assert tool.asked.count("sys_audit") == 3


def test_new_rows_and_stored_ones_ask_for_no_history(tool: Desk, client: SourceClient) -> None:
    """The log itself tells it: it is read from before they were made."""
    new = incident("i3", "2026-01-05 12:00:00")
    old = incident("i1", "2026-01-05 12:00:00", sys_created_on=AT)
    tool.hold("incident", old, new)
    incidents = stream(connect(client), "incidents")
    tool.asked.clear()
    records(incidents, client, cursor={"at": "2026-01-05 11:00:00", "id": "i1"}, known=("i1",))
    assert tool.asked.count("sys_audit") == 0


def test_rows_from_before_the_wanted_history_bring_all_of_their_own(
    tool: Desk, client: SourceClient
) -> None:
    old = incident("i1", AT, sys_created_on="2025-12-01 00:00:00")
    tool.hold("incident", old, incident("i2", AT))
    tool.hold("sys_audit", entry("a1", "i1", "2025-12-02 00:00:00"), entry("a2", "i2", AT))
    incidents = stream(connect(client), "incidents")
    found = records(incidents, client, since=date(2026, 1, 1))
    assert states(found) == [("i1", datetime(2025, 12, 2, tzinfo=UTC), "new", "in progress")]
    assert states(records(stream(connect(client), "incidents"), client)) == []

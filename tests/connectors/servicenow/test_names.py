"""The words of an instance for its own numbers, asked for once."""

from __future__ import annotations

import pytest

from connectors.http import SourceClient
from connectors.stream import Scope
from core.errors import SourceAnswerError
from core.records import ChangeRequest, Incident, StateChange
from tests.connectors.readers import payloads, read, stream
from tests.connectors.servicenow.desk import Desk, change, connect, incident

AT = "2026-01-05 08:00:00"


def choice(table: str, value: str, label: str, language: str = "en") -> dict[str, str]:
    named = {"name": table, "element": "state", "value": value, "label": label}
    return {"sys_id": f"{table}{value}{language}", **named, "language": language}


def words(client: SourceClient, name: str) -> list[str]:
    """The states of all rows of a stream, in order; of the audit log the new ones."""
    one = stream(connect(client), name)
    rows = payloads(read(one, client))
    assert one.complete is not None
    one.complete(client, Scope(), rows)
    found = [record for row in rows for record in one.parse(row, Scope())]
    return [
        record.new if isinstance(record, StateChange) else record.state
        for record in found
        if isinstance(record, ChangeRequest | Incident | StateChange)
    ]


def test_states_are_called_as_the_instance_calls_them(tool: Desk, client: SourceClient) -> None:
    tool.hold(
        "sys_choice",
        choice("change_request", "-4", "Peer Review"),
        choice("change_request", "-4", "Revue", "fr"),
        choice("change_request", "10", "Waiting for CAB"),
        choice("incident", "2", "Active"),
    )
    rows = [change(f"c{n}", AT, state=state) for n, state in enumerate(("-4", "10", "3", "11"))]
    tool.hold("change_request", *rows)
    assert words(client, "changes") == ["peer review", "waiting for cab", "closed", "11"]
    assert words(client, "incidents") == ["active"]
    assert words(client, "audit") == ["active"]


def test_without_the_list_of_choices_states_have_the_vendors_words(
    tool: Desk, client: SourceClient
) -> None:
    tool.closed.add("sys_choice")
    tool.hold("change_request", change("c1", AT, state="-4"))
    assert words(client, "changes") == ["assess"]


def test_a_closed_change_is_a_deployment_whatever_its_state_is_called(
    tool: Desk, client: SourceClient
) -> None:
    tool.hold("sys_choice", choice("change_request", "3", "Complete"))
    tool.hold("change_request", change("c1", AT, state="3", close_code="successful"))
    one = stream(connect(client, changes_are_deployments=True), "changes")
    rows = payloads(read(one, client))
    assert one.complete is not None
    one.complete(client, Scope(), rows)
    kinds = [type(record).__name__ for record in one.parse(rows[0], Scope())]
    assert kinds == ["ChangeRequest", "Deployment"]


def test_names_take_two_requests_a_hundred_and_labels_one_in_all(
    tool: Desk, client: SourceClient
) -> None:
    rows = [incident(f"i{n:03}", AT, cmdb_ci=f"ci{n:03}") for n in range(250)]
    tool.hold("incident", *rows)
    tool.hold("cmdb_ci", *({"sys_id": f"ci{n:03}", "name": f"Server {n}"} for n in range(150)))
    incidents = stream(connect(client), "incidents")
    tool.asked.clear()
    assert incidents.complete is not None
    for _ in range(2):
        incidents.complete(client, Scope(), payloads(read(incidents, client)))
    assert tool.asked.count("cmdb_ci") == 3
    assert tool.asked.count("cmdb_ci_service") == 1  # the hundred that are left
    assert tool.asked.count("sys_choice") == 1


def test_nothing_new_asks_for_no_names(tool: Desk, client: SourceClient) -> None:
    connect(client)
    assert not {"sys_choice", "cmdb_ci"} & set(tool.asked)


def test_choices_that_were_not_asked_for_are_noticed(tool: Desk, client: SourceClient) -> None:
    tool.hold("sys_choice", choice("sc_task", "2", "Doing"))
    tool.tables["sys_choice"].understands = False
    with pytest.raises(SourceAnswerError, match="not asked for"):
        words(client, "changes")

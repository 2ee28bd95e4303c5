"""Boards with their columns, and sprints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import respx

from connectors.http import SourceClient
from connectors.stream import Payload, Scope
from connectors.times import iso
from core.errors import SourceAuthError
from tests.connectors.readers import payloads, read, stream
from tests.connectors.test_jira import client, connected, mock
from tests.connectors.test_jira_worklogs import feed_of, reading

__all__ = ["client", "mock"]


@pytest.mark.parametrize(
    ("name", "every_h", "path", "answer"),
    [
        ("boards", 1, "board", {"isLast": True, "values": [{"id": 4, "type": "scrum"}]}),
        ("sprints", 1, "board/101/sprint", {"isLast": True, "values": [{"id": 9}]}),
        ("board_columns", 24, "board/101/configuration", {"id": 101, "columnConfig": {}}),
    ],
)
def test_boards_are_read_as_seldom_as_they_change(
    client: SourceClient,
    mock: respx.Router,
    name: str,
    every_h: int,
    path: str,
    answer: Payload,
) -> None:
    mock.get(f"/rest/agile/1.0/{path}").respond(json=answer)
    one, scope = stream(connected(client), name), Scope("101", {"id": "101"})
    pages = read(one, client, scope=scope)
    rows = answer.get("values", [answer])
    assert payloads(pages) == rows
    assert read(one, client, scope=scope, cursor=pages[-1].cursor) == []
    for minutes, found in ((-1, []), (1, rows)):
        read_at = datetime.now(UTC) - timedelta(hours=every_h, minutes=minutes)
        assert payloads(read(one, client, scope=scope, cursor={"read_at": iso(read_at)})) == found


def test_boards_are_those_of_the_project(client: SourceClient, mock: respx.Router) -> None:
    boards = mock.get("/rest/agile/1.0/board").respond(json={"isLast": True, "values": []})
    read(stream(connected(client), "boards"), client, scope=Scope("101"))
    assert boards.calls.last.request.url.params["projectKeyOrId"] == "101"


def test_columns_that_can_not_be_read_are_a_note(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/rest/agile/1.0/board/4/configuration").respond(404, json={})
    one = stream(connected(client), "board_columns")
    (page,) = read(one, client, scope=Scope("4"))
    assert page.payloads == []
    assert "board/4/configuration: 404" in page.cursor["note"]
    assert one.scope is not None
    assert one.scope({"id": 4, "type": "kanban"}) == Scope("4", {"id": 4, "type": "kanban"})
    assert one.id({"id": 9}, Scope("4")) == "4"


SCOPE = {"code": 401, "message": "Unauthorized; scope does not match"}


@pytest.mark.parametrize(
    ("status", "note"), [(400, ""), (401, "the token lacks the scope"), (403, "403")]
)
def test_boards_that_may_not_be_read_are_a_note_and_no_error(
    client: SourceClient, mock: respx.Router, status: int, note: str
) -> None:
    """What is asked afterwards is answered: only this list was refused, not the credentials."""
    mock.get("/rest/agile/1.0/board/4/sprint").respond(status, json=SCOPE)
    connection = connected(client)
    (page,) = read(stream(connection, "sprints"), client, scope=Scope("4"))
    assert page.payloads == []
    assert note in page.cursor.get("note", "")
    assert bool(page.cursor.get("note")) == bool(note)
    mock.get("/rest/api/3/worklog/deleted").side_effect = [feed_of([(71, 5)], last=True)]
    assert payloads(list(stream(connection, "deleted_worklogs").read(reading(client))))


def test_boards_that_were_read_before_and_are_refused_are_an_error(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/rest/agile/1.0/board").respond(401, json={"message": "token expired"})
    one, read_at = stream(connected(client), "boards"), iso(datetime.now(UTC) - timedelta(hours=2))
    with pytest.raises(SourceAuthError, match="the token has expired"):
        read(one, client, scope=Scope("101"), cursor={"read_at": read_at})
    noted = {"read_at": read_at, "note": "401"}
    assert payloads(read(one, client, scope=Scope("101"), cursor=noted)) == []


@pytest.mark.usefixtures("mock")
def test_a_kanban_board_has_no_sprints(client: SourceClient) -> None:
    one = stream(connected(client), "sprints")
    assert one.scope is not None
    assert one.scope({"id": 4, "type": "kanban"}) is None
    assert one.scope({"id": 4, "type": "scrum"}) == Scope("4", {"id": 4, "type": "scrum"})

"""Boards with their columns, and sprints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import respx

from connectors.http import SourceClient
from connectors.stream import Scope
from connectors.times import iso
from core.errors import SourceAuthError
from tests.connectors.readers import payloads, read, stream
from tests.connectors.test_jira import client, connected, mock
from tests.connectors.test_jira_worklogs import feed_of, reading

__all__ = ["client", "mock"]


def test_boards_come_with_their_columns_and_once_an_hour(
    client: SourceClient, mock: respx.Router
) -> None:
    boards = mock.get("/rest/agile/1.0/board")
    boards.respond(json={"startAt": 0, "total": 1, "values": [{"id": 4, "type": "scrum"}]})
    columns = {"columnConfig": {"columns": [{"name": "Doing", "statuses": [{"id": "3"}]}]}}
    mock.get("/rest/agile/1.0/board/4/configuration").respond(json=columns)
    one = stream(connected(client), "boards")
    scope = Scope("101", {"id": "101"})
    pages = read(one, client, scope=scope)
    (board,) = payloads(pages)
    assert boards.calls.last.request.url.params["projectKeyOrId"] == "101"
    assert one.complete is not None
    one.complete(client, scope, [board])
    assert board["_details"] == {"configuration": columns}
    assert read(one, client, scope=scope, cursor=pages[-1].cursor) == []
    old = {"read_at": iso(datetime.now(UTC) - timedelta(minutes=61))}
    assert payloads(read(one, client, scope=scope, cursor=old)) == [{"id": 4, "type": "scrum"}]


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

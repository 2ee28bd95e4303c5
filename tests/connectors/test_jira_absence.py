"""Issues that are deleted, moved or overlooked; worklogs, boards and sprints."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from connectors.http import SourceClient
from connectors.stream import Census, Payload, Reading, Scope, Stream
from connectors.times import iso
from core.errors import SourceAuthError
from core.records import Entity, Gone, Worklog
from tests.connectors.readers import payloads, read, stream
from tests.connectors.test_jira import client, connected, issue, mock, site

__all__ = ["client", "mock"]

SEEN = {"issues": {"1", "2"}, "worklogs": {"71"}}


@pytest.fixture(params=["Cloud", "Server"])
def edition(request: pytest.FixtureRequest, mock: respx.Router) -> str:
    name = str(request.param)
    site(mock, name)
    return name


def census(one: Stream) -> Census:
    assert one.census is not None
    return one.census


def reading(client: SourceClient, scope: Scope | None = None, **more: Any) -> Reading:
    def known(name: str, ids: Iterable[str]) -> set[str]:
        return SEEN.get(name, set()) & set(ids)

    given: dict[str, Any] = {"cursor": {}, "known": lambda _ids: set(), "known_in": known}
    return Reading(client, scope or Scope(), **{**given, **more})


def test_the_census_asks_for_ids_only_and_within_the_history(
    client: SourceClient, mock: respx.Router, edition: str
) -> None:
    rows = {"issues": [{"id": "1"}, {"id": "2"}], "startAt": 0, "total": 2}
    post = mock.post("/rest/api/3/search/jql").respond(json=rows)
    get = mock.get("/rest/api/2/search").respond(json=rows)
    found = census(stream(connected(client), "issues"))
    ids = list(found.ids(reading(client, since=date(2026, 1, 1))))
    assert ids == [["1", "2"]]
    day = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
    jql = f'project in ("SHOP") AND updated >= {day} ORDER BY updated ASC, key ASC'
    if edition == "Cloud":
        asked = json.loads(post.calls.last.request.content)
        assert asked == {"jql": jql, "maxResults": 5000, "fields": ["id"]}
    else:
        query = dict(get.calls.last.request.url.params)
        assert query == {"jql": jql, "maxResults": "1000", "fields": "id", "startAt": "0"}


def test_what_is_missing_is_deleted_moved_or_there_after_all(
    client: SourceClient, mock: respx.Router, edition: str
) -> None:
    """1 is nowhere, 2 went to a project that is not read, 3 is where it was."""
    homes = {"2": "9", "3": "101"}

    def bulk(request: httpx.Request) -> httpx.Response:
        ids = json.loads(request.content)["issueIdsOrKeys"]
        rows = [_at_home(id, homes[id]) for id in ids if id in homes]
        return httpx.Response(200, json={"issues": rows, "issueErrors": []})

    mock.post("/rest/api/3/issue/bulkfetch").side_effect = bulk
    mock.get("/rest/api/2/issue/1").respond(404, json={"errorMessages": ["none"]})
    for id, home in homes.items():
        mock.get(f"/rest/api/2/issue/{id}").respond(json=_at_home(id, home))
    found = census(stream(connected(client), "issues"))
    assert found.missing(client, Scope(), ["1", "2", "3"]) == {"1": "deleted", "2": "moved"}
    assert edition in ("Cloud", "Server")


def test_a_thousand_deletions_are_asked_for_a_hundred_at_a_time(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.post("/rest/api/3/issue/bulkfetch").respond(json={"issues": []})
    found = census(stream(connected(client), "issues"))
    gone = found.missing(client, Scope(), [str(number) for number in range(1000)])
    assert (len(gone), route.call_count) == (1000, 10)


def test_what_was_overlooked_is_read_by_id(client: SourceClient, mock: respx.Router) -> None:
    route = mock.post("/rest/api/3/search/jql")
    route.respond(json={"issues": [issue(7)], "isLast": True})
    found = census(stream(connected(client), "issues"))
    assert found.read is not None
    (page,) = found.read(client, Scope(), ["7"])
    assert [row["id"] for row in page] == ["7"]
    asked = json.loads(route.calls.last.request.content)
    assert (asked["jql"], asked["expand"]) == ("id in (7) ORDER BY key ASC", "changelog")


def test_changed_worklogs_are_read_in_bulk_and_those_of_other_issues_left(
    client: SourceClient, mock: respx.Router
) -> None:
    feed = mock.get("/rest/api/3/worklog/updated")
    feed.side_effect = [
        _feed([(70, 1000), (71, 2000)], last=False),
        _feed([(71, 2000), (72, 3000)], last=True),
    ]
    bodies = mock.post("/rest/api/3/worklog/list")
    bodies.side_effect = lambda request: httpx.Response(
        200, json=[_worklog(number) for number in json.loads(request.content)["ids"]]
    )
    one = stream(connected(client), "worklogs")
    pages = list(one.read(reading(client)))
    assert [row["id"] for row in payloads(pages)] == ["71", "72"]  # 70 is of issue 0
    assert [json.loads(call.request.content)["ids"] for call in bodies.calls] == [[70, 71], [72]]
    assert "secret" not in str(payloads(pages))
    assert pages[-1].cursor == {"since": 3000, "seen": {"72": 3000}}
    feed.side_effect = [_feed([(72, 3000)], last=True)]
    again = list(one.read(reading(client, cursor=pages[-1].cursor)))
    assert (payloads(again), bodies.call_count) == ([], 2)
    (record,) = one.parse(_worklog(71), Scope())
    assert isinstance(record, Worklog)
    assert (record.item, record.id, record.spent_s) == ("1", "71", 5400)
    assert record.started_at == datetime(2026, 2, 3, 9, tzinfo=UTC)
    assert record.person is not None


def test_a_deleted_worklog_goes_if_it_was_ever_stored(
    client: SourceClient, mock: respx.Router
) -> None:
    mock.get("/rest/api/3/worklog/deleted").side_effect = [_feed([(71, 5), (99, 6)], last=True)]
    one = stream(connected(client), "deleted_worklogs")
    (row,) = payloads(list(one.read(reading(client))))
    assert list(one.parse(row, Scope())) == [Gone(Entity.WORKLOG, "71", "deleted")]


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
    mock.get("/rest/api/3/worklog/deleted").side_effect = [_feed([(71, 5)], last=True)]
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


def _at_home(id: str, project: str) -> Payload:
    return {"id": id, "key": f"X-{id}", "fields": {"project": {"id": project}}}


def _feed(rows: list[tuple[int, int]], *, last: bool) -> httpx.Response:
    values = [{"worklogId": number, "updatedTime": at} for number, at in rows]
    return httpx.Response(200, json={"values": values, "until": rows[-1][1], "lastPage": last})


def _worklog(number: int) -> Payload:
    return {
        "id": str(number),
        "issueId": str(number - 70),
        "author": {"accountId": "acc-9", "displayName": "Anna"},
        "comment": "secret",
        "started": "2026-02-03T10:00:00.000+0100",
        "timeSpentSeconds": 5400,
    }

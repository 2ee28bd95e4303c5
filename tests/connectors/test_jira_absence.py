"""Issues that are deleted, moved or overlooked."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import httpx
import pytest
import respx

from connectors.http import SourceClient
from connectors.stream import Census, Payload, Reading, Scope, Stream
from tests.connectors.readers import stream
from tests.connectors.test_jira import client, connected, issue, mock, site

__all__ = ["client", "mock"]


@pytest.fixture(params=["Cloud", "Server"])
def edition(request: pytest.FixtureRequest, mock: respx.Router) -> str:
    name = str(request.param)
    site(mock, name)
    return name


def census(one: Stream) -> Census:
    assert one.census is not None
    return one.census


def test_the_census_asks_for_ids_only_and_within_the_history(
    client: SourceClient, mock: respx.Router, edition: str
) -> None:
    rows = {"issues": [{"id": "1"}, {"id": "2"}], "startAt": 0, "total": 2}
    post = mock.post("/rest/api/3/search/jql").respond(json=rows)
    get = mock.get("/rest/api/2/search").respond(json=rows)
    found = census(stream(connected(client), "issues"))
    ids = list(found.ids(Reading(client, Scope(), {}, lambda _ids: set(), date(2026, 1, 1))))
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


def _at_home(id: str, project: str) -> Payload:
    return {"id": id, "key": f"X-{id}", "fields": {"project": {"id": project}}}

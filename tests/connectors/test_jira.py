"""Jira as the runner meets it: connecting to both editions, and paging through issues."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx
from pydantic import SecretStr

from connectors import jira
from connectors.http import SourceClient
from connectors.stream import Connection, Payload, Scope, Wanted
from core.errors import SourceAnswerError, SourceAuthError
from core.records import WorkItem
from core.source_settings import Auth, JiraSource
from tests.connectors.readers import payloads, read, stream

URL = "https://jira.example"
PROJECTS = [{"id": "101", "key": "SHOP"}, {"id": "102", "key": "IDEA"}, {"id": "9", "key": "ELSE"}]
FIELDS = [{"id": "customfield_10021", "name": "Flagged"}]


def source(**changes: Any) -> JiraSource:
    auth = Auth(user=SecretStr("reader@example.com"), token=SecretStr("t0ken"))
    given = {"name": "jira", "kind": "jira", "url": URL, "auth": auth, "projects": ["SHOP"]}
    return JiraSource.model_validate(given | changes)


@pytest.fixture
def mock() -> Iterator[respx.Router]:
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        site(router)
        yield router


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = jira.open_client_for(source(), sleep=lambda _seconds: None)
    yield opened
    opened.http.close()


def site(router: respx.Router, edition: str = "Cloud") -> None:
    """What connecting asks for."""
    info = {"deploymentType": edition, "version": "10.3.1", "baseUrl": "https://jira.public"}
    router.get("/rest/api/2/serverInfo").respond(json=info)
    for api, listed in (("3", {"startAt": 0, "total": 3, "values": PROJECTS}), ("2", PROJECTS)):
        me = {"accountId": "acc-1"} if api == "3" else {"name": "reader", "key": "JIRAUSER1"}
        router.get(f"/rest/api/{api}/myself").respond(json=me)
        router.get(f"/rest/api/{api}/field").respond(json=FIELDS)
        router.get(f"/rest/api/{api}/status").respond(json=[{"id": "3", "name": "Open"}])
        path = "/rest/api/3/project/search" if api == "3" else "/rest/api/2/project"
        router.get(path).respond(json=listed)


def issue(number: int, updated: str = "2026-02-03T10:00:00.000+0100", **extra: Any) -> Payload:
    fields = {
        "summary": f"Item {number}",
        "issuetype": {"name": "Story"},
        "status": {"id": "3"},
        "project": {"id": "101", "key": "SHOP"},
        "created": "2026-02-01T10:00:00.000+0100",
        "updated": updated,
    }
    log = {"total": 0, "histories": []}
    return {"id": str(number), "key": f"SHOP-{number}", "fields": fields, "changelog": log} | extra


def connected(client: SourceClient, **changes: Any) -> Connection:
    return jira.connect(client, source(**changes), Wanted())


def search(router: respx.Router, *answers: dict[str, Any] | httpx.Response) -> respx.Route:
    route = router.post("/rest/api/3/search/jql")
    route.side_effect = [
        one if isinstance(one, httpx.Response) else httpx.Response(200, json=one) for one in answers
    ]
    return route


def bodies(route: respx.Route) -> list[dict[str, Any]]:
    return [json.loads(call.request.content) for call in route.calls]


def test_connecting_tells_who_we_are_and_which_edition_it_is(
    client: SourceClient, mock: respx.Router
) -> None:
    found = connected(client)
    assert (found.identity.account, found.identity.product) == ("acc-1", "Jira Cloud")
    assert [one.name for one in found.streams] == [
        *("fields", "projects", "statuses", "issues"),
        *("worklogs", "deleted_worklogs", "boards", "board_columns", "sprints"),
        "versions",
    ]
    assert [(probe.name, probe.ok) for probe in found.probes] == [
        ("projects", True),
        ("flag field", True),
    ]
    assert mock.calls[0].request.headers["authorization"].startswith("Basic ")


def test_data_center_is_told_by_the_server_and_the_setting_overrules_it(
    client: SourceClient, mock: respx.Router
) -> None:
    site(mock, "Server")
    found = connected(client)
    assert (found.identity.account, found.identity.product) == ("JIRAUSER1", "Jira Data Center")
    assert connected(client, deployment="cloud").identity.product == "Jira Cloud"


def test_a_token_alone_is_sent_as_bearer(mock: respx.Router) -> None:
    client = jira.open_client_for(source(auth=Auth(token=SecretStr("pat"))))
    connected(client)
    client.http.close()
    assert mock.calls[0].request.headers["authorization"] == "Bearer pat"


@pytest.mark.usefixtures("mock")
def test_a_project_that_is_not_visible_is_named(client: SourceClient) -> None:
    with pytest.raises(SourceAuthError, match="project OPS, SECRET is not there or not visible"):
        connected(client, projects=["shop", "OPS", "SECRET"])


def test_a_missing_field_is_a_probe_and_no_error(client: SourceClient, mock: respx.Router) -> None:
    mock.get("/rest/api/3/field").respond(json=[])
    found = jira.connect(client, source(), Wanted(value_field="Worth"))
    failed = [(probe.name, probe.detail) for probe in found.probes if not probe.ok]
    assert [name for name, _ in failed] == ["flag field", "value field"]
    assert "Worth" in failed[1][1]


def test_wrong_credentials_stop_at_the_first_question(
    client: SourceClient, mock: respx.Router
) -> None:
    route = mock.get("/rest/api/3/myself").respond(401, json={"message": "no"})
    with pytest.raises(SourceAuthError, match="myself: 401"):
        connected(client)
    assert route.call_count == 1


def test_projects_and_fields_need_no_second_request(
    client: SourceClient, mock: respx.Router
) -> None:
    found = connected(client, projects=["IDEA", "SHOP"])
    asked = len(mock.calls)
    assert [p["key"] for p in payloads(read(stream(found, "projects"), client))] == ["IDEA", "SHOP"]
    assert payloads(read(stream(found, "fields"), client)) == FIELDS
    assert len(mock.calls) == asked
    assert len(payloads(read(stream(found, "statuses"), client))) == 1
    assert len(mock.calls) == asked + 1


def test_cloud_issues_follow_the_token_to_its_absence(
    client: SourceClient, mock: respx.Router
) -> None:
    """The first page is shorter than asked for, the second is empty."""
    route = search(
        mock,
        {"issues": [issue(1)], "nextPageToken": "t2"},
        {"issues": [], "nextPageToken": "t3"},
        {"issues": [issue(2, "2026-02-04T10:00:00.000+0100")], "isLast": True},
    )
    found = read(stream(connected(client), "issues"), client)
    assert [p["key"] for p in payloads(found)] == ["SHOP-1", "SHOP-2"]
    first, second, third = bodies(route)
    assert first["jql"] == 'project in ("SHOP") ORDER BY updated ASC, key ASC'
    assert first["expand"] == "changelog"
    assert {"updated", "issuelinks", "parent", "customfield_10021"} <= set(first["fields"])
    assert second == {**first, "nextPageToken": "t2"}
    assert third["nextPageToken"] == "t3"
    assert found[-1].cursor["watermark"] == "2026-02-04T09:00:00.000Z"


def test_a_second_run_asks_once_from_a_quarter_of_an_hour_before(
    client: SourceClient, mock: respx.Router
) -> None:
    route = search(mock, {"issues": [issue(1)]}, {"issues": [issue(1)]})
    issues = stream(connected(client), "issues")
    (first,) = read(issues, client)
    (second,) = read(issues, client, cursor=first.cursor)
    since = int(datetime(2026, 2, 3, 8, 45, tzinfo=UTC).timestamp() * 1000)
    assert f" AND updated >= {since} ORDER BY" in bodies(route)[1]["jql"]
    assert second.cursor == first.cursor


def test_a_project_that_joins_later_is_read_from_its_beginning(
    client: SourceClient, mock: respx.Router
) -> None:
    route = search(mock, {"issues": [issue(1)]}, {"issues": []})
    (first,) = read(stream(connected(client), "issues"), client)
    wider = stream(connected(client, projects=["SHOP", "IDEA"]), "issues")
    read(wider, client, cursor=first.cursor)
    assert bodies(route)[1]["jql"].startswith('project in ("IDEA", "SHOP") ORDER BY')


def test_429_is_waited_out_and_html_is_an_error(client: SourceClient, mock: respx.Router) -> None:
    busy = httpx.Response(429, headers={"retry-after": "1"})
    search(mock, busy, {"issues": [issue(1)]}, httpx.Response(200, html="<h1>Log in</h1>"))
    issues = stream(connected(client), "issues")
    assert len(payloads(read(issues, client))) == 1
    with pytest.raises(SourceAuthError, match="a login page came instead of JSON"):
        read(issues, client)


@pytest.mark.parametrize(
    "stray",
    [
        issue(5, "2026-01-01T10:00:00.000+0100"),
        issue(5, fields={"updated": "2026-02-03T10:00:00.000Z", "project": {"id": "9"}}),
    ],
)
def test_issues_that_were_not_asked_for_are_an_error(
    client: SourceClient, mock: respx.Router, stray: Payload
) -> None:
    search(mock, {"issues": [issue(1)]}, {"issues": [stray]})
    issues = stream(connected(client), "issues")
    (first,) = read(issues, client)
    with pytest.raises(SourceAnswerError, match="5 is not among what was asked for"):
        read(issues, client, cursor=first.cursor)


def test_a_token_that_comes_again_is_an_error(client: SourceClient, mock: respx.Router) -> None:
    search(mock, *({"issues": [issue(n)], "nextPageToken": "same"} for n in range(3)))
    with pytest.raises(SourceAnswerError, match="read already"):
        read(stream(connected(client), "issues"), client)


def entry(number: int, created: str | int = "2026-02-02T10:00:00.000+0100") -> dict[str, Any]:
    item = {"field": "status", "fieldId": "status", "from": str(number), "to": str(number + 1)}
    return {"id": str(number), "created": created, "items": [item]}


def test_cut_changelogs_of_a_page_are_read_together_and_in_full(
    client: SourceClient, mock: respx.Router
) -> None:
    """Jira embeds the newest 40 entries; issue 1 has 41, issue 2 one, issue 3 has 60."""
    one = issue(1, changelog={"total": 41, "histories": [entry(n) for n in range(41, 1, -1)]})
    two = issue(2, changelog={"total": 1, "histories": [entry(1)]})
    three = issue(3, changelog={"total": 60, "histories": [entry(n) for n in range(60, 20, -1)]})
    route = mock.post("/rest/api/3/changelog/bulkfetch")
    numbers = [entry(n, 1_770_023_000_000 + n) for n in range(1, 61)]
    pages = [
        {
            "issueChangeLogs": [
                {"issueId": "1", "changeHistories": numbers[:41]},
                {"issueId": "3", "changeHistories": numbers[:20]},
            ],
            "nextPageToken": "more",
        },
        {"issueChangeLogs": [{"issueId": "3", "changeHistories": numbers[20:]}]},
    ]
    route.side_effect = [httpx.Response(200, json=page) for page in pages]
    issues = stream(connected(client), "issues")
    assert issues.complete is not None
    issues.complete(client, Scope(), [one, two, three])
    assert [body["issueIdsOrKeys"] for body in bodies(route)] == [["1", "3"], ["1", "3"]]
    assert "_details" not in two
    records = [list(issues.parse(payload, Scope())) for payload in (one, two, three)]
    items = [record for made in records for record in made if isinstance(record, WorkItem)]
    assert all(item.changelog_complete for item in items)
    assert [len(made) - 2 for made in records] == [41, 1, 60]


def test_changelogs_that_are_whole_cost_no_request(
    client: SourceClient, mock: respx.Router
) -> None:
    issues = stream(connected(client), "issues")
    asked = len(mock.calls)
    assert issues.complete is not None
    issues.complete(client, Scope(), [issue(1), issue(2)])
    assert len(mock.calls) == asked


def test_data_center_pages_start_anew_from_the_last_issue(
    client: SourceClient, mock: respx.Router
) -> None:
    """The server grants two at a time. The second page begins a second before issue 2."""
    site(mock, "Server")
    times = {n: f"2026-02-0{n}T10:00:00.000+0100" for n in (1, 2, 3)}
    pages = [
        {"startAt": 0, "total": 3, "issues": [issue(1, times[1]), issue(2, times[2])]},
        {"startAt": 0, "total": 2, "issues": [issue(2, times[2]), issue(3, times[3])]},
    ]
    route = mock.get("/rest/api/2/search")
    route.side_effect = [httpx.Response(200, json=page) for page in pages]
    issues = stream(connected(client), "issues")
    assert [p["key"] for p in payloads(read(issues, client))] == ["SHOP-1", "SHOP-2", "SHOP-3"]
    first, second = (call.request.url.params for call in route.calls)
    assert (first["startAt"], first["expand"]) == ("0", "changelog")
    anchor = int(datetime(2026, 2, 2, 8, 59, 59, tzinfo=UTC).timestamp() * 1000)
    assert f"updated >= {anchor} ORDER BY" in second["jql"]
    assert second["startAt"] == "0"
    assert issues.complete is None

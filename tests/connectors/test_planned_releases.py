"""What work is planned for and due on: versions of Jira and milestones of GitLab, by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx

from connectors.gitlab_milestones import parse_milestone
from connectors.http import SourceClient
from connectors.jira_versions import parse_version
from connectors.stream import Payload, Scope
from connectors.times import day_or_none, iso
from core.records import PlannedIn, PlannedRelease, Record, Transition, WorkItem
from tests.connectors.gitlab_site import PROJECT, SCOPE, serving
from tests.connectors.readers import payloads, read, stream
from tests.connectors.test_gitlab_issues import issue as gitlab_issue
from tests.connectors.test_gitlab_issues import parsed as gitlab_parsed
from tests.connectors.test_jira import client, connected, mock
from tests.connectors.test_jira_parse import issue, of, with_changes

__all__ = ["client", "mock"]

_PAGE = "https://jira.example/projects/SHOP/versions"
_NEXT: Payload = {
    "id": "10026", "name": "2.7", "archived": False, "released": False, "releaseDate": "2026-07-10",
}  # fmt: skip
_HOSTILE: list[Any] = [
    None, 7, "2.7", ["2.7"], {}, {"id": None}, {"id": {"a": 1}}, {"name": "no id"},
]  # fmt: skip


def test_an_issue_is_planned_for_each_of_its_versions() -> None:
    rows = [_NEXT, {"id": "10027", "name": "Later", "released": True, "archived": True}]
    payload = issue(fixVersions=rows)
    assert of(PlannedRelease, payload) == [
        PlannedRelease(
            "10026", "2.7", date(2026, 7, 10), url=f"{_PAGE}/10026", listed=False
        ),
        PlannedRelease(
            "10027", "Later", released=True, archived=True, url=f"{_PAGE}/10027", listed=False
        ),
    ]  # fmt: skip
    assert of(PlannedIn, payload) == [PlannedIn("10042", "10026"), PlannedIn("10042", "10027")]


@pytest.mark.parametrize("value", [None, [], "2.7", {"id": "1"}, 7, _HOSTILE])
def test_what_is_no_version_is_passed_over(value: Any) -> None:
    payload = issue(fixVersions=value)
    assert of(PlannedIn, payload) == of(PlannedRelease, payload) == []
    assert len(of(WorkItem, payload)) == 1


def test_a_change_of_versions_in_the_changelog_is_passed_over() -> None:
    change = {
        "field": "Fix Version", "fieldtype": "jira", "fieldId": "fixVersions",
        "from": None, "fromString": None, "to": "10026", "toString": "2.7",
    }  # fmt: skip
    assert of(Transition, with_changes(change, fixVersions=[_NEXT])) == []


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-07-10", date(2026, 7, 10)),
        ("2026-7-10", None),
        ("2026-02-30", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("2026-07-10T00:00:00Z", None),
        ("next week!", None),
        (20260710, None),
        ([], None),
        (None, None),
    ],
)
def test_a_due_date_is_a_day_of_our_times_or_none(said: Any, day: date | None) -> None:
    assert day_or_none(said) == day
    assert [item.due_on for item in of(WorkItem, issue(duedate=said))] == [day]
    assert [one.due_on for one in gitlab_parsed(gitlab_issue(due_date=said), WorkItem)] == [day]


def test_versions_are_read_once_an_hour_page_by_page(
    client: SourceClient, mock: respx.Router
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params["startAt"])
        row = {**_NEXT, "id": str(10026 + start)}
        return httpx.Response(200, json={"startAt": start, "isLast": start == 1, "values": [row]})

    mock.get("/rest/api/3/project/101/version").mock(side_effect=answer)
    one, scope = stream(connected(client), "versions"), Scope("101", {"id": "101", "key": "SHOP"})
    pages = read(one, client, scope=scope)
    assert [row["id"] for row in payloads(pages)] == ["10026", "10027"]
    assert "read_at" not in pages[0].cursor  # a pass that is cut short begins anew
    for minutes, many in ((59, 0), (61, 2)):
        read_at = datetime.now(UTC) - timedelta(minutes=minutes)
        found = read(one, client, scope=scope, cursor={"read_at": iso(read_at)})
        assert len(payloads(found)) == many
    assert one.optional
    assert one.scope is not None
    assert one.scope({"id": 101, "key": "SHOP"}) == Scope("101", {"id": 101, "key": "SHOP"})


def test_a_listed_version_tells_its_page_where_the_site_has_one() -> None:
    scope = Scope("101", {"key": "SHOP"})
    assert list(parse_version(_NEXT, scope, browse_url="https://jira.example")) == [
        PlannedRelease("10026", "2.7", date(2026, 7, 10), url=f"{_PAGE}/10026", listed=True)
    ]
    [plain] = parse_version({"id": 3, "releaseDate": 5}, scope, browse_url="")
    assert plain == PlannedRelease("3", "")


def milestone(**changes: Any) -> Payload:
    return {
        "id": 12, "iid": 3, "project_id": 42, "title": "10.0", "state": "active",
        "due_date": "2026-11-29", "web_url": "https://gitlab.example/shop/api/-/milestones/3",
    } | changes  # fmt: skip


def _told(**more: Any) -> PlannedRelease:
    url = "https://gitlab.example/shop/api/-/milestones/3"
    return PlannedRelease("12", "10.0", date(2026, 11, 29), url=url, **more)


def test_a_milestone_is_a_release_that_is_out_when_it_is_closed() -> None:
    def listed(**changes: Any) -> list[Record]:
        return list(parse_milestone(milestone(**changes), SCOPE))

    assert listed() == [_told()]
    assert listed(state="closed") == [_told(released=True)]
    assert listed(due_date=None, web_url=None, title=None) == [PlannedRelease("12", "")]


def test_an_issue_is_planned_for_its_milestone() -> None:
    payload = gitlab_issue(milestone=milestone())
    assert gitlab_parsed(payload, PlannedRelease) == [_told(listed=False)]
    assert gitlab_parsed(payload, PlannedIn) == [PlannedIn("8001", "12")]
    for odd in (None, *_HOSTILE):
        assert gitlab_parsed(gitlab_issue(milestone=odd), PlannedIn) == []


def test_milestones_are_read_once_an_hour_with_those_of_the_groups_above() -> None:
    with serving() as site:
        route = site.get("milestones").respond(json=[milestone()])
        one = site.stream("milestones")
        pages = read(one, site.client, scope=SCOPE)
        assert payloads(pages) == [milestone()]
        assert route.calls.last.request.url.params["include_ancestors"] == "true"
        assert read(one, site.client, scope=SCOPE, cursor=pages[-1].cursor) == []
        assert one.id(milestone(), SCOPE) == f"{PROJECT['id']}:12"

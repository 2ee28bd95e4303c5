"""Jira's paging, caps and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator.faults import Faults
from simulator.server import CompanyServer, running
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world
from tests.simulator.tiny_names import HOUR, ITEMS, MINUTE, START

ALL = "project in (SHOP, IDEA) ORDER BY updated ASC, key ASC"


@pytest.fixture(scope="module")
def datacenter() -> Iterator[httpx.Client]:
    with running(tiny_world(), jira="datacenter") as server, client(server, "jira") as opened:
        yield opened


def search(jira: httpx.Client, **body: Any) -> dict[str, Any]:
    answer = jira.post("/rest/api/3/search/jql", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_token_pages_tell_every_issue_once_and_no_total(jira: httpx.Client) -> None:
    seen: list[str] = []
    page = search(jira, jql=ALL, fields=["summary"], maxResults=50)
    while True:
        assert "total" not in page
        seen += [issue["key"] for issue in page["issues"]]
        if page["isLast"]:
            break
        page = search(
            jira, jql=ALL, fields=["summary"], maxResults=50, nextPageToken=page["nextPageToken"]
        )
    assert "nextPageToken" not in page
    assert len(seen) == ITEMS + 1 == len(set(seen))
    # SHOP-3 has edits up to 47 minutes after its creation: still before SHOP-4.
    assert seen[:4] == ["IDEA-1", "SHOP-1", "SHOP-2", "SHOP-3"]


def test_a_page_with_fields_holds_100_at_most_and_ids_alone_more(jira: httpx.Client) -> None:
    assert len(search(jira, jql=ALL, fields=["summary"], maxResults=5000)["issues"]) == 100
    page = search(jira, jql=ALL, maxResults=5000)
    assert len(page["issues"]) == ITEMS + 1
    assert page["issues"][0] == {"id": "10099"}


def test_an_embedded_changelog_has_the_40_newest_entries_and_the_true_total(
    jira: httpx.Client,
) -> None:
    jql = "project = SHOP AND updated >= 0"
    page = search(jira, jql=f"{jql} ORDER BY key ASC", fields=["status"], expand="changelog")
    log = page["issues"][2]["changelog"]
    assert (log["total"], len(log["histories"])) == (47, 40)
    ids = [int(entry["id"]) for entry in log["histories"]]
    assert ids == sorted(ids, reverse=True)


def test_bulk_changelogs_are_whole_oldest_first_and_paged_by_entries(jira: httpx.Client) -> None:
    body: dict[str, Any] = {"issueIdsOrKeys": ["SHOP-3", "SHOP-4"], "maxResults": 20}
    seen: dict[str, list[str]] = {}
    while True:
        answer = jira.post("/rest/api/3/changelog/bulkfetch", json=body).json()
        for log in answer["issueChangeLogs"]:
            seen.setdefault(log["issueId"], []).extend(e["id"] for e in log["changeHistories"])
        if not answer.get("nextPageToken"):
            break
        body["nextPageToken"] = answer["nextPageToken"]
    assert {name: len(ids) for name, ids in seen.items()} == {"10103": 47, "10104": 1}
    assert seen["10103"] == sorted(set(seen["10103"]), key=int)


def test_bulk_changelogs_keep_to_the_asked_fields_and_count_milliseconds(
    jira: httpx.Client,
) -> None:
    body = {"issueIdsOrKeys": ["10102"], "fieldIds": ["status"]}
    [log] = jira.post("/rest/api/3/changelog/bulkfetch", json=body).json()["issueChangeLogs"]
    first, second = log["changeHistories"]
    assert first["created"] == int((START + 2 * HOUR + MINUTE).timestamp() * 1000)
    assert second["items"] == [
        {
            "field": "status",
            "fieldtype": "jira",
            "fieldId": "status",
            "from": "10990",
            "fromString": "Doing",
            "to": "10002",
            "toString": "Done",
        }
    ]
    too_many = {"issueIdsOrKeys": [str(n) for n in range(1001)]}
    assert jira.post("/rest/api/3/changelog/bulkfetch", json=too_many).status_code == 400


def test_an_issue_carries_parent_link_flag_value_and_local_times(jira: httpx.Client) -> None:
    fields = jira.get("/rest/api/3/issue/SHOP-2").json()["fields"]
    names = {field["name"]: field["id"] for field in jira.get("/rest/api/3/field").json()}
    assert fields["parent"]["key"] == "SHOP-1"
    [link] = fields["issuelinks"]
    assert (link["type"]["outward"], link["outwardIssue"]["key"]) == ("implements", "IDEA-1")
    assert fields[names["Cost of delay per week"]] == 1500.0
    assert fields["created"] == "2026-01-05T12:00:00.000+0100"
    assert fields["resolution"]["name"] == "Done"
    assert fields[names["Flagged"]] is None
    flagged = jira.get("/rest/api/3/issue/SHOP-3").json()["fields"][names["Flagged"]]
    assert flagged[0]["value"] == "Impediment"


def test_statuses_that_only_history_knows_are_not_listed(jira: httpx.Client) -> None:
    listed = {status["id"] for status in jira.get("/rest/api/3/status").json()}
    assert listed == {"10000", "10001", "10002"}


@pytest.mark.parametrize(
    ("jql", "text"),
    [
        ("", "Unbounded"),
        ("ORDER BY key DESC", "Unbounded"),
        ("project = NOPE", "'NOPE' does not exist"),
        ("flavour = sweet", "'flavour' does not exist"),
        ("updated >= yesterday", "is invalid"),
    ],
)
def test_a_query_that_cannot_be_run_is_refused(jira: httpx.Client, jql: str, text: str) -> None:
    answer = jira.post("/rest/api/3/search/jql", json={"jql": jql})
    assert answer.status_code == 400
    assert text in answer.json()["errorMessages"][0]


def test_unquoted_times_are_milliseconds_and_quoted_ones_local_minutes(jira: httpx.Client) -> None:
    # SHOP-130 moved at 09:00 UTC + 130 h + 1 min, which is 2026-01-10 20:01 in Berlin.
    last = int((START + 130 * HOUR + MINUTE).timestamp() * 1000)
    assert len(search(jira, jql=f"project = SHOP AND updated >= {last}")["issues"]) == 1
    assert len(search(jira, jql=f"project = SHOP AND updated >= {last + 1}")["issues"]) == 0
    local = 'project = "SHOP" AND updated >= "2026/01/10 20:01"'
    assert len(search(jira, jql=local)["issues"]) == 1


def test_the_old_search_is_gone(jira: httpx.Client) -> None:
    answer = jira.get("/rest/api/3/search", params={"jql": ALL})
    assert answer.status_code == 410
    assert "The requested API has been removed" in answer.text


def test_bulk_issues_tell_what_was_not_found(jira: httpx.Client) -> None:
    body = {"issueIdsOrKeys": ["SHOP-4", "SHOP-1", "GONE-1"], "fields": ["summary"]}
    answer = jira.post("/rest/api/3/issue/bulkfetch", json=body).json()
    assert [issue["key"] for issue in answer["issues"]] == ["SHOP-1", "SHOP-4"]
    assert [error["id"] for error in answer["issueErrors"]] == ["GONE-1"]


def test_projects_come_in_offset_pages(jira: httpx.Client) -> None:
    first = jira.get("/rest/api/3/project/search", params={"maxResults": 1}).json()
    second = jira.get(first["nextPage"]).json()
    assert [first["values"][0]["key"], second["values"][0]["key"]] == ["SHOP", "IDEA"]
    assert (first["isLast"], second["isLast"], "nextPage" in second) == (False, True, False)


def test_a_stranger_sees_nothing_and_is_told_so_only_about_himself(
    company: CompanyServer,
) -> None:
    with httpx.Client(base_url=company.url("jira"), timeout=60) as stranger:
        assert search(stranger, jql=ALL) == {"issues": [], "isLast": True}
        assert stranger.get("/rest/api/3/myself").status_code == 401
        wrong = stranger.get("/rest/api/3/myself", auth=("headwater", "wrong"))
        assert wrong.status_code == 401


def test_a_hidden_project_leaves_no_trace() -> None:
    with (
        running(tiny_world(), faults=Faults(hidden={"jira": {"IDEA"}})) as server,
        client(server, "jira") as jira,
    ):
        page = search(jira, jql=ALL, maxResults=5000)
        projects = jira.get("/rest/api/3/project/search").json()["values"]
        assert len(page["issues"]) == ITEMS
        assert [project["key"] for project in projects] == ["SHOP"]
        assert jira.get("/rest/api/3/issue/IDEA-1").status_code == 404


def test_data_center_pages_by_offset_with_the_whole_changelog(datacenter: httpx.Client) -> None:
    seen: list[str] = []
    while True:
        query = {"jql": ALL, "startAt": str(len(seen)), "fields": "summary", "expand": "changelog"}
        page = datacenter.get("/rest/api/2/search", params=query).json()
        for issue in page["issues"]:
            assert issue["changelog"]["total"] == len(issue["changelog"]["histories"])
        seen += [issue["key"] for issue in page["issues"]]
        if len(seen) >= page["total"]:
            break
    assert len(seen) == ITEMS + 1 == len(set(seen))
    assert datacenter.post("/rest/api/3/search/jql", json={"jql": ALL}).status_code == 404


def test_data_center_has_users_by_name_and_epics_by_key(datacenter: httpx.Client) -> None:
    issue = datacenter.get("/rest/api/2/issue/SHOP-2", params={"expand": "changelog"}).json()
    assert issue["fields"]["customfield_10014"] == "SHOP-1"
    assert "parent" not in issue["fields"]
    entry = issue["changelog"]["histories"][0]
    assert (entry["author"]["name"], "fieldId" in entry["items"][0]) == ("anna", False)
    assert datacenter.get("/rest/api/2/serverInfo").json()["deploymentType"] == "Server"

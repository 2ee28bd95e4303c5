"""GitLab's notes, issues, releases and child pipelines, as the simulated server tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from simulator.model import World
from simulator.model_gitlab import Issue, IssueEvent, Note
from simulator.model_planned import Milestone
from simulator.server import running
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world
from tests.simulator.tiny_names import ANNA, BOT, HOUR, START

WEB = "/api/v4/projects/shop%2Fweb"


def talkative() -> World:
    """The tiny company with two notes, two issues, and pipeline 302 as a child of 301."""
    world = tiny_world()
    first, second = START + HOUR, START + 2 * HOUR
    world.notes = [
        Note(1, 501, START + 7 * HOUR, BOT, "Coverage is 81 %."),
        Note(2, 501, START + 8 * HOUR, ANNA, "approved this merge request", system=True),
    ]
    events = [
        IssueEvent(61, first, ANNA, on=True, label="workflow::ready"),
        IssueEvent(62, second, ANNA, on=False),
        IssueEvent(63, second + HOUR, ANNA, on=True),
    ]
    world.milestones = [Milestone(501, 1, "shop/web", "1.0", START.date(), START.date())]
    world.issues = [
        Issue(
            21, 1, "shop/web", "Tidy", "task", ANNA, START, second + HOUR,
            labels=["workflow::ready"], events=events, blocked_by=22, linked=first, milestone=501,
            due=START.date(),
        ),
        Issue(22, 1, "shop/payments", "Mend", "incident", ANNA, first, second, closed=second,
              moved_to=21, events=[events[1]]),
    ]  # fmt: skip
    world.builds = [
        replace(build, parent=301, cause="parent") if build.id == 302 else build
        for build in world.builds
    ]
    return world


@pytest.fixture(scope="module")
def gitlab() -> Iterator[httpx.Client]:
    with running(talkative()) as server, client(server, "gitlab") as opened:
        yield opened


def rows(gitlab: httpx.Client, path: str, **query: str | list[str]) -> list[dict[str, Any]]:
    answer = gitlab.get(f"{WEB}/{path}", params={"per_page": "100", **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def test_notes_come_newest_first_unless_asked_otherwise(gitlab: httpx.Client) -> None:
    newest, oldest = rows(gitlab, "merge_requests/1/notes")
    assert (newest["id"], newest["system"], newest["author"]["username"]) == (2, True, "anna")
    assert oldest["body"] == "Coverage is 81 %."
    ascending = rows(gitlab, "merge_requests/1/notes", sort="asc", order_by="created_at")
    assert [note["id"] for note in ascending] == [1, 2]
    [merged] = rows(gitlab, "merge_requests", state="merged")
    assert merged["user_notes_count"] == 1


def test_an_issue_does_not_tell_of_its_first_opening(gitlab: httpx.Client) -> None:
    [issue] = rows(gitlab, "issues")
    assert (issue["state"], issue["issue_type"], issue["references"]["full"]) == (
        "opened",
        "task",
        "shop/web#1",
    )
    states = rows(gitlab, "issues/1/resource_state_events")
    assert [event["state"] for event in states] == ["closed", "reopened"]
    [label] = rows(gitlab, "issues/1/resource_label_events")
    assert (label["action"], label["label"]["name"]) == ("add", "workflow::ready")
    assert gitlab.get(f"{WEB}/issues/9/links").status_code == 404


def test_a_link_is_told_from_both_ends(gitlab: httpx.Client) -> None:
    [blocked] = rows(gitlab, "issues/1/links")
    assert (blocked["link_type"], blocked["references"]["full"]) == (
        "is_blocked_by",
        "shop/payments#1",
    )
    [blocks] = gitlab.get("/api/v4/projects/shop%2Fpayments/issues/1/links").json()
    assert (blocks["link_type"], blocks["references"]["full"]) == ("blocks", "shop/web#1")
    [moved] = gitlab.get("/api/v4/projects/shop%2Fpayments/issues").json()
    assert (moved["moved_to_id"], moved["state"]) == (21, "closed")


def test_issues_and_requests_are_found_by_number_state_and_time(gitlab: httpx.Client) -> None:
    assert [row["iid"] for row in rows(gitlab, "issues", **{"iids[]": ["1", "7"]})] == [1]
    assert rows(gitlab, "issues", **{"iids[]": ["7"]}) == []
    assert rows(gitlab, "issues", state="closed") == []
    assert rows(gitlab, "issues", updated_after="2026-01-06T00:00:00Z") == []
    found = rows(gitlab, "merge_requests", **{"iids[]": ["2"]})
    assert [row["iid"] for row in found] == [2]


def test_children_are_listed_only_when_asked_for_and_known_to_their_parent(
    gitlab: httpx.Client,
) -> None:
    plain = {row["id"] for row in rows(gitlab, "pipelines")}
    assert 301 in plain
    assert 302 not in plain
    [child] = rows(gitlab, "pipelines", source="parent_pipeline")
    assert (child["id"], child["source"]) == (302, "parent_pipeline")
    [bridge] = rows(gitlab, "pipelines/301/bridges")
    assert bridge["downstream_pipeline"]["id"] == 302
    assert rows(gitlab, "pipelines/302/bridges") == []
    assert gitlab.get(f"{WEB}/pipelines", params={"source": "nobody"}).status_code == 400


def test_releases_name_their_tag_and_its_commit(gitlab: httpx.Client) -> None:
    [release] = rows(gitlab, "releases", order_by="released_at", sort="desc")
    [tag] = rows(gitlab, "repository/tags")
    assert (release["tag_name"], release["commit"]["id"]) == (tag["name"], tag["commit"]["id"])
    assert release["released_at"] == "2026-01-05T19:00:00.000Z"

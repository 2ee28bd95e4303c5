"""Jobs that get another name, go, come back and are made anew: each keeps one lasting id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest
import respx

from connectors.http import SourceClient
from connectors.jenkins_jobs import read_jobs
from connectors.stream import Cursor, Reading, Scope
from tests.connectors.readers import quick_client


@dataclass
class Tree:
    """Jobs by full name, each with the starts of its builds by number, newest first."""

    jobs: dict[str, dict[int, int]] = field(default_factory=dict)
    following: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    branches: dict[str, dict[str, dict[int, int]]] = field(default_factory=dict)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/json":
            jobs = [self._bean(name, builds) for name, builds in self.jobs.items()]
            jobs += [self._project(name, below) for name, below in self.branches.items()]
            return httpx.Response(200, json={"jobs": jobs})
        name = request.url.path.removesuffix("/api/json").removeprefix("/job/")
        self.asked.append(name)
        builds = [{"number": n, "timestamp": at} for n, at in self.jobs[name].items()]
        return httpx.Response(200, json={"builds": builds})

    def _project(self, name: str, below: Mapping[str, dict[int, int]]) -> dict[str, Any]:
        kind = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"
        jobs = [self._bean(branch, builds) for branch, builds in below.items()]
        return {"_class": kind, "name": name, "jobs": jobs}

    def _bean(self, name: str, builds: Mapping[int, int]) -> dict[str, Any]:
        last = next(({"number": n, "timestamp": at} for n, at in builds.items()), None)
        following = self.following.get(name, max(builds, default=0) + 1)
        return {"name": name, "nextBuildNumber": following, "lastBuild": last}


@pytest.fixture
def tree() -> Iterator[Tree]:
    found = Tree()
    with respx.mock() as mock:
        mock.route(host="jenkins.example").mock(side_effect=found.answer)
        yield found


@pytest.fixture
def client() -> Iterator[SourceClient]:
    opened = quick_client("https://jenkins.example")
    yield opened
    opened.http.close()


def starts(*numbers: int, day: int = 0) -> dict[int, int]:
    return {n: 1_767_225_600_000 + day * 86_400_000 + n * 1000 for n in numbers}


def read(client: SourceClient, cursor: Cursor) -> tuple[dict[str, str], Cursor]:
    """The lasting ids by full name, and the cursor of the pass."""
    reading = Reading(client, Scope(), cursor, lambda _ids: set())
    (page,) = partial(read_jobs, patterns=("**",))(reading)
    return {job["fullName"]: job["_identity"] for job in page.payloads}, page.cursor


def seen(client: SourceClient, tree: Tree, *passes: dict[str, dict[int, int]]) -> Cursor:
    """The cursor after passes over these jobs."""
    cursor: Cursor = {}
    for jobs in passes:
        tree.jobs = jobs
        _, cursor = read(client, cursor)
    return cursor


def test_a_job_is_known_by_its_name_until_it_gets_another(client: SourceClient, tree: Tree) -> None:
    passes = [{"a": starts(*range(n, 0, -1)), "b": starts(1)} for n in (4, 5, 6)]
    cursor = seen(client, tree, *passes)
    assert tree.asked == []
    tree.jobs = {"b": starts(1), "c": starts(7, 6, 5, 4, 3, 2, 1)}
    ids, cursor = read(client, cursor)
    assert ids == {"b": "b", "c": "a"}
    assert tree.asked == ["c"]
    assert cursor["note"] == "jobs with a new name: c was a"
    ids, again = read(client, cursor)
    assert (ids, again, tree.asked) == ({"b": "b", "c": "a"}, cursor, ["c"])


def test_up_to_three_builds_are_remembered_and_all_must_agree(
    client: SourceClient, tree: Tree
) -> None:
    passes = [{"a": starts(*range(n, 0, -1)), "b": starts(1)} for n in (4, 5, 6, 7)]
    cursor = seen(client, tree, *passes)
    assert [n for n, _ in cursor["observed"]["jobs"]["a"]["builds"]] == [7, 6, 5]
    tree.jobs = {"b": starts(1), "c": starts(7, 6) | starts(5, day=1)}
    assert read(client, cursor)[0]["c"] == "c"


def test_a_new_job_next_to_the_old_one_is_not_asked_for_its_builds(
    client: SourceClient, tree: Tree
) -> None:
    cursor = seen(client, tree, {"a": starts(3, 2, 1)})
    tree.jobs = {"a": starts(3, 2, 1), "copy": starts(3, 2, 1)}
    assert read(client, cursor)[0] == {"a": "a", "copy": "copy"}
    assert tree.asked == []


def test_a_job_made_anew_under_its_old_name_is_another_one(
    client: SourceClient, tree: Tree
) -> None:
    cursor = seen(client, tree, {"a": starts(9, 8)})
    tree.jobs = {"a": starts(2, 1, day=5)}
    ids, cursor = read(client, cursor)
    assert ids == {"a": "a@2"}
    tree.jobs = {"a": starts(3, 2, 1, day=5)}
    ids, cursor = read(client, cursor)
    assert ids == {"a": "a@2"}
    tree.jobs = {"a": starts(1, day=9)}
    assert read(client, cursor)[0] == {"a": "a@3"}


def test_deleting_the_newest_builds_does_not_make_another_job(
    client: SourceClient, tree: Tree
) -> None:
    cursor = seen(client, tree, {"a": starts(9, 8)})
    tree.jobs, tree.following = {"a": starts(8)}, {"a": 10}
    assert read(client, cursor)[0] == {"a": "a"}


def test_a_branch_job_that_comes_back_is_the_same_only_with_its_builds(
    client: SourceClient, tree: Tree
) -> None:
    cursor = seen(client, tree, {"main": starts(1), "a": starts(2, 1)}, {"main": starts(1)})
    tree.jobs = {"main": starts(1), "a": starts(3, 2, 1)}
    assert read(client, cursor)[0]["a"] == "a"
    # Made anew while nobody looked, and past the old numbers already.
    tree.jobs = {"main": starts(1), "a": starts(3, 2, 1, day=7)}
    assert read(client, cursor)[0]["a"] == "a@2"


def test_a_new_job_under_the_name_that_another_had_does_not_take_its_builds(
    client: SourceClient, tree: Tree
) -> None:
    cursor = seen(client, tree, {"a": starts(3, 2, 1)}, {"b": starts(3, 2, 1)})
    tree.jobs = {"a": starts(1, day=3), "b": starts(3, 2, 1)}
    ids, cursor = read(client, cursor)
    assert ids == {"a": "a@2", "b": "a"}


def test_jobs_without_builds_are_known_by_their_names(client: SourceClient, tree: Tree) -> None:
    cursor = seen(client, tree, {"a": {}, "b": {}}, {"b": {}})
    tree.jobs = {"a": {}, "b": {}, "c": {}}
    assert read(client, cursor)[0] == {"a": "a", "b": "b", "c": "c"}
    assert tree.asked == []


def test_jobs_that_are_listed_no_more_are_told_for_a_month(
    client: SourceClient, tree: Tree
) -> None:
    """Jenkins leaves out alike what was deleted and what this account may not read any more."""
    cursor = seen(client, tree, {"a": starts(1), "b": starts(2, day=1)}, {"a": starts(1)})
    assert cursor["note"] == (
        "jobs not listed any more, deleted or without Job/Read for this account: b"
    )
    _, cursor = read(client, cursor)
    assert "listed any more" in cursor["note"]
    memory = cursor["observed"]["jobs"]["b"]
    memory["since"] -= 31 * 86_400
    _, later = read(client, cursor)
    assert "note" not in later
    tree.jobs = {"a": starts(1), "b": starts(2, day=1)}
    _, back = read(client, cursor)
    assert "note" not in back
    assert "since" not in back["observed"]["jobs"]["b"]


def test_branches_that_come_and_go_are_not_told(client: SourceClient, tree: Tree) -> None:
    tree.jobs = {"a": starts(1)}
    branches = {"main": starts(3, day=3), "fix": starts(1, day=4)}
    tree.branches = {"web": branches}
    _, cursor = read(client, {})
    del branches["fix"]
    _, cursor = read(client, cursor)
    assert "note" not in cursor


def test_only_the_last_five_thousand_jobs_that_went_are_remembered(
    client: SourceClient, tree: Tree
) -> None:
    cursor = seen(
        client,
        tree,
        {"main": {}, **{f"pr-{n}": starts(1, day=n) for n in range(5001)}},
        {"main": {}},
    )
    left = cursor["observed"]["jobs"]
    assert (len(left), "pr-0" in left, "pr-5000" in left) == (5001, False, True)

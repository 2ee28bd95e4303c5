"""GitLab's payloads as records, worked out by hand from the saved ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors import gitlab_parse
from connectors.stream import Payload, Scope
from core.errors import PayloadError
from core.records import (
    Build,
    BuildStage,
    Commit,
    Deployment,
    Environment,
    MergeRequest,
    MergeState,
    Person,
    Ref,
    Repository,
    Result,
    Revision,
)

DATA = Path(__file__).parent / "data"
SCOPE = Scope("42", {"path_with_namespace": "shop/api"})
BOTS = ("*[bot]", "renovate*")


def saved(name: str) -> Any:
    return json.loads((DATA / f"gitlab_{name}.json").read_text())


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 2, day, hour, minute, second, tzinfo=UTC)


def commit(sha: str, **changes: Any) -> Payload:
    return {
        "id": sha,
        "parent_ids": ["p1", "p2"],
        "message": "SHOP-7: pay\n\nby invoice",
        "title": "SHOP-7: pay",
        "author_name": "Dana",
        "author_email": "Dana@Example.com",
        "authored_date": "2026-02-01T10:00:00.000+01:00",
        "committed_date": "2026-02-02T10:00:00.000+01:00",
    } | changes


def test_a_project_brings_its_clone_addresses() -> None:
    payload = {
        "id": 42,
        "path_with_namespace": "shop/api",
        "default_branch": None,
        "web_url": "https://gitlab.example/shop/api",
        "http_url_to_repo": "https://gitlab.example/shop/api.git",
        "ssh_url_to_repo": "git@gitlab.example:shop/api.git",
    }
    urls = ("https://gitlab.example/shop/api.git", "git@gitlab.example:shop/api.git")
    expected = Repository("42", "shop/api", "", "https://gitlab.example/shop/api", urls)
    assert list(gitlab_parse.parse_project(payload, Scope())) == [expected]


def test_a_commit_has_parents_both_dates_and_an_author() -> None:
    assert list(gitlab_parse.parse_commit(commit("c1"), SCOPE, bots=BOTS)) == [
        Commit(
            "42",
            "c1",
            at(1, 9),
            at(2, 9),
            "SHOP-7: pay\n\nby invoice",
            ("p1", "p2"),
            Person("dana@example.com"),
        )
    ]


def test_a_commit_of_a_bot_is_told_by_any_of_its_names() -> None:
    payload = commit("c1", author_name="release[bot]")
    (found,) = gitlab_parse.parse_commit(payload, SCOPE, bots=BOTS)
    assert isinstance(found, Commit)
    assert found.author == Person("dana@example.com", bot=True)


def test_a_squashed_request_keeps_the_commits_of_its_branch() -> None:
    payload = saved("merge_requests")[0]
    payload["_details"] = {"commits": [commit("aaa2", parent_ids=[]), commit("aaa1")]}
    request, *commits = gitlab_parse.parse_merge_request(payload, SCOPE, bots=BOTS)
    assert request == MergeRequest(
        id="9001",
        repository="42",
        number=11,
        title="SHOP-7: pay by invoice",
        description="Closes SHOP-7",
        source_branch="SHOP-7-invoice",
        target_branch="main",
        state=MergeState.MERGED,
        created_at=at(2, 9),
        updated_at=at(4, 10),
        merged_at=at(4, 10),
        head_sha="aaa2",
        merge_sha="mmm1",
        squash_sha="sss1",
        labels=("backend",),
        commits=("aaa2", "aaa1"),
        url="https://gitlab.example/shop/api/-/merge_requests/11",
        author=Person("dana"),
    )
    told = [(c.sha, c.parents, c.authored_at) for c in commits if isinstance(c, Commit)]
    assert told == [("aaa2", None, at(1, 9)), ("aaa1", None, at(1, 9))]


def test_a_fast_forward_has_only_its_head() -> None:
    (found,) = gitlab_parse.parse_merge_request(saved("merge_requests")[1], SCOPE, bots=BOTS)
    assert isinstance(found, MergeRequest)
    assert (found.head_sha, found.merge_sha, found.squash_sha) == ("bbb1", None, None)
    assert (found.commits, found.labels, found.description) == (None, ("deps",), "")
    assert found.author == Person("renovate-runner", bot=True)


def test_an_unknown_state_of_a_request_is_refused() -> None:
    payload = saved("merge_requests")[0] | {"state": "thinking"}
    with pytest.raises(PayloadError, match="thinking"):
        list(gitlab_parse.parse_merge_request(payload, SCOPE))


def test_a_pipeline_spans_its_jobs_and_keeps_earlier_attempts() -> None:
    build, *stages = gitlab_parse.parse_pipeline(saved("pipeline"), SCOPE)
    assert build == Build(
        id="700",
        job="shop/api",
        number=31,
        result=Result.SUCCESS,
        url="https://gitlab.example/shop/api/-/pipelines/700",
        ref="main",
        repository="42",
        queued_at=at(4, 10, 0, 5),
        started_at=at(4, 10, 1),
        finished_at=at(4, 10, 20),
        cause="push",
        revisions=(Revision("mmm1"),),
    )
    assert stages[1] == BuildStage(
        build="700",
        id="802",
        ordinal=1,
        name="test",
        result=Result.SUCCESS,
        queued_at=at(4, 10, 5),
        started_at=at(4, 10, 6),
        finished_at=at(4, 10, 14),
    )
    told = [(s.id, s.ordinal, s.result) for s in stages if isinstance(s, BuildStage)]
    assert told == [
        ("801", 0, Result.FAILED),
        ("802", 1, Result.SUCCESS),
        ("803", 2, Result.SUCCESS),
        ("804", 3, Result.WAITING),
    ]


def test_a_pipeline_that_runs_has_no_end() -> None:
    build, *_ = gitlab_parse.parse_pipeline(saved("pipeline") | {"status": "running"}, SCOPE)
    assert isinstance(build, Build)
    assert (build.result, build.finished_at) == (Result.RUNNING, None)


def test_a_pipeline_without_jobs_takes_the_times_that_it_tells_itself() -> None:
    detail = {"started_at": "2026-02-04T10:02:00Z", "finished_at": "2026-02-04T10:03:00Z"}
    payload = saved("pipeline") | {"_details": {"pipeline": detail, "jobs": []}}
    (build,) = gitlab_parse.parse_pipeline(payload, Scope("42"))
    assert isinstance(build, Build)
    assert (build.job, build.started_at, build.finished_at) == (
        "shop/api",
        at(4, 10, 2),
        at(4, 10, 3),
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("success", Result.SUCCESS),
        ("canceled", Result.CANCELED),
        ("skipped", Result.SKIPPED),
        ("manual", Result.WAITING),
        ("blocked", Result.WAITING),
        ("undeployed", Result.OTHER),
    ],
)
def test_results_keep_what_is_documented_and_do_not_guess_the_rest(
    word: str, expected: Result
) -> None:
    assert gitlab_parse.result(word) is expected


def test_a_deployment_has_the_times_of_its_job_not_of_its_last_change() -> None:
    assert list(gitlab_parse.parse_deployment(saved("deployment"), SCOPE)) == [
        Deployment(
            id="500",
            environment="live/eu",
            result=Result.SUCCESS,
            created_at=at(4, 10, 14, 30),
            tier="production",
            repository="42",
            sha="mmm1",
            ref="v1.4",
            version="v1.4",
            group="700",
            job="deploy",
            build="700",
            started_at=at(4, 10, 15),
            finished_at=at(4, 10, 20),
            url="https://gitlab.example/shop/api/-/jobs/803",
        )
    ]


@pytest.mark.parametrize(
    ("status", "finished"), [("success", at(5, 8)), ("failed", at(5, 8)), ("running", None)]
)
def test_a_deployment_made_through_the_api_ends_with_its_last_change(
    status: str, finished: datetime | None
) -> None:
    changes = {"deployable": None, "status": status, "updated_at": "2026-02-05T08:00:00Z"}
    (found,) = gitlab_parse.parse_deployment(saved("deployment") | changes, SCOPE)
    assert isinstance(found, Deployment)
    assert (found.finished_at, found.build, found.group) == (finished, None, "")


def test_branches_tags_and_environments() -> None:
    branch = {"name": "main", "commit": commit("c1")}
    annotated = {"name": "v1", "target": "tag-object", "commit": commit("c2"), "created_at": None}
    bare = {"name": "v0", "target": "c3"}
    assert [
        *gitlab_parse.parse_branch(branch, SCOPE),
        *gitlab_parse.parse_tag(annotated, SCOPE),
        *gitlab_parse.parse_tag(bare, SCOPE),
        *gitlab_parse.parse_environment({"id": 60, "name": "live/eu", "tier": None}, SCOPE),
    ] == [
        Ref("42", "branch", "main", "c1", at(2, 9)),
        Ref("42", "tag", "v1", "c2", at(2, 9)),
        Ref("42", "tag", "v0", "c3"),
        Environment("60", "42", "live/eu", ""),
    ]


@pytest.mark.parametrize("missing", ["created_at", "environment", "status"])
def test_a_deployment_without_a_needed_field_is_refused(missing: str) -> None:
    payload = saved("deployment")
    del payload[missing]
    with pytest.raises(KeyError):
        list(gitlab_parse.parse_deployment(payload, SCOPE))

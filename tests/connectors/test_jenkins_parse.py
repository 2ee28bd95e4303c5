"""Jenkins payloads and the records made of them, worked out by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.jenkins_names import job_path, matches
from connectors.jenkins_parse import parse_build, parse_stages
from connectors.stream import Scope
from core.errors import PayloadError
from core.records import Build, BuildStage, Deployment, Record, Result, Revision
from core.source_settings import DeploymentRule

DATA = Path(__file__).parent / "data"
RULE = DeploymentRule(job="shop/deploy-*", environment="production", service="web")
JOB = Scope("shop/deploy-web")


def saved(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((DATA / name).read_text())
    return payload


def records(payload: dict[str, Any], scope: Scope = JOB, *rules: DeploymentRule) -> list[Record]:
    return list(parse_build(payload, scope, base_url="https://jenkins.example", rules=rules))


def build_of(payload: dict[str, Any], scope: Scope = JOB) -> Build:
    build = records(payload, scope)[0]
    assert isinstance(build, Build)
    return build


def checkout(sha: str, *remotes: str, branch: str = "origin/main") -> dict[str, Any]:
    revision = {"SHA1": sha, "branch": [{"SHA1": sha, "name": branch}]}
    return {"lastBuiltRevision": revision, "remoteUrls": list(remotes)}


def plain(**changes: Any) -> dict[str, Any]:
    return {
        "number": 5,
        "timestamp": 1767603600000,
        "duration": 1000,
        "result": "SUCCESS",
        **changes,
    }


def at(hour: int, minute: int, second: int) -> datetime:
    return datetime(2026, 1, 5, hour, minute, second, tzinfo=UTC)


def test_a_build_has_its_times_causes_and_parameters_without_names_and_secrets() -> None:
    assert build_of(saved("jenkins_deploy_build.json")) == Build(
        id="shop/deploy-web#7",
        job="shop/deploy-web",
        number=7,
        result=Result.SUCCESS,
        url="https://jenkins.example/job/shop/job/deploy-web/7/",
        ref="release/1.4",
        queued_at=at(8, 59, 56),
        started_at=at(9, 0, 0),
        finished_at=at(9, 1, 30),
        cause="upstream shop/web/main#12; user",
        revisions=(
            Revision("1" * 40, "https://git.example/platform/jenkins-shared-library.git"),
            Revision("2" * 40, "https://git.example/shop/web.git"),
        ),
        parameters=(("VERSION", "1.4.0"), ("DRY_RUN", "false")),
        description="CHG0030042",
        upstream="shop/web/main#12",
    )


def test_a_deployment_is_of_the_product_although_the_shared_library_comes_first() -> None:
    deployment = records(saved("jenkins_deploy_build.json"), JOB, RULE)[-1]
    assert deployment == Deployment(
        id="shop/deploy-web#7",
        environment="production",
        result=Result.SUCCESS,
        created_at=at(8, 59, 56),
        service="web",
        remote="https://git.example/shop/web.git",
        sha="2" * 40,
        ref="release/1.4",
        version="1.4.0",
        group="shop/deploy-web#7",
        build="shop/deploy-web#7",
        started_at=at(9, 0, 0),
        finished_at=at(9, 1, 30),
        url="https://jenkins.example/job/shop/job/deploy-web/7/",
    )


def test_a_sha_given_as_a_parameter_outranks_what_was_checked_out() -> None:
    parameters = {"parameters": [{"name": "GIT_COMMIT", "value": "ABCDEF1234"}]}
    payload = plain(actions=[checkout("2" * 40, "git@git.example:shop/web.git"), parameters])
    deployment = records(payload, JOB, RULE)[-1]
    assert isinstance(deployment, Deployment)
    assert (deployment.sha, deployment.remote) == ("abcdef1234", "git@git.example:shop/web.git")


@pytest.mark.parametrize(
    "actions",
    [
        [
            checkout("1" * 40, "https://g.example/a.git"),
            checkout("2" * 40, "https://g.example/b.git"),
        ],
        [checkout("1" * 40, "git@g.example:ci/pipeline-library.git")],
        [{"parameters": [{"name": "COMMIT", "value": "latest"}]}],
        [],
    ],
    ids=["two repositories", "only the library", "no sha", "nothing"],
)
def test_a_deployment_whose_commit_is_not_certain_has_none(actions: list[Any]) -> None:
    deployment = records(plain(actions=actions), JOB, RULE)[-1]
    assert isinstance(deployment, Deployment)
    assert deployment.sha is None


def test_no_rule_no_deployment() -> None:
    assert len(records(plain(), Scope("shop/web/main"), RULE)) == 1


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("SUCCESS", Result.SUCCESS),
        ("FAILURE", Result.FAILED),
        ("UNSTABLE", Result.UNSTABLE),
        ("ABORTED", Result.CANCELED),
        ("NOT_BUILT", Result.SKIPPED),
        ("NOT_BUILD", Result.OTHER),
    ],
)
def test_results_are_told_in_our_words(word: str, result: Result) -> None:
    assert build_of(plain(result=word)).result is result


@pytest.mark.parametrize(
    "running",
    [{"building": True, "duration": 0}, {"inProgress": True}, {"result": None, "duration": 0}],
)
def test_a_running_build_has_no_end_even_if_its_result_is_set(running: dict[str, Any]) -> None:
    build = build_of(plain(**running))
    assert (build.result, build.finished_at) == (Result.RUNNING, None)


def test_a_build_without_queue_time_says_so_and_the_stage_view_can_tell_it() -> None:
    assert build_of(plain()).queued_at is None
    described = plain(_details={"describe": {"queueDurationMillis": 2000, "stages": []}})
    assert build_of(described).queued_at == at(8, 59, 58)


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("refs/remotes/origin/main", "main"),
        ("remotes/upstream/main", "main"),
        ("origin/feature/cart", "feature/cart"),
        ("refs/heads/main", "main"),
        ("main", "main"),
        ("detached", ""),
    ],
)
def test_every_form_of_a_branch_name_is_the_branch(name: str, ref: str) -> None:
    assert build_of(plain(actions=[checkout("2" * 40, branch=name)])).ref == ref


def test_a_branch_job_is_named_after_its_branch() -> None:
    scope = Scope("shop/web/feature%2Fcart", {"_branch_job": True})
    build = build_of(plain(), scope)
    assert build.ref == "feature/cart"
    assert build.url == "https://jenkins.example/job/shop/job/web/job/feature%252Fcart/5/"


def test_a_checkout_of_two_remotes_keeps_both_and_a_repeated_one_is_kept_once() -> None:
    both = checkout("2" * 40, "https://a.example/x.git", "https://b.example/x.git")
    revisions = build_of(plain(actions=[both, both])).revisions
    assert [revision.remote for revision in revisions] == [
        "https://a.example/x.git",
        "https://b.example/x.git",
    ]


def test_the_pause_for_a_persons_input_counts_as_waiting() -> None:
    payload = {**plain(), "_details": {"describe": saved("jenkins_describe.json")}}
    stages = [record for record in records(payload) if isinstance(record, BuildStage)]
    assert [(s.id, s.name, s.result) for s in stages] == [
        ("6", "Build", Result.SUCCESS),
        ("14", "Release", Result.SUCCESS),
        ("20", "Roll back", Result.SKIPPED),
    ]
    assert (stages[0].queued_at, stages[0].started_at) == (None, at(9, 0, 0))
    assert stages[1].queued_at == at(9, 0, 20)
    assert stages[1].started_at == at(9, 0, 50)
    assert stages[1].finished_at == at(9, 1, 30)
    assert (stages[2].started_at, stages[2].finished_at) == (None, None)


def test_a_stage_that_waits_for_input_has_not_started() -> None:
    waiting = {
        "name": "Approve",
        "status": "PAUSED_PENDING_INPUT",
        "startTimeMillis": 1767603600000,
        "durationMillis": 5000,
        "pauseDurationMillis": 4000,
    }
    (stage,) = parse_stages({"stages": [waiting]}, "a#1")
    assert stage == BuildStage("a#1", "0", 0, "Approve", Result.WAITING, queued_at=at(9, 0, 0))


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"timestamp": 1767603600000}, "without a number"),
        ({"number": 5}, "#5: a build without `timestamp`"),
        (plain(_details={"describe": {"id": "5"}}), "without `stages`"),
        (plain(_details={"describe": {"stages": ["x"]}}), "stage 0 is not an object"),
    ],
)
def test_an_odd_payload_is_refused_with_a_reason(payload: dict[str, Any], reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        records(payload)


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("**", "nightly", True),
        ("**", "shop/web/main", True),
        ("shop/**", "shop/web/main", True),
        ("shop/**", "shopping/web", False),
        ("shop/*", "shop/web/main", False),
        ("shop/deploy-*", "shop/deploy-web", True),
        ("**/deploy-?", "deploy-a", True),
        ("**/deploy-?", "shop/eu/deploy-ab", False),
        ("shop.web", "shopxweb", False),
    ],
)
def test_patterns_stay_in_a_folder_unless_they_have_two_stars(
    pattern: str, name: str, fits: bool
) -> None:
    assert matches(pattern, name) is fits


def test_each_part_of_a_job_is_encoded_once_more() -> None:
    assert job_path("a b/feature%2Fx") == "job/a%20b/job/feature%252Fx"

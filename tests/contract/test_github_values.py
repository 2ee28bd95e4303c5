"""What GitHub's recorded payloads say, value by value; read off the files by eye."""

from __future__ import annotations

from pathlib import Path

from core.records import Build, BuildStage, Deployment, MergeRequest, MergeState, Result, WorkItem
from tests.contract.table import at, parsed, raw

_HOOKS = "github/webhooks"


def test_a_deployment_changes_when_it_gets_a_status(fixtures_dir: Path) -> None:
    """The list has no other sign of a late status; what is read again rests on this."""
    rows = raw(fixtures_dir, f"{_HOOKS}/deployment_status/*.json")
    assert [
        (row["created_at"], row["updated_at"], row["_details"]["statuses"][0]["created_at"])
        for row in rows
    ] == [
        ("2022-01-03T01:28:30Z", "2022-01-03T01:28:40Z", "2022-01-03T01:28:40Z"),
        ("2019-05-15T15:20:53Z", "2019-05-15T15:20:55Z", "2019-05-15T15:20:55Z"),
    ]


def test_deployments_end_with_their_status_and_have_the_tier_of_their_name(
    fixtures_dir: Path,
) -> None:
    found = parsed(fixtures_dir, f"{_HOOKS}/deployment_status/*.json", Deployment)
    assert [(one.environment, one.tier, one.result, one.finished_at) for one in found] == [
        ("github-pages", "other", Result.RUNNING, None),
        ("production", "production", Result.SUCCESS, at("2019-05-15T15:20:55Z")),
    ]


def test_jobs_that_wait_have_not_started(fixtures_dir: Path) -> None:
    """Although GitHub writes the time of their creation into `started_at`."""
    found = parsed(fixtures_dir, f"{_HOOKS}/workflow_job/*.json", BuildStage)
    assert [(one.result, one.started_at and one.queued_at != one.started_at) for one in found] == [
        (Result.RUNNING, False),
        (Result.RUNNING, True),
        (Result.WAITING, None),
        (Result.WAITING, None),
        (Result.WAITING, None),
    ]
    waited = found[1].started_at, found[1].queued_at
    assert waited == (at("2023-06-26T03:31:36Z"), at("2023-06-26T03:31:29Z"))


def test_a_run_is_known_by_its_workflow_and_its_number(fixtures_dir: Path) -> None:
    (one,) = parsed(fixtures_dir, "github/faros/workflow_runs.json", Build)
    assert (one.id, one.job, one.number) == ("30433642", "1/.github/workflows/build.yml", 562)
    assert (one.result, one.finished_at) == (Result.WAITING, None)
    assert one.revisions[0].sha == "acb5820ced9479c074f688cc328bf03f341a511d"


def test_a_trial_merge_of_a_closed_request_is_not_what_landed(fixtures_dir: Path) -> None:
    """Many of them name a merge commit, and none of them was merged."""
    rows = parsed(fixtures_dir, f"{_HOOKS}/pull_request/*.json", MergeRequest)
    assert {one.state for one in rows} == {MergeState.OPEN, MergeState.CLOSED}
    assert {(one.merge_sha, one.squash_sha) for one in rows} == {(None, None)}
    assert {one.head_sha for one in rows} == {"ec26c3e57ca3a959ca5aad62de7213c562f8c821"}


def test_issues_have_the_key_that_people_write(fixtures_dir: Path) -> None:
    (one, *_) = parsed(fixtures_dir, "github/recorded/paginate-issues.json", WorkItem)
    assert (one.key, one.project) == (
        "octokit-fixture-org/paginate-issues#13",
        "octokit-fixture-org/paginate-issues",
    )
    assert (one.status_id, one.type, one.changelog_complete) == ("open", "Issue", False)

"""What the records of real payloads of GitLab, Jenkins and ServiceNow say, against the files."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.servicenow_parse import parse_change
from connectors.stream import Scope
from core.records import (
    Build,
    BuildStage,
    ChangeRequest,
    Deployment,
    Environment,
    Incident,
    MergeRequest,
    MergeState,
    Result,
    Revision,
)
from tests.contract.payload_set import lacks
from tests.contract.table import at, parsed, raw


def test_pipelines_keep_their_times_and_results(fixtures_dir: Path) -> None:
    files = "gitlab/devlake/pipeline-detail/page-*.json"
    builds = parsed(fixtures_dir, files, Build)
    assert [(b.id, b.queued_at, b.started_at, b.finished_at) for b in builds] == [
        (str(row["id"]), at(row["created_at"]), at(row["started_at"]), at(row["finished_at"]))
        for row in raw(fixtures_dir, files)
    ]
    assert Counter(build.result for build in builds) == {Result.SUCCESS: 11, Result.FAILED: 5}
    assert Counter(build.cause for build in builds) == {"merge_request_event": 15, "push": 1}


def test_a_job_that_never_started_has_an_end_only(fixtures_dir: Path) -> None:
    files = "gitlab/devlake/jobs-sample/page-*.json"
    stages = parsed(fixtures_dir, files, BuildStage)
    assert [(one.id, one.build) for one in stages] == [
        (str(number), str(number - 79)) for number in range(152, 137, -1)
    ]
    assert {(one.name, one.result, one.started_at) for one in stages} == {
        ("format", Result.FAILED, None)
    }
    assert all(one.finished_at for one in stages)


def test_deployments_requests_and_environments_of_gitlab(fixtures_dir: Path) -> None:
    deployed = parsed(fixtures_dir, "gitlab/faros/deployments.json", Deployment)
    assert [(one.id, one.ref, one.result, one.finished_at) for one in deployed] == [
        ("101", "main", Result.SUCCESS, at("2023-01-15T10:45:00Z")),
        ("102", "develop", Result.FAILED, at("2023-01-16T14:25:00Z")),
        ("103", "feature/new-feature", Result.RUNNING, None),
    ]
    files = "gitlab/go-gitlab/api-v4-projects-278964-merge-requests__*.json"
    requests = parsed(fixtures_dir, files, MergeRequest)
    assert Counter(one.number for one in requests) == {15442: 2, 15441: 2, 15440: 2}
    assert {one.state for one in requests} == {MergeState.OPEN}
    files = "gitlab/go-gitlab/api-v4-projects-1-environments__*.json"
    assert parsed(fixtures_dir, files, Environment) == [Environment("1", "1", "review/fix-foo", "")]


def test_builds_of_jenkins_end_as_the_payload_says(fixtures_dir: Path) -> None:
    files = "jenkins/devlake/job-allBuilds/page-*.json"
    builds = parsed(fixtures_dir, files, Build)
    # Three have a result and are still building; the word NOT_BUILD is none of Jenkins.
    assert Counter(build.result for build in builds) == {
        Result.SUCCESS: 8,
        Result.RUNNING: 3,
        Result.CANCELED: 1,
        Result.UNSTABLE: 1,
        Result.OTHER: 1,
    }
    first = builds[0]
    assert (first.number, first.started_at) == (31, at("2022-04-15T12:00:49.161Z"))
    assert first.finished_at == at("2022-04-15T12:00:50.748Z")
    assert [revision.remote for build in builds for revision in build.revisions] == [
        "https://github.com/merico-dev/lake.git"
    ] * 3
    assert not [build for build in builds if build.result is Result.RUNNING and build.finished_at]


def test_all_forms_of_a_branch_are_one_name(fixtures_dir: Path) -> None:
    builds = parsed(fixtures_dir, "jenkins/hygieia/buildDetails_*.json", Build)
    assert [build.ref for build in builds] == ["test"] + ["master"] * 7
    shas = {revision.sha for build in builds[1:] for revision in build.revisions}
    assert shas == {"f6617799ff337984df0b80156995ddb87f60c0af"}
    assert builds[0].revisions == tuple(
        Revision("385bbf9dd7bc367b9980f58a6c4489ba95cbb9a9", f"https://github.com/myrepo/{name}")
        for name in ("Hygieia222.git", "Hygieia.git")
    )


def test_a_pause_in_a_stage_is_waiting(fixtures_dir: Path) -> None:
    name = "01_rest_api_jobHistory"
    files = f"jenkins/stage-view/runs_stage_grouped__getModelData__{name}.json"
    stages = parsed(fixtures_dir, files, BuildStage)
    row = raw(fixtures_dir, files)[0]["stages"][2]
    begin = datetime.fromtimestamp(row["startTimeMillis"] / 1000, UTC)
    assert (stages[2].name, row["pauseDurationMillis"]) == ("Deploy", 30)
    assert stages[2].queued_at == begin
    assert stages[2].started_at == begin + timedelta(milliseconds=30)
    assert [one.name for one in stages if one.queued_at] == ["Deploy"]


def test_a_change_is_read_by_its_stored_values(fixtures_dir: Path) -> None:
    files = "servicenow/docs-change-management/003-Response-body-*.json"
    change = parsed(fixtures_dir, files, ChangeRequest)[0]
    assert (change.number, change.type, change.state) == ("CHG0000024", "standard", "closed")
    assert change.successful is True
    assert change.created_at == datetime(2015, 7, 6, 18, 55, 46, tzinfo=UTC)
    assert change.started_at == datetime(2015, 7, 6, 18, 56, 4, tzinfo=UTC)
    assert change.closed_at == datetime(2015, 7, 6, 18, 56, 23, tzinfo=UTC)
    made = parsed(fixtures_dir, files, Deployment)[0]
    assert (made.id, made.finished_at) == (change.id, datetime(2015, 7, 6, 18, 56, 10, tzinfo=UTC))
    payload = raw(fixtures_dir, files)[0]
    assert list(parse_change(payload, Scope(), base_url="https://instance.service-now.com")) == [
        change
    ]


def test_an_incident_needs_neither_a_cause_nor_the_time_of_its_row(fixtures_dir: Path) -> None:
    files = "servicenow/faros/incidents_rest.json"
    assert all(lacks(row, "sys_created_on") for row in raw(fixtures_dir, files))
    first, second = parsed(fixtures_dir, files, Incident)
    assert (first.number, first.state, first.priority) == ("INC0000060", "closed", 3)
    assert first.opened_at == datetime(2016, 12, 12, 15, 19, 57, tzinfo=UTC)
    assert first.resolved_at == datetime(2016, 12, 13, 21, 43, 14, tzinfo=UTC)
    assert first.caused_by is None
    assert first.id != second.id
    assert first.ci == "109562a3c611227500a7b7ff98cc0dc7"

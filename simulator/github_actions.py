"""GitHub's shapes of workflow runs, jobs, environments and deployments."""

from __future__ import annotations

from zlib import crc32

from simulator.github_index import Deployed, Status, attempt
from simulator.github_payloads import Payloads
from simulator.github_shapes import API, SITE, node_id, utc
from simulator.gitlab_index import Project, job_number
from simulator.model import Build, Commit, Stage
from simulator.vendor import Json

_EVENTS = {"manual": "workflow_dispatch", "schedule": "schedule", "merge_request": "pull_request"}
_CONCLUSIONS = {"failed": "failure", "canceled": "cancelled"}


class Runs:
    """Payloads of what ran; accounts, repositories and commits inside are made by `make`."""

    def __init__(self, make: Payloads) -> None:
        self.make = make

    def run(self, project: Project, build: Build) -> Json:
        name = workflow(build)
        commit = project.commits.get(build.sha)
        repository = self.make.minimal(project)
        actor = self.make.user(commit.author) if commit else self.make.owner(project)
        return {
            **_addresses(project, build),
            "id": build.id,
            "name": name,
            "node_id": node_id("WorkflowRun", build.id),
            "head_branch": build.ref,
            "head_sha": build.sha,
            "path": f".github/workflows/{name}.yml",
            "display_title": _subject(commit) or name,
            "run_number": build.number,
            "run_attempt": max((attempt(build, stage) for stage in build.stages), default=1),
            "event": _EVENTS.get(build.cause, "push"),
            **_state(build.status),
            "pull_requests": [],
            "created_at": utc(build.queued),
            "updated_at": utc(build.finished or build.started),
            "run_started_at": utc(build.queued),
            "actor": actor,
            "triggering_actor": actor,
            "head_commit": _head(commit),
            "repository": repository,
            "head_repository": repository,
        }

    def job(self, project: Project, build: Build, stage: Stage) -> Json:
        number = job_number(build, stage)
        url = f"{API}/repos/{project.path}/actions"
        return {
            "id": number,
            "run_id": build.id,
            "run_url": f"{url}/runs/{build.id}",
            "run_attempt": attempt(build, stage),
            "node_id": node_id("Job", number),
            "head_sha": build.sha,
            "head_branch": build.ref,
            "workflow_name": workflow(build),
            "name": stage.name,
            "url": f"{url}/jobs/{number}",
            "html_url": f"{run_page(project, build)}/job/{number}",
            **_state(stage.status),
            "created_at": utc(stage.queued),
            "started_at": utc(stage.started),
            "completed_at": utc(stage.finished),
            "steps": [],
            "check_run_url": f"{API}/repos/{project.path}/check-runs/{number}",
            "labels": ["self-hosted"],
            "runner_id": 1,
            "runner_name": "runner 1",
            "runner_group_id": 1,
            "runner_group_name": "Default",
        }

    def environment(self, project: Project, name: str, position: int) -> Json:
        start = utc(self.make.index.world.start)
        number = project.id * 100 + position
        return {
            "id": number,
            "node_id": node_id("Environment", number),
            "name": name,
            "url": f"{API}/repos/{project.path}/environments/{name}",
            "html_url": f"{SITE}/{project.path}/deployments/{name}",
            "created_at": start,
            "updated_at": start,
            "protection_rules": [],
            "deployment_branch_policy": None,
        }

    def deployment(self, project: Project, row: Deployed) -> Json:
        url = f"{API}/repos/{project.path}/deployments/{row.id}"
        commit = project.commits.get(row.of.recorded_sha)
        return {
            "url": url,
            "id": row.id,
            "node_id": node_id("Deployment", row.id),
            "sha": row.of.recorded_sha,
            "ref": row.build.ref,
            "task": "deploy",
            "payload": {},
            "original_environment": row.of.recorded_environment,
            "environment": row.of.recorded_environment,
            "description": None,
            "creator": self.make.user(commit.author) if commit else None,
            "created_at": utc(row.of.created),
            "updated_at": utc(row.updated),
            "statuses_url": f"{url}/statuses",
            "repository_url": f"{API}/repos/{project.path}",
            "transient_environment": False,
            "production_environment": row.of.recorded_environment == "production",
        }

    def status(self, project: Project, row: Deployed, status: Status) -> Json:
        url = f"{API}/repos/{project.path}/deployments/{row.id}"
        page = run_page(project, row.build)
        log = f"{page}/job/{job_number(row.build, row.job)}" if row.job else page
        return {
            "url": f"{url}/statuses/{status.id}",
            "id": status.id,
            "node_id": node_id("DeploymentStatus", status.id),
            "state": status.state,
            "creator": None,
            "description": "",
            "environment": row.of.recorded_environment,
            "target_url": log,
            "log_url": log,
            "environment_url": "",
            "created_at": utc(status.at),
            "updated_at": utc(status.at),
            "deployment_url": url,
            "repository_url": f"{API}/repos/{project.path}",
        }


_BELOW_RUN = ("jobs", "logs", "artifacts", "cancel", "rerun")


def workflow(build: Build) -> str:
    """The name of the workflow's file: that of the Jenkins job where it is one in truth."""
    if build.job:
        return build.job.rpartition("/")[2]
    deploys = any(stage.name.startswith("deploy") for stage in build.stages)
    return "deploy" if deploys else "ci"


def _addresses(project: Project, build: Build) -> Json:
    """Of a run, and the numbers of what it belongs to."""
    api = f"{API}/repos/{project.path}"
    url = f"{api}/actions/runs/{build.id}"
    number = crc32(f"{project.path}/{workflow(build)}".encode())
    return {
        "url": url,
        "html_url": run_page(project, build),
        **{f"{what}_url": f"{url}/{what}" for what in _BELOW_RUN},
        "workflow_id": number,
        "workflow_url": f"{api}/actions/workflows/{number}",
        "check_suite_id": build.id,
        "check_suite_node_id": node_id("CheckSuite", build.id),
        "check_suite_url": f"{api}/check-suites/{build.id}",
        "previous_attempt_url": None,
    }


def run_page(project: Project, build: Build) -> str:
    return f"{SITE}/{project.path}/actions/runs/{build.id}"


def _state(status: str) -> Json:
    if status == "running":
        return {"status": "in_progress", "conclusion": None}
    return {"status": "completed", "conclusion": _CONCLUSIONS.get(status, status)}


def _subject(commit: Commit | None) -> str:
    return commit.message.partition("\n")[0] if commit else ""


def _head(commit: Commit | None) -> Json | None:
    if commit is None:
        return None
    who = {"name": commit.author.name, "email": commit.author.email}
    return {
        "id": commit.sha,
        "tree_id": commit.sha[::-1],
        "message": commit.message,
        "timestamp": utc(commit.committed),
        "author": who,
        "committer": who,
    }

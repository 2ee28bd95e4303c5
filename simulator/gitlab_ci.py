"""GitLab's shapes of pipelines, jobs, environments and deployments."""

from __future__ import annotations

from datetime import datetime

from simulator.children import PARENT
from simulator.gitlab_index import JobDeployment, Project, job_number
from simulator.gitlab_payloads import SITE, Payloads, utc
from simulator.model import Build, Stage
from simulator.vendor import Json

SOURCES = {
    "manual": "web",
    "schedule": "schedule",
    "merge_request": "merge_request_event",
    PARENT: "parent_pipeline",
}


class Runs:
    """Payloads of what ran; users and commits inside are made by `make`."""

    def __init__(self, make: Payloads) -> None:
        self.make = make

    def pipeline(self, project: Project, build: Build) -> Json:
        """A row of a list: without duration, start and finish."""
        return {
            "id": build.id,
            "iid": build.number,
            "project_id": project.id,
            "sha": build.sha,
            "ref": build.ref,
            "status": build.status,
            "source": source_of(build),
            "created_at": utc(build.queued),
            "updated_at": utc(pipeline_updated(build)),
            "web_url": f"{SITE}/{project.path}/-/pipelines/{build.id}",
            "name": None,
        }

    def pipeline_detail(self, project: Project, build: Build) -> Json:
        commit = project.commits.get(build.sha)
        return {
            **self.pipeline(project, build),
            "before_sha": commit.parents[0] if commit and commit.parents else "0" * 40,
            "tag": build.ref in project.tags,
            "yaml_errors": None,
            "user": self.make.user(commit.author) if commit else None,
            "started_at": utc(build.started),
            "finished_at": utc(build.finished),
            "committed_at": None,
            "duration": _whole_seconds(build.started, build.finished),
            "queued_duration": _whole_seconds(build.queued, build.started),
            "coverage": None,
            "detailed_status": {"text": build.status, "label": build.status, "group": build.status},
            "archived": False,
        }

    def job(self, project: Project, build: Build, stage: Stage) -> Json:
        commit = project.commits.get(build.sha)
        ran = stage.status != "skipped"
        number = job_number(build, stage)
        return {
            "id": number,
            "status": stage.status,
            "stage": stage.name.partition(":")[0],
            "name": stage.name,
            "ref": build.ref,
            "tag": build.ref in project.tags,
            "coverage": None,
            "allow_failure": False,
            "created_at": utc(stage.queued),
            "started_at": utc(stage.started) if ran else None,
            "finished_at": utc(stage.finished) if ran else None,
            "erased_at": None,
            "duration": _seconds(stage.started, stage.finished) if ran else None,
            "queued_duration": _seconds(stage.queued, stage.started) if ran else None,
            "user": self.make.user(commit.author) if commit else None,
            "commit": self.make.commit(project, commit) if commit else None,
            "pipeline": self._pipeline_reference(project, build),
            "web_url": f"{SITE}/{project.path}/-/jobs/{number}",
            "project": {"ci_job_token_scope_enabled": False},
            "artifacts": [],
            "runner": None,
            "artifacts_expire_at": None,
            "tag_list": [],
            **({"failure_reason": "script_failure"} if stage.status == "failed" else {}),
        }

    def bridge(self, project: Project, build: Build, child: Build) -> Json:
        """The trigger job of a pipeline that started a child: a job that no list of jobs has."""
        commit = project.commits.get(build.sha)
        return {
            "id": child.id * 100,
            "status": child.status,
            "stage": "deploy",
            "name": child.stages[0].name,
            "ref": build.ref,
            "tag": build.ref in project.tags,
            "coverage": None,
            "allow_failure": False,
            "created_at": utc(build.queued),
            "started_at": utc(child.queued),
            "finished_at": utc(child.finished),
            "erased_at": None,
            "duration": _seconds(child.queued, child.finished),
            "queued_duration": None,
            "user": self.make.user(commit.author) if commit else None,
            "commit": self.make.commit(project, commit) if commit else None,
            "pipeline": self._pipeline_reference(project, build),
            "downstream_pipeline": self._pipeline_reference(project, child),
            "web_url": f"{SITE}/{project.path}/-/jobs/{child.id * 100}",
        }

    def _pipeline_reference(self, project: Project, build: Build) -> Json:
        row = self.pipeline(project, build)
        return {name: value for name, value in row.items() if name != "name"}

    def environment(self, project: Project, name: str) -> Json:
        """How an environment is listed, with its tier."""
        tiers = ("production", "staging", "testing", "development")
        return {
            **self._environment_reference(project, name),
            "created_at": utc(self.make.index.world.start),
            "updated_at": utc(self.make.index.world.start),
            "tier": next((tier for tier in tiers if tier == name.partition("/")[0]), "other"),
            "state": "available",
            "auto_stop_at": None,
            "description": None,
        }

    def _environment_reference(self, project: Project, name: str) -> Json:
        return {
            "id": project.id * 100 + project.environments.index(name),
            "name": name,
            "slug": name.replace("/", "-"),
            "external_url": None,
        }

    def deployment(self, project: Project, row: JobDeployment) -> Json:
        commit = project.commits.get(row.of.recorded_sha)
        user = self.make.user(commit.author) if commit else None
        job = job_number(row.build, row.job) if row.job else row.id
        return {
            "id": row.id,
            "iid": row.iid,
            "ref": row.build.ref,
            "sha": row.of.recorded_sha,
            "created_at": utc(row.of.created),
            "updated_at": utc(row.updated),
            "user": user,
            "environment": self._environment_reference(project, row.of.recorded_environment),
            "deployable": {
                "id": job,
                "status": row.status,
                "stage": "deploy",
                "name": row.job.name if row.job else f"deploy:{row.of.recorded_environment}",
                "ref": row.build.ref,
                "created_at": utc(row.of.created),
                "started_at": utc(row.started),
                "finished_at": utc(row.finished),
                "duration": _seconds(row.started, row.finished),
                "user": user,
                "commit": self.make.commit(project, commit) if commit else None,
                "pipeline": self._pipeline_reference(project, row.build),
                "web_url": f"{SITE}/{project.path}/-/jobs/{job}",
            },
            "status": row.status,
        }


def source_of(build: Build) -> str:
    """How a pipeline was started, in GitLab's words."""
    return SOURCES.get(build.cause, "push")


def pipeline_updated(build: Build) -> datetime:
    return build.finished or build.started


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if end else None


def _whole_seconds(start: datetime, end: datetime | None) -> int | None:
    """As pipelines tell their durations; jobs tell parts of seconds too."""
    return int((end - start).total_seconds()) if end else None

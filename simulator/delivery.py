"""Builds and deployments as the tools recorded them: Jenkins builds and GitLab pipelines.

A deployment's id is also the `correlation_id` of its change request: `"<job full name>#<build
number>"` for Jenkins, `"<group/project>!pipeline/<pipeline id>"` for GitLab, where each deployment,
a rollback too, runs in a pipeline of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from simulator.calendar import MINUTE, between
from simulator.coding import SECOND
from simulator.model import Build, Deployment, Service, Stage
from simulator.releases import Release
from simulator.repository import Push

_STEPS = {"ci": ("compile", "test", "package"), "deploy": ("prepare", "deploy", "smoke-test")}
_REGIONS = ("eu", "us", "asia")


@dataclass(slots=True)
class Runs:
    """What one service's tools ran. `shipped`: each deployment, its build and its release."""

    service: Service
    jobs: int
    now: datetime
    rng: Random
    builds: list[Build] = field(default_factory=list)
    shipped: list[tuple[Deployment, Build, Release]] = field(default_factory=list)

    def integrate(self, pushes: list[Push]) -> None:
        """One build for each push; and one that a timer has just started."""
        for push in pushes:
            if push.at < self.now:
                status = self.rng.choices(
                    ("success", "failed", "canceled"), (94, 5, 1) if push.merged else (84, 12, 4)
                )[0]
                takes = between(self.rng, 3 * MINUTE, 18 * MINUTE)
                self.builds.append(self._build(push.ref, push.sha, push.at, takes, status))
        nightly = self._build(
            pushes[-1].ref, pushes[-1].sha, self.now - 3 * MINUTE, 20 * MINUTE, "success"
        )
        nightly.cause = "schedule"
        self.builds.append(nightly)

    def deploy(self, release: Release) -> None:
        build = self._deploy_build(release)
        deployment = Deployment(
            id="", service=self.service.name, environment=release.environment, sha=release.sha,
            version=release.version, build=0, status=release.status, created=build.queued,
            started=release.started, finished=release.finished, kind=release.kind,
            manifest=release.manifest,
        )  # fmt: skip
        if self.service.paths:  # services of one repository deploy to places of their own
            deployment.place = f"{release.environment}/{self.service.name}"
        if self.service.deploys == "gitlab":
            deployment.job_ids = [0] * _jobs(build)
        self.builds.append(build)
        self.shipped.append((deployment, build, release))

    def _build(self, ref: str, sha: str, at: datetime, takes: timedelta, status: str) -> Build:
        started = at + between(self.rng, 2 * SECOND, 120 * SECOND)
        finished = started + takes if started + takes < self.now else None
        if started >= self.now:
            started = at
        jenkins = self.service.ci == "jenkins"
        return Build(
            id=0, number=0, system=self.service.ci, repository=self.service.repository, ref=ref,
            job=f"{self.service.repository}-ci" if jenkins else "", sha=sha,
            status=status if finished else "running", queued=at, started=started, finished=finished,
            stages=_stages(_STEPS["ci"], status if finished else "running", started, finished),
            parameters={"BRANCH": ref} if jenkins else {},
            library_sha=_library(at) if jenkins else None,
        )  # fmt: skip

    def _deploy_build(self, release: Release) -> Build:
        jenkins, end = self.service.deploys == "jenkins", release.finished
        steps: tuple[str, ...] = _STEPS["deploy"]
        if not jenkins:
            jobs = self.jobs if release.environment == "production" else 1
            steps = ("prepare", *(f"deploy:{region}" for region in _REGIONS[:jobs]))
        group, name = self.service.repository.rsplit("/", 1)
        parameters = {"VERSION": release.version, "ENVIRONMENT": release.environment}
        queued = release.started - between(self.rng, 2 * SECOND, 25 * SECOND)
        return Build(
            id=0, number=0, system=self.service.deploys, repository=self.service.deployed_from,
            job=f"{group}/deploy-{name}-{release.environment}" if jenkins else "",
            ref="main" if release.manifest else release.ref,
            sha=release.manifest or release.sha, status=release.status, queued=queued,
            started=release.started, finished=end, cause="manual",
            stages=_stages(steps, release.status, release.started, end),
            parameters=parameters if jenkins else {},
            library_sha=_library(release.started) if jenkins else None,
        )  # fmt: skip


def number(runs: list[Runs]) -> tuple[list[Build], list[Deployment]]:
    """Every build and deployment in order of time, with ids and numbers given out."""
    builds = sorted((b for run in runs for b in run.builds), key=lambda b: (b.queued, b.repository))
    counts: dict[str, int] = {}
    stage = 70001
    for position, build in enumerate(builds):
        scope = build.job or build.repository
        counts[scope] = counts.get(scope, 0) + 1
        build.id, build.number = 40001 + position, counts[scope]
        for step in build.stages:
            step.id, stage = str(stage), stage + 1
    shipped = sorted((s for run in runs for s in run.shipped), key=lambda s: s[1].id)
    job = 8001
    for deployment, build, _ in shipped:
        deployment.build, deployment.id = build.id, f"{build.repository}!pipeline/{build.id}"
        if build.job:
            deployment.id = f"{build.job}#{build.number}"
        deployment.job_ids = [job + offset for offset in range(len(deployment.job_ids))]
        job += len(deployment.job_ids)
    return builds, [deployment for deployment, _, _ in shipped]


def _stages(
    names: tuple[str, ...], status: str, started: datetime, finished: datetime | None
) -> list[Stage]:
    """Equal parts of the build; it fails in its second step, and what follows is skipped."""
    end = finished or started + 30 * MINUTE
    part, found = (end - started) // len(names), []
    for number, name in enumerate(names):
        begins = _whole(started, part * number)
        ends: datetime | None = (
            end if number == len(names) - 1 else _whole(started, part * (number + 1))
        )
        how = "success"
        if status in ("failed", "canceled") and number >= 1:
            how, ends = (status, finished) if number == 1 else ("skipped", finished)
            begins = begins if number == 1 else end
        elif finished is None:
            how, ends = "running", None
            found.append(Stage("", name, how, begins, begins, ends))
            break
        found.append(Stage("", name, how, begins, begins, ends))
    return found


def _whole(start: datetime, delta: timedelta) -> datetime:
    return start + timedelta(seconds=int(delta.total_seconds()))


def _jobs(build: Build) -> int:
    """How many deployment jobs ran: all, or only the first where it failed or still runs."""
    if build.status != "success":
        return 1
    return sum(stage.name.startswith("deploy") for stage in build.stages)


def _library(at: datetime) -> str:
    """The shared library changes each quarter; its sha is in no repository that anybody deploys."""
    text = f"pipeline-library {at.year} {(at.month - 1) // 3}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

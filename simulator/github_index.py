"""What GitHub knows of a world: everything that ran is a workflow run, whoever ran it in truth."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from simulator.gitlab_index import Index, Project
from simulator.model import Build, Deployment, Stage, World


@dataclass(frozen=True, slots=True)
class Status:
    """A status of a deployment: in_progress, success, failure, inactive."""

    id: int
    state: str
    at: datetime


@dataclass(slots=True)
class Deployed:
    """A deployment as GitHub records it: one for each job that deploys, with what became of it."""

    id: int
    of: Deployment
    build: Build
    job: Stage | None
    statuses: list[Status] = field(default_factory=list)

    @property
    def updated(self) -> datetime:
        """A status moves it."""
        return max((status.at for status in self.statuses), default=self.of.created)

    def add(self, state: str, at: datetime) -> None:
        self.statuses.append(Status(self.id * 10 + len(self.statuses), state, at))


@dataclass(slots=True)
class Actions:
    """Runs, newest last, and deployments of one repository."""

    runs: list[Build] = field(default_factory=list)
    deployments: list[Deployed] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)


class GithubIndex:
    """All repositories that the account may see. `code`: their commits, refs and requests."""

    def __init__(self, world: World, hidden: Collection[str]) -> None:
        self.world = world
        self.code = Index(world, hidden)
        self.actions = {path: Actions() for path in self.code.projects}
        for build in world.builds:
            if build.repository in self.actions:
                self.actions[build.repository].runs.append(build)
        self._deploy()

    def find(self, owner: str, name: str) -> Project | None:
        """By path, in any case."""
        wanted = f"{owner}/{name}".lower()
        found = (p for path, p in self.code.projects.items() if path.lower() == wanted)
        return next(found, None)

    def _deploy(self) -> None:
        builds = {build.id: build for build in self.world.builds}
        services = {s.name: s for stream in self.world.streams for s in stream.services}
        live: dict[tuple[str, str], list[Deployed]] = {}
        for one in sorted(self.world.deployments, key=lambda row: row.finished or self.world.now):
            path = services[one.service].deployed_from
            if path not in self.actions:
                continue
            actions = self.actions[path]
            made = _deployed(one, builds[one.build])
            actions.deployments += made
            place = one.recorded_environment
            if place not in actions.environments:
                actions.environments.append(place)
            if one.status == "success" and one.finished:
                for old in live.get((path, place), ()):
                    old.add("inactive", one.finished)
                live[path, place] = made


def _deployed(one: Deployment, build: Build) -> list[Deployed]:
    """One for each job that deployed, with the job's times; one for all where none has."""
    stages = [stage for stage in latest(build) if stage.name.startswith("deploy:")]
    if one.status != "success" or not stages:
        found = Deployed((one.job_ids or [build.id * 10])[0], one, build, _deploying(build))
        found.add("in_progress", one.started)
        if one.finished:
            found.add("success" if one.status == "success" else "failure", one.finished)
        return [found]
    made = []
    for number, stage in zip(one.job_ids, stages, strict=True):
        found = Deployed(number, one, build, stage)
        found.add("in_progress", stage.started)
        found.add("success", stage.finished or stage.started)
        made.append(found)
    return made


def latest(build: Build) -> list[Stage]:
    """The jobs of a run as its last attempt left them."""
    return list({stage.name: stage for stage in build.stages}.values())


def attempt(build: Build, stage: Stage) -> int:
    """The how manieth attempt of the run a job belongs to."""
    before = build.stages[: build.stages.index(stage)]
    return 1 + sum(other.name == stage.name for other in before)


def _deploying(build: Build) -> Stage | None:
    return next((stage for stage in build.stages if stage.name.startswith("deploy")), None)

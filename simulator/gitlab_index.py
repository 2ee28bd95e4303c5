"""What GitLab knows of a world, by project: commits in walking order, refs, deployments."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from simulator.model import Build, Commit, Deployment, MergeRequest, Person, Stage, World
from simulator.model_gitlab import Issue


@dataclass(frozen=True, slots=True)
class JobDeployment:
    """A deployment as GitLab records it: one for each job that deploys."""

    id: int
    iid: int
    of: Deployment
    build: Build
    job: Stage | None
    status: str
    started: datetime
    finished: datetime | None

    @property
    def updated(self) -> datetime:
        return self.finished or self.started


@dataclass(slots=True)
class Project:
    """One repository. `id` follows the configuration, so that it outlives a change of world."""

    id: int
    path: str
    default_branch: str
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    requests: list[MergeRequest] = field(default_factory=list)
    pipelines: list[Build] = field(default_factory=list)
    deployments: list[JobDeployment] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    _walks: dict[str, list[Commit]] = field(default_factory=dict)

    @property
    def group(self) -> str:
        return self.path.partition("/")[0]

    def head(self, ref: str) -> str | None:
        """The sha that a branch, tag or sha names."""
        return (
            self.branches.get(ref) or self.tags.get(ref) or (ref if ref in self.commits else None)
        )

    def reachable(self, heads: Collection[str], *, first_parent: bool = False) -> list[Commit]:
        """Commits from these heads as `git log` lists them: the newest reached comes first."""
        name = f"{first_parent}:{','.join(sorted(heads))}"
        if name not in self._walks:
            if len(self._walks) > 64:
                self._walks.clear()
            self._walks[name] = self._walk(heads, first_parent=first_parent)
        return self._walks[name]

    def _walk(self, heads: Collection[str], *, first_parent: bool) -> list[Commit]:
        waiting: list[tuple[float, int, str]] = []
        seen: set[str] = set()
        listed: list[Commit] = []
        fresh = [sha for sha in heads if sha in self.commits]
        while fresh or waiting:
            for sha in fresh:
                if sha in self.commits and sha not in seen:
                    seen.add(sha)
                    moment = self.commits[sha].committed.timestamp()
                    heapq.heappush(waiting, (-moment, len(seen), sha))
            if not waiting:
                break
            commit = self.commits[heapq.heappop(waiting)[2]]
            listed.append(commit)
            fresh = commit.parents[:1] if first_parent else commit.parents
        return listed


class Index:
    """All projects of a world that the account may see, and its people with GitLab's numbers."""

    def __init__(self, world: World, hidden: Collection[str]) -> None:
        self.world = world
        self.users = {
            person.email: number for number, person in enumerate(world.people, start=1001)
        }
        self.remarks = Counter(note.request for note in world.notes if not note.system)
        self.projects = {project.path: project for project in _projects(world)}
        self._fill()
        for path in hidden:
            self.projects.pop(path, None)
        self.by_id = {project.id: project for project in self.projects.values()}
        paths = sorted({path.partition("/")[0] for path in self.projects})
        self.groups = {path: number for number, path in enumerate(paths, start=51)}

    def find(self, id_or_path: str) -> Project | None:
        if id_or_path.isdigit():
            return self.by_id.get(int(id_or_path))
        return self.projects.get(id_or_path)

    def user_number(self, person: Person) -> int:
        return self.users.get(person.email, 1000)

    def _fill(self) -> None:
        for commit in self.world.commits:
            self.projects[commit.repository].commits[commit.sha] = commit
        for path, branches in self.world.branches.items():
            self.projects[path].branches = branches
        for path, tags in self.world.tags.items():
            self.projects[path].tags = tags
        for request in self.world.merge_requests:
            self.projects[request.repository].requests.append(request)
        for issue in self.world.issues:
            self.projects[issue.repository].issues.append(issue)
        for build in self.world.builds:
            if build.system == "gitlab":
                self.projects[build.repository].pipelines.append(build)
        self._fill_deployments()

    def _fill_deployments(self) -> None:
        builds = {build.id: build for build in self.world.builds if build.system == "gitlab"}
        below: dict[int, list[Build]] = {}
        for build in builds.values():
            below.setdefault(build.parent or build.id, []).append(build)
        services = {s.name: s for stream in self.world.streams for s in stream.services}
        named = {str(number) for one in self.world.deployments for number in one.job_ids}
        for deployment in self.world.deployments:
            service = services[deployment.service]
            if service.deploys != "gitlab":
                continue
            project = self.projects[service.deployed_from]
            if deployment.recorded_environment not in project.environments:
                project.environments.append(deployment.recorded_environment)
            first = len(project.deployments) + 1
            runs = below[deployment.build]
            project.deployments += _jobs(deployment, runs, first=first, named=named)


def _projects(world: World) -> list[Project]:
    """In the order of the configuration, then what else has commits, by path."""
    services = [service for stream in world.streams for service in stream.services]
    default = {service.repository: service.default_branch for service in services}
    others = {commit.repository for commit in world.commits} | set(world.branches)
    paths = [*default, *sorted(others - set(default))]
    return [
        Project(id=101 + number, path=path, default_branch=default.get(path, "main"))
        for number, path in enumerate(paths)
    ]


def _jobs(
    deployment: Deployment, builds: list[Build], *, first: int, named: Collection[str]
) -> list[JobDeployment]:
    """One for each deploying job of a pipeline and its children, with the job's own result and
    times.

    A pipeline that fails before it deploys has skipped its jobs; the last of them then carries the
    result of the deployment, as does a job that has not begun. A deployment that was run again in
    the same pipeline has the number of its own job; named: such numbers, which are of no other one.
    """
    ids = deployment.job_ids or [deployment.build * 10]
    others = set(named) - {str(number) for number in ids}
    stages = [
        (build, stage)
        for build in sorted(builds, key=lambda build: build.id)
        for stage in build.stages
        if stage.name.startswith("deploy") and stage.id not in others
    ]
    told = any(stage.status == deployment.status for _, stage in stages)
    top = next(build for build in builds if build.id == deployment.build)
    own: dict[str, tuple[Build, Stage | None]] = {one.id: (build, one) for build, one in stages}
    made = []
    for position, number in enumerate(ids):
        ran: tuple[Build, Stage | None] = (top, None)
        listed = stages[position] if position < len(stages) else ran
        build, stage = own.get(str(number), listed)
        plain = stage is None or (not told and position == len(ids) - 1)
        made.append(
            JobDeployment(
                id=number,
                iid=first + position,
                of=deployment,
                build=build,
                job=stage,
                status=deployment.status if plain or stage is None else stage.status,
                started=stage.started if stage else deployment.started,
                finished=stage.finished if stage else deployment.finished,
            )
        )
    return made


def job_number(build: Build, stage: Stage) -> int:
    """A GitLab job id for a stage, which the world may have named in words."""
    if stage.id.isdigit():
        return int(stage.id)
    return build.id * 100 + build.stages.index(stage)

"""Jenkins' beans: folders, jobs and builds with their actions, as its remote API exports them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from statistics import median
from urllib.parse import quote

from simulator.gitlab_payloads import SSH, clone_url
from simulator.jenkins_tree import Many, One
from simulator.model import Build, Commit, Deployment, World
from simulator.vendor import Json

NEWEST = 100
"""How many builds `builds` holds; `allBuilds` has them all."""

LIBRARY = "platform/pipeline-library"
RESULTS = {"success": "SUCCESS", "failed": "FAILURE", "canceled": "ABORTED", "unstable": "UNSTABLE"}
FOLDER = "com.cloudbees.hudson.plugins.folder.Folder"
MULTIBRANCH = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject"
PIPELINE = "org.jenkinsci.plugins.workflow.job.WorkflowJob"
COLORS = {"success": "blue", "failed": "red", "canceled": "aborted", "running": "blue_anime"}


@dataclass
class Job:
    """A folder, multibranch project or job. `builds` newest first; empty for what holds jobs.

    unlisted: numbers of builds that are found by their address only.
    """

    name: str
    full_name: str
    jobs: dict[str, Job] = field(default_factory=dict)
    builds: list[Build] = field(default_factory=list)
    unlisted: set[int] = field(default_factory=set)

    @property
    def listed(self) -> list[Build]:
        return [build for build in self.builds if build.number not in self.unlisted]

    @cached_property
    def earlier(self) -> dict[int, Build]:
        """The build before each, by number."""
        return {new.number: old for new, old in pairwise(self.builds)}

    @property
    def kind(self) -> str:
        """Jobs that are named like the branch they build belong to a multibranch project."""
        if not self.jobs:
            return PIPELINE
        branches = [job for job in self.jobs.values() if job.builds]
        named = [job for job in branches if job.name == quote(job.builds[0].ref, safe="")]
        return MULTIBRANCH if branches and len(named) == len(branches) else FOLDER

    @property
    def path(self) -> str:
        """Below the root; a name that has an encoded slash is encoded once more."""
        return "".join(f"job/{quote(part, safe='')}/" for part in self.full_name.split("/") if part)


def epoch_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def duration(start: datetime, end: datetime | None) -> int:
    return epoch_ms(end) - epoch_ms(start) if end else 0


class Beans:
    """Makes beans of one world; addresses start with `root`, which is the server's own."""

    def __init__(self, world: World) -> None:
        self.commits: dict[str, Commit] = {commit.sha: commit for commit in world.commits}
        self.changes = {change.id: change.number for change in world.changes}
        self._builds: dict[tuple[int, str], Json] = {}
        services = {s.name: s for stream in world.streams for s in stream.services}
        self.deployments: dict[int, Deployment] = {
            d.build: d for d in world.deployments if services[d.service].deploys == "jenkins"
        }
        self.integrated = {
            (build.repository, build.sha): build
            for build in world.builds
            if build.job and build.id not in self.deployments
        }

    def job(self, job: Job, root: str) -> Json:
        bean: Json = {
            "_class": job.kind if job.full_name else "hudson.model.Hudson",
            "name": job.name,
            "displayName": job.name,
            "fullName": job.full_name,
            "fullDisplayName": job.full_name.replace("/", " » "),
            "description": None,
            "url": f"{root}/{job.path}",
        }
        if job.jobs or not job.full_name:
            bean["jobs"] = Many(list(job.jobs.values()), lambda child: self.job(child, root))
            return bean
        return bean | self._own_builds(job, root)

    def _own_builds(self, job: Job, root: str) -> Json:
        def build(row: Build) -> Json:
            return self.build(job, row, root)

        listed = job.listed
        done = [row for row in listed if row.finished is not None]
        good = [row for row in done if row.status == "success"]
        return {
            "buildable": True,
            "color": COLORS.get(job.builds[0].status, "notbuilt"),
            "inQueue": False,
            "nextBuildNumber": job.builds[0].number + 1,
            "builds": Many(listed[:NEWEST], build),
            "allBuilds": Many(listed, build),
            "firstBuild": One(listed[-1] if listed else None, build),
            "lastBuild": One(listed[0] if listed else None, build),
            "lastCompletedBuild": One(done[0] if done else None, build),
            "lastSuccessfulBuild": One(good[0] if good else None, build),
        }

    def build(self, job: Job, build: Build, root: str) -> Json:
        found = self._builds.get((build.id, root))
        if found is None:
            found = self._builds[build.id, root] = self._make_build(job, build, root)
        return found

    def _make_build(self, job: Job, build: Build, root: str) -> Json:
        lasted = duration(build.started, build.finished)
        lengths = [duration(row.started, row.finished) for row in job.builds[:5] if row.finished]
        return {
            "_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun",
            "actions": self.actions(build),
            "artifacts": [],
            "building": build.finished is None,
            "description": None,
            "displayName": f"#{build.number}",
            "duration": lasted,
            "estimatedDuration": int(median(lengths)) if lengths else -1,
            "executor": None,
            "fullDisplayName": f"{job.full_name.replace('/', ' » ')} #{build.number}",
            "id": str(build.number),
            "inProgress": build.finished is None,
            "keepLog": False,
            "number": build.number,
            "queueId": build.id,
            "result": RESULTS.get(build.status) if build.finished else None,
            # Jenkins makes the run when it leaves the queue, so this is the start of the work.
            "timestamp": epoch_ms(build.started),
            "url": f"{root}/{job.path}{build.number}/",
            "changeSets": self.change_sets(job, build),
            "culprits": [],
            "nextBuild": None,
            "previousBuild": None,
        }

    def actions(self, build: Build) -> list[Json]:
        actions: list[Json] = [
            {"_class": "hudson.model.CauseAction", "causes": [self.cause(build)]}
        ]
        parameters = self.parameters(build)
        if parameters:
            kind = "hudson.model.StringParameterValue"
            values = [{"_class": kind, "name": n, "value": v} for n, v in parameters.items()]
            actions.append({"_class": "hudson.model.ParametersAction", "parameters": values})
        if build.library_sha:
            actions.append(_build_data(build.library_sha, "main", [clone_url(LIBRARY)]))
        if build.sha:
            # Half of the jobs clone over ssh, which gives another address of the same thing.
            ssh = len(build.job) % 2 == 0
            remote = f"{SSH}:{build.repository}.git" if ssh else clone_url(build.repository)
            actions.append(_build_data(build.sha, build.ref, [remote]))
        actions.append({})
        actions.append(_queue_metrics(build))
        actions.append({"_class": "org.jenkinsci.plugins.displayurlapi.actions.RunDisplayAction"})
        return actions

    def cause(self, build: Build) -> Json:
        """A build that integrates a commit starts the one that deploys it to staging."""
        deployment = self.deployments.get(build.id)
        started_by = self.integrated.get((build.repository, build.sha))
        if started_by is None or deployment is None or deployment.environment != "staging":
            return _cause(build)
        name, number = started_by.job, started_by.number
        return {
            "_class": "hudson.model.Cause$UpstreamCause",
            "shortDescription": f'Started by upstream project "{name}" build number {number}',
            "upstreamBuild": number,
            "upstreamProject": name,
            "upstreamUrl": "".join(f"job/{quote(part, safe='')}/" for part in name.split("/")),
        }

    def parameters(self, build: Build) -> dict[str, str]:
        """What the build was started with; a deployment says what it deploys, and why it may."""
        deployment = self.deployments.get(build.id)
        if deployment is None:
            return build.parameters
        given = {
            "VERSION": deployment.version,
            "GIT_COMMIT": deployment.sha,
            "ENVIRONMENT": deployment.environment,
        }
        if deployment.change in self.changes:
            given["CHANGE"] = self.changes[deployment.change]
        return given | build.parameters

    def change_sets(self, job: Job, build: Build) -> list[Json]:
        """Commits since the job's previous build, along first parents; none for the first."""
        earlier = job.earlier.get(build.number)
        if earlier is None or earlier.sha == build.sha or build.sha not in self.commits:
            return []
        found: list[Commit] = []
        sha = build.sha
        while sha in self.commits and sha != earlier.sha and len(found) < 20:
            found.append(self.commits[sha])
            sha = (self.commits[sha].parents or [""])[0]
        items = [_change(commit) for commit in found]
        return [{"_class": "hudson.plugins.git.GitChangeSetList", "kind": "git", "items": items}]


def _cause(build: Build) -> Json:
    if build.cause == "schedule":
        kind = "hudson.triggers.TimerTrigger$TimerTriggerCause"
        return {"_class": kind, "shortDescription": "Started by timer"}
    if build.cause in ("push", "merge_request", "merge_request_event"):
        kind = "jenkins.branch.BranchEventCause"
        return {"_class": kind, "shortDescription": f"Push event to branch {build.ref}"}
    who = "release.manager"
    return {
        "_class": "hudson.model.Cause$UserIdCause",
        "shortDescription": f"Started by user {who}",
        "userId": who,
        "userName": who,
    }


def _build_data(sha: str, ref: str, remotes: list[str]) -> Json:
    return {
        "_class": "hudson.plugins.git.util.BuildData",
        "lastBuiltRevision": {
            "SHA1": sha,
            "branch": [{"SHA1": sha, "name": f"refs/remotes/origin/{ref}"}],
        },
        "remoteUrls": remotes,
        "scmName": "",
    }


def _queue_metrics(build: Build) -> Json:
    queued = duration(build.queued, build.started)
    return {
        "_class": "jenkins.metrics.impl.TimeInQueueAction",
        "blockedDurationMillis": 0,
        "blockedTimeMillis": 0,
        "buildableDurationMillis": queued,
        "buildableTimeMillis": queued,
        "buildingDurationMillis": duration(build.started, build.finished),
        "executingTimeMillis": duration(build.started, build.finished),
        "executorUtilization": 1.0,
        "queuingDurationMillis": queued,
        "queuingTimeMillis": queued,
        "subTaskCount": 0,
        "waitingDurationMillis": 0,
        "waitingTimeMillis": 0,
    }


def _change(commit: Commit) -> Json:
    return {
        "_class": "hudson.plugins.git.GitChangeSet",
        "commitId": commit.sha,
        "timestamp": epoch_ms(commit.committed),
        "author": {"fullName": commit.author.name},
        "authorEmail": commit.author.email,
        "comment": commit.message,
        "date": commit.committed.strftime("%Y-%m-%d %H:%M:%S +0000"),
        "id": commit.sha,
        "msg": commit.message.partition("\n")[0],
    }

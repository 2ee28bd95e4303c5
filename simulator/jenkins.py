"""Jenkins' remote API: folders and jobs by path, `tree` honoured, failures as HTML pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

from simulator.credentials import JENKINS_TOKEN, JENKINS_USER
from simulator.jenkins_beans import Beans, Job
from simulator.jenkins_runs import describe
from simulator.jenkins_tree import Node, TreeError, export, parse_tree
from simulator.model import Build, World
from simulator.vendor import Call, Json, basic_credentials, html_answer, json_answer

VERSION = "2.541.2"
LISTED_RUNS = 10
"""How many runs the stage view plugin lists."""

DEFAULT_TREES = {
    "job": parse_tree(
        "*,jobs[name,url,color],builds[number,url],firstBuild[number,url],lastBuild[number,url],"
        "lastCompletedBuild[number,url],lastSuccessfulBuild[number,url]"
    ),
    "build": parse_tree(
        "*,actions[*,causes[*],parameters[*],lastBuiltRevision[*,branch[*]]],"
        "changeSets[*,items[*,author[*]]]"
    ),
}


@dataclass(frozen=True, slots=True)
class Oddities:
    """What a controller does to its builds, by full names of jobs as the world has them.

    unlisted: builds (`job#number`) that are dropped from the lists. renamed: the new names of jobs.
    discarded: the lowest number that is still kept.
    """

    unlisted: Collection[str] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    discarded: Mapping[str, int] = field(default_factory=dict)


class Jenkins:
    """One controller. `hidden`: full names of jobs and folders without the right to read them."""

    def __init__(
        self, world: World, *, hidden: Collection[str] = (), oddities: Oddities | None = None
    ) -> None:
        self.beans = Beans(world)
        self.top = _jobs(world, hidden, oddities or Oddities())

    def answer(self, call: Call) -> Response:
        response = self._answer(call)
        response.headers.update(
            {"X-Jenkins": VERSION, "X-Hudson": "1.395", "X-Jenkins-Session": "5f3c1a77"}
        )
        return response

    def refusal(self) -> Response:
        return html_answer("Access Denied: headwater is missing a permission", 403)

    def _answer(self, call: Call) -> Response:
        given = basic_credentials(call.headers)
        if given is None:
            return html_answer("Authentication required", 403)
        if given != (JENKINS_USER, JENKINS_TOKEN):
            realm = {"WWW-Authenticate": 'Basic realm="Jenkins"'}
            return html_answer("Unauthorized", 401, headers=realm)
        if call.method != "GET":
            return html_answer("No valid crumb was included in the request", 403)
        try:
            return self._route(call)
        except TreeError as error:
            return html_answer(f"Malformed tree: {error}", 400)

    def _route(self, call: Call) -> Response:
        job, rest = self._find(call.segments)
        if job is None:
            return html_answer("Not Found", 404)
        match rest:
            case ("api", "json"):
                return self._bean(call, self.beans.job(job, call.root), "job")
            case ("me", "api", "json") if job is self.top:
                return json_answer(_me(call.root))
            case ("queue", "api", "json") if job is self.top:
                return json_answer({"_class": "hudson.model.Queue", "items": []})
            case ("wfapi", "runs") if job.builds:
                return json_answer([describe(job, build) for build in job.listed[:LISTED_RUNS]])
            case (number, *tail):
                build = _build(job, number)
                if build is not None:
                    return self._in_build(call, job, build, tuple(tail))
        return html_answer("Not Found", 404)

    def _in_build(self, call: Call, job: Job, build: Build, rest: tuple[str, ...]) -> Response:
        if rest == ("api", "json"):
            return self._bean(call, self.beans.build(job, build, call.root), "build")
        if rest == ("wfapi", "describe"):
            return json_answer(describe(job, build))
        return html_answer("Not Found", 404)

    def _bean(self, call: Call, bean: Json, kind: str) -> Response:
        text = call.query.get("tree")
        wanted: dict[str, Node] = parse_tree(text) if text else DEFAULT_TREES[kind]
        return json_answer(export(bean, wanted))

    def _find(self, segments: tuple[str, ...]) -> tuple[Job | None, tuple[str, ...]]:
        """The job that the path leads to, and what follows it; None where a step is missing."""
        job: Job | None = self.top
        while job is not None and segments[:1] == ("job",) and len(segments) > 1:
            job, segments = job.jobs.get(segments[1]), segments[2:]
        return job, segments


def _jobs(world: World, hidden: Collection[str], odd: Oddities) -> Job:
    """The tree of jobs; a hidden one is missing from it with all that is inside."""
    top = Job("", "")
    for build in world.builds:
        if build.system != "jenkins" or _is_hidden(build.job, hidden):
            continue
        if build.number < odd.discarded.get(build.job, 0):
            continue
        job = top
        names = odd.renamed.get(build.job, build.job).split("/")
        for depth, name in enumerate(names, start=1):
            job = job.jobs.setdefault(name, Job(name, "/".join(names[:depth])))
        job.builds.append(build)
        if f"{build.job}#{build.number}" in odd.unlisted:
            job.unlisted.add(build.number)
    for job in _leaves(top):
        job.builds.sort(key=lambda build: build.number, reverse=True)
    return top


def _leaves(job: Job) -> list[Job]:
    inner = [leaf for child in job.jobs.values() for leaf in _leaves(child)]
    return inner or [job]


def _is_hidden(full_name: str, hidden: Collection[str]) -> bool:
    return any(f"{full_name}/".startswith(f"{name}/") for name in hidden)


def _build(job: Job, number: str) -> Build | None:
    found = [build for build in job.builds if str(build.number) == number]
    if number in ("lastBuild", "lastCompletedBuild"):
        found = [b for b in job.builds if b.finished or number == "lastBuild"]
    return found[0] if found else None


def _me(root: str) -> Json:
    return {
        "_class": "hudson.model.User",
        "absoluteUrl": f"{root}/user/{JENKINS_USER}",
        "description": None,
        "fullName": "Headwater",
        "id": JENKINS_USER,
        "property": [],
    }

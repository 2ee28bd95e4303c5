"""Sites made of recorded answers. What no set has recorded is answered as briefly as can be."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.contract.replay import Answer, Query, Site, always, load, recorded

_DESCRIBE = re.compile(r"(?P<job>.+)/(?P<number>\d+)/wfapi/describe")
_RANGE = re.compile(r"(?P<name>builds|allBuilds)\[.*\]\{(?P<start>\d+),(?P<end>\d+)\}")
_PROJECTS = "/api/v4/projects"
_IN_LIST = (
    "id",
    "iid",
    "project_id",
    "sha",
    "ref",
    "status",
    "source",
    "created_at",
    "updated_at",
    "web_url",
    "name",
)


def jenkins_site(folder: Path) -> Site:
    """Recorded: builds of four jobs, stages of twelve runs. Brief: the tree of jobs, the builds of
    eleven of those runs, as a number with the start of its first stage, and empty lists of runs.
    """
    builds = recorded(folder / "job-allBuilds")
    stages = recorded(folder / "wfapi-describe-stages")
    jobs: dict[str, dict[int, Any]] = defaultdict(dict)
    for path, body in stages.items():
        if run := _DESCRIBE.fullmatch(path):
            jobs[run["job"]][int(run["number"])] = _brief_run(int(run["number"]), body)
    for path, body in builds.items():
        jobs[path.removesuffix("/api/json")].update({b["number"]: b for b in body["allBuilds"]})
    top = _folder(_levels(jobs))
    answers: dict[str, Answer] = {path: always(body) for path, body in stages.items()}
    for job, found in jobs.items():
        newest_first = [found[number] for number in sorted(found, reverse=True)]
        answers[f"{job}/api/json"] = _range_of(newest_first)
        answers[f"{job}/wfapi/runs"] = always([])
    return Site({**answers, "/api/json": always({"mode": "NORMAL", "jobs": top})})


def _brief_run(number: int, described: Mapping[str, Any]) -> dict[str, Any]:
    start = described["stages"][0]["startTimeMillis"]
    return {"number": number, "timestamp": start, "duration": 0, "result": "SUCCESS"}


def _levels(paths: Iterable[str]) -> dict[str, Any]:
    """Jobs inside their folders; a job is empty."""
    top: dict[str, Any] = {}
    for path in paths:
        level = top
        for name in path.removeprefix("/job/").split("/job/"):
            level = level.setdefault(name, {})
    return top


def _folder(level: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, **({"jobs": _folder(inside)} if inside else {})}
        for name, inside in level.items()
    ]


def _range_of(builds: list[Any]) -> Answer:
    def answer(query: Query) -> Any:
        asked = _RANGE.fullmatch(query["tree"])
        assert asked is not None
        return {asked["name"]: builds[int(asked["start"]) : int(asked["end"])]}

    return answer


def gitlab_site(answers: Mapping[str, Any], projects: Iterable[int]) -> Site:
    """Brief: who we are, the version, the projects by their number."""
    brief: dict[str, Any] = {"/api/v4/user": {"username": "reader"}, "/api/v4/version": {}}
    for number in projects:
        project = {"id": number, "path_with_namespace": f"group/{number}"}
        brief[f"{_PROJECTS}/{number}"] = project
    return Site({path: _changed_since(body) for path, body in {**answers, **brief}.items()})


def _changed_since(body: Any) -> Answer:
    """A list in the order asked for, without what changed outside the times asked for. And of
    child pipelines, which nobody has recorded, none.
    """

    def answer(query: Query) -> Any:
        if query.get("source") == "parent_pipeline":
            return []
        after, before = query.get("updated_after", ""), query.get("updated_before", "9")
        if not isinstance(body, list):
            return body
        found = [row for row in body if after <= row.get("updated_at", after) < before]
        if (query.get("order_by"), query.get("sort")) == ("updated_at", "asc"):
            found.sort(key=lambda row: row.get("updated_at", ""))
        return found

    return answer


def pipelines_site(folder: Path) -> Site:
    """Recorded: each pipeline by itself. Brief: their list, cut to the fields that a list has."""
    details = recorded(folder)
    listed = [{name: row.get(name) for name in _IN_LIST} for row in details.values()]
    number = listed[0]["project_id"]
    return gitlab_site({**details, f"{_PROJECTS}/{number}/pipelines": listed}, [number])


def examples_site(folder: Path) -> Site:
    """Recorded: lists of two projects. Brief: the one branch, whose head is the recorded commit."""
    found = recorded(folder)
    head = found[f"{_PROJECTS}/1/repository/commits"][0]["id"]
    branch = {"name": "master", "default": True, "commit": {"id": head}}
    return gitlab_site({**found, f"{_PROJECTS}/1/repository/branches": [branch]}, [1, 278964])


def jira_site(folder: Path, search: Answer, projects: Any) -> Site:
    """Recorded: the catalogues of fields and statuses. Brief: the server, and who we are."""
    mock = folder / "go-jira/mock-data"
    api = "/rest/api/2"
    return Site(
        {
            f"{api}/serverInfo": always({"deploymentType": "Server", "version": "9.12.0"}),
            f"{api}/myself": always({"name": "reader"}),
            f"{api}/field": always(load(mock / "all_fields.json")),
            f"{api}/status": always(load(mock / "all_statuses.json")),
            f"{api}/project": always(projects),
            f"{api}/search": search,
        }
    )

"""A first look at Jenkins: how many jobs there are, and which of them seem to deploy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from connectors.http import SourceClient, body_of
from connectors.jenkins_names import job_path
from connectors.look import NEWEST, Job, Jobs, tally
from connectors.stream import Payload
from connectors.times import utc

_DEPLOYS = re.compile(
    r"(?<![a-z])(deploy\w*|rollout|release|promote|ship|publish|prod|production|live|cd)(?![a-z])"
)
_PLACE = re.compile(r"env|target|stage|landscape", re.I)
_MOST_JOBS = 40
_TREE = f"builds[number,timestamp,result,actions[remoteUrls,parameters[name,value]]]{{0,{NEWEST}}}"


def look(client: SourceClient, jobs: Sequence[Payload]) -> Jobs:
    """jobs: as the tree of all jobs lists them. Those whose name says that they deploy are asked
    for their newest builds, forty at most; jobs of branches are passed over.
    """
    named = [job for job in jobs if not job.get("_branch_job") and seems_to_deploy(_name(job))]
    # The busiest first: a job that never ran tells nothing.
    named.sort(key=lambda job: -int((job.get("lastBuild") or {}).get("number") or 0))
    folders = {_name(job).partition("/")[0] for job in jobs if "/" in _name(job)}
    deploying = [_job(client, _name(job)) for job in named[:_MOST_JOBS]]
    return Jobs(len(jobs), tuple(sorted(folders)), tuple(deploying))


def seems_to_deploy(full_name: str) -> bool:
    """Whether the last part of a job's name says so."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", full_name.rpartition("/")[2]).casefold()
    return _DEPLOYS.search(words.replace("_", "-")) is not None


def _name(job: Payload) -> str:
    return str(job["fullName"])


def _job(client: SourceClient, name: str) -> Job:
    where = f"{job_path(name)}/api/json"
    answer = client.get(where, {"tree": _TREE}, none_on=(403, 404))
    builds = [] if answer.status_code != 200 else body_of(answer, where).get("builds") or []
    ended = [build for build in builds if build.get("result")]
    runs = [(name, _started(build), build["result"] == "SUCCESS") for build in ended]
    actions = [action for build in builds for action in build.get("actions") or () if action]
    return Job(
        tally(runs, [(name, "")])[0],
        _once(url for action in actions for url in action.get("remoteUrls") or ()),
        _once(str(value) for action in actions for value in _places(action)),
    )


def _started(build: Payload) -> datetime | None:
    told = build.get("timestamp")
    return utc(told) if isinstance(told, int) else None


def _places(action: Payload) -> Iterable[Any]:
    for parameter in action.get("parameters") or ():
        if _PLACE.search(str(parameter.get("name") or "")) and parameter.get("value"):
            yield parameter["value"]


def _once(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values))

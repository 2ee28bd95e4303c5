"""Deployments with their statuses, of which the last but `inactive` tells how each ended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson

from connectors import github_bulk
from connectors.github_graph import Graph
from connectors.github_jobs import JobNames
from connectors.github_parse import tier
from connectors.github_rest import PER_PAGE, in_repository, kept, named, rows_or_none
from connectors.http import SourceClient, for_each
from connectors.newest import Newest, newest_first
from connectors.stream import Payload, Scope
from connectors.times import utc
from connectors.unread import details_of
from core.records import Deployment, Record, Result

_REREAD = timedelta(days=31)
"""A job that waits for an approval fails after 30 days, so that nothing older is still open."""
_KEPT = (
    "id", "node_id", "sha", "ref", "task", "environment", "original_environment",
    "production_environment", "transient_environment", "description", "created_at", "updated_at",
    "url",
)  # fmt: skip
_VERSIONS = ("version", "tag", "release", "image", "image_tag", "artifact")
_LONGEST = 10_000
_RESULTS = {
    "success": Result.SUCCESS,
    "failure": Result.FAILED,
    "error": Result.FAILED,
    "in_progress": Result.RUNNING,
    "queued": Result.WAITING,
    "pending": Result.WAITING,
}
_OPEN = (Result.RUNNING, Result.WAITING)
_OF_RUN = re.compile(r"/actions/runs/(\d+)(?:/jobs?/(\d+))?")


def short_deployment(row: Payload) -> Payload:
    """Without its creator and addresses, and of its payload only what may name a version. A new
    status moves `updated_at`.
    """
    told = row.get("payload")
    if isinstance(told, str) and len(told) < _LONGEST:
        try:
            told = orjson.loads(told)
        except orjson.JSONDecodeError:
            told = None
    named = kept(told, _VERSIONS) if isinstance(told, dict) else {}
    texts = {name: text for name, text in named.items() if isinstance(text, str)}
    return {**kept(row, _KEPT), **({"payload": texts} if texts else {})}


def _version(payload: Payload) -> str:
    """What whoever asked for the deployment called it; a sha and a branch are told elsewhere."""
    told = payload.get("payload")
    named = kept(told, _VERSIONS) if isinstance(told, dict) else {}
    return next((str(text) for text in named.values() if text), "")


read_deployments = newest_first(
    Newest(
        path=partial(in_repository, "deployments"),
        params={"per_page": PER_PAGE},
        # The order of the list. What became of a deployment later is seen by reading a month again.
        at=lambda row: utc(row["created_at"]),
        overlap=_REREAD,
        lag=timedelta(minutes=2),
        keep=short_deployment,
    )
)


named_deployments = named("deployments", short_deployment, "created_at")


def add_statuses(
    client: SourceClient,
    scope: Scope,
    deployments: list[Payload],
    *,
    graph: Graph,
    names: JobNames,
) -> None:
    """The statuses of each changed deployment, and the names of the jobs that made them."""
    told = github_bulk.statuses(graph, deployments)

    def add(deployment: Payload) -> None:
        statuses = told.get(str(deployment.get("node_id")))
        if statuses is None:
            path = in_repository(f"deployments/{deployment['id']}/statuses", scope)
            listed = rows_or_none(client, path)
            statuses = None if listed is None else [_short_status(row) for row in listed]
        # A job keeps its name: one that gets another status needs not ask for it again.
        job = (deployment.get("_details") or {}).get("job") or ""
        deployment["_details"] = {**details_of(deployment, statuses=statuses), "job": job}

    for_each(client, add, deployments)
    unnamed = [row for row in deployments if not row["_details"]["job"]]
    runs = {job: run for run, job in map(_run, unnamed) if job}
    known = names.of(client, scope, runs)
    for deployment in unnamed:
        deployment["_details"]["job"] = known.get(_run(deployment)[1], "")


def _short_status(row: Payload) -> Payload:
    """What both roads tell. `log_url` took the place of `target_url`."""
    address = row.get("log_url") or row.get("target_url") or ""
    return {"state": row["state"], "created_at": row["created_at"], "log_url": address}


def _run(deployment: Mapping[str, Any]) -> tuple[str, str]:
    """The run and the job that a status points to; empty where something else deployed."""
    for status in (deployment.get("_details") or {}).get("statuses") or ():
        for name in ("log_url", "target_url"):
            found = _OF_RUN.search(str(status.get(name) or ""))
            if found:
                return found[1], found[2] or ""
    return "", ""


def parse_deployment(payload: Payload, scope: Scope) -> Iterator[Record]:
    """A deployment, made by a workflow or by anything else.

    Several of one run (a matrix of jobs) share its id as `group`.
    """
    details = payload.get("_details") or {}
    statuses = details.get("statuses") or ()
    ended_as, at, started = outcome(statuses)
    run, _ = _run(payload)
    environment = payload["environment"]
    yield Deployment(
        id=str(payload["id"]),
        environment=environment,
        result=ended_as,
        created_at=utc(payload["created_at"]),
        tier="production" if payload.get("production_environment") else tier(environment),
        repository=scope.id,
        sha=payload.get("sha") or None,
        ref=payload.get("ref") or "",
        version=_version(payload),
        group=run,
        job=str(details.get("job") or ""),
        build=run or None,
        started_at=started,
        finished_at=None if ended_as in _OPEN else at,
        url=next((row["log_url"] for row in statuses if row.get("log_url")), ""),
    )


def outcome(
    statuses: Sequence[Mapping[str, Any]],
) -> tuple[Result, datetime | None, datetime | None]:
    """How it ended, since when, and when it began to run.

    statuses: newest first. `inactive` says that another deployment took its place, so what was
    before it counts. A state that is told again (with another address) holds since it was told
    first. No status yet: waiting.
    """
    told = [
        (utc(row["created_at"]), -place, str(row["state"])) for place, row in enumerate(statuses)
    ]
    told = [row for row in sorted(told) if row[2] != "inactive"]
    started = next((at for at, _, state in told if state == "in_progress"), None)
    if not told:
        return (Result.OTHER if statuses else Result.WAITING), None, None
    last = told[-1][2]
    since = told[-1][0]
    for at, _, state in reversed(told):
        if state != last:
            break
        since = at
    return _RESULTS.get(last, Result.OTHER), since, started

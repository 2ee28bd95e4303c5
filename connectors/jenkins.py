"""Jenkins: the tree of jobs, their builds, and the stages of pipeline runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.http import SourceClient, body_of, for_each, open_client
from connectors.jenkins_builds import read_builds
from connectors.jenkins_parse import is_running, job_path, matches, parse_build
from connectors.stream import (
    Connection,
    Identity,
    Page,
    Payload,
    Probe,
    Reading,
    Scope,
    Stream,
    Wanted,
)
from core.errors import ConfigError, SourceAnswerError, SourceAuthError
from core.records import Record
from core.settings import JenkinsSource

_CONCURRENCY = 2  # a controller builds; reading must not slow it
_JOB = "_class,name,fullName,nextBuildNumber,lastBuild[number,timestamp]"
_FOLDERS = ("Folder", "MultiBranchProject")
_DEPTH = 6
_MISSES = 3


def open_client_for(
    source: JenkinsSource, *, sleep: Callable[[float], None] = time.sleep
) -> SourceClient:
    """A client that signs in with user and API token; without `auth` it reads as anonymous."""
    user, secret = source.auth.user, source.auth.token or source.auth.password
    if (user is None) != (secret is None):
        raise ConfigError(
            f"source {source.name}: Jenkins needs `auth.user` and `auth.token`; add the other"
        )
    pair = (user.get_secret_value(), secret.get_secret_value()) if user and secret else None
    return open_client(source.url, concurrency=_CONCURRENCY, auth=pair, sleep=sleep)


def connect(client: SourceClient, source: JenkinsSource, _wanted: Wanted) -> Connection:
    """Ask who we are and what is visible at the top; the streams are `jobs` and `builds`."""
    identity = _identity(client, anonymous=source.auth.user is None)
    top = body_of(client.get("api/json", {"tree": "jobs[_class,name]"}), "api/json")
    jobs: list[Payload] = top.get("jobs") or []
    visible = dict(_folders(jobs, source.jobs))
    return Connection(identity, _streams(source), [_visible(len(jobs))], visible)


def _folders(jobs: Iterable[Payload], patterns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The folders at the top that a pattern leads into; single jobs come and go."""
    tops = [pattern.partition("/")[0] for pattern in patterns]
    for job in jobs:
        name, kind = str(job.get("name", "")), str(job.get("_class", ""))
        if kind.endswith(_FOLDERS) and any(matches(top, name) for top in tops):
            yield name, f"folder {name}"


def _identity(client: SourceClient, *, anonymous: bool) -> Identity:
    path, tree = ("api/json", "mode") if anonymous else ("me/api/json", "id,fullName")
    answer = client.get(path, {"tree": tree})
    account = "anonymous" if anonymous else str(body_of(answer, path).get("id") or "")
    if not anonymous and account in ("", "anonymous"):
        raise SourceAuthError(f"{path}: read as anonymous; check the user and API token in `auth`")
    return Identity(account, "Jenkins", answer.headers.get("x-jenkins", ""))


def _visible(count: int) -> Probe:
    if count:
        return Probe("jobs", ok=True, detail=f"{count} jobs and folders at the top level")
    return Probe("jobs", ok=False, detail="no job is visible; grant this account Job/Read")


def _streams(source: JenkinsSource) -> Sequence[Stream]:
    return [
        Stream(
            name="jobs",
            read=partial(_read_jobs, patterns=source.jobs),
            id=_job_name,
            parse=_no_records,
        ),
        Stream(
            name="builds",
            read=read_builds,
            id=_build_id,
            parse=partial(parse_build, base_url=source.url, rules=source.deployments),
            complete=_Stages(),
            over="jobs",
            scope=_job_scope,
        ),
    ]


def _job_name(payload: Payload, _scope: Scope) -> str:
    return str(payload["fullName"])


def _job_scope(payload: Payload) -> Scope:
    return Scope(payload["fullName"], payload)


def _build_id(payload: Payload, scope: Scope) -> str:
    return f"{scope.id}#{payload.get('number')}"


def _no_records(_payload: Payload, _scope: Scope) -> Iterable[Record]:
    """A job is what builds are read over, no record of its own."""
    return ()


def _tree() -> str:
    """Six levels in one request; below the last only names, which say where to go on."""
    tree = "jobs[name]"
    for _ in range(_DEPTH):
        tree = f"jobs[{_JOB},{tree}]"
    return tree


def _read_jobs(reading: Reading, *, patterns: Sequence[str]) -> Iterator[Page]:
    """All jobs that fit `patterns`, in one page, whole each time: branch jobs come and go.

    `SourceAuthError` where not one job is visible, `SourceAnswerError` where none fits: Jenkins
    leaves jobs out without a word when the permission is lost.
    """
    jobs = list(_below(reading.client, "", branches=False))
    if not jobs:
        raise SourceAuthError("api/json: no job is visible; grant this account Job/Read")
    wanted = [job for job in jobs if any(matches(p, job["fullName"]) for p in patterns)]
    if not wanted:
        raise SourceAnswerError(
            f"api/json: none of the {len(jobs)} visible jobs fits `jobs`; check the patterns"
        )
    yield Page(wanted, {})


def _below(client: SourceClient, folder: str, *, branches: bool) -> Iterator[Payload]:
    path = f"{job_path(folder)}/api/json" if folder else "api/json"
    body = body_of(client.get(path, {"tree": _tree()}), path)
    jobs = body.get("jobs") if isinstance(body, dict) else None
    if jobs is None:
        raise SourceAnswerError(f"{path}: no `jobs` in the answer; is this the base of Jenkins?")
    yield from _flat(client, jobs, folder, branches=branches, depth=_DEPTH)


def _flat(
    client: SourceClient, jobs: Iterable[Payload], folder: str, *, branches: bool, depth: int
) -> Iterator[Payload]:
    """The jobs of a nested answer without their folders; what lies deeper is asked for."""
    for job in jobs:
        name = job.get("fullName") or "/".join(part for part in (folder, job["name"]) if part)
        children = job.get("jobs")
        if children is None:
            yield {**job, "fullName": name, "_branch_job": branches}
            continue
        inside = str(job.get("_class", "")).endswith("MultiBranchProject")
        if depth > 1:
            yield from _flat(client, children, name, branches=inside, depth=depth - 1)
        elif children:
            yield from _below(client, name, branches=inside)


@dataclass(slots=True)
class _Stages:
    """Adds the stages of finished pipeline runs; gives up where the stage view is not installed.

    One request per run: the endpoint for several is cut at ten. A server without the plugin answers
    404 for each, so after three of them and no answer we stop asking until the next connection.
    """

    misses: int = 0
    found: bool = False

    def __call__(self, client: SourceClient, scope: Scope, payloads: list[Payload]) -> None:
        for_each(client, partial(self._add, client, scope), payloads)

    def _add(self, client: SourceClient, scope: Scope, payload: Payload) -> None:
        if self._worth_asking(payload):
            payload["_details"] = {"describe": self._describe(client, scope, payload)}

    def _worth_asking(self, payload: Payload) -> bool:
        kind = str(payload.get("_class") or "WorkflowRun")
        given_up = self.misses >= _MISSES and not self.found
        return kind.endswith("WorkflowRun") and not is_running(payload) and not given_up

    def _describe(self, client: SourceClient, scope: Scope, payload: Payload) -> dict[str, Any]:
        """The description of the run, empty where there is none."""
        path = f"{job_path(scope.id)}/{payload.get('number')}/wfapi/describe"
        answer = client.get(path, none_on=(404,))
        if answer.status_code == 404:
            self.misses += 1
            return {}
        self.found = True
        body = body_of(answer, path)
        return body if isinstance(body, dict) else {}

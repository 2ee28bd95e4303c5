"""Jenkins: the tree of jobs, their builds, and the stages of pipeline runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from connectors.http import SourceClient, body_of, open_client
from connectors.jenkins_builds import named_builds, read_builds
from connectors.jenkins_jobs import read_jobs
from connectors.jenkins_missing import keep_last_seen
from connectors.jenkins_names import build_id, matches
from connectors.jenkins_parse import parse_build
from connectors.jenkins_stages import Stages
from connectors.stream import Connection, Identity, Payload, Probe, Scope, Stream, Wanted
from core.errors import ConfigError, SourceAuthError
from core.records import Record
from core.source_settings import JenkinsSource

_CONCURRENCY = 2  # a controller builds; reading must not slow it
_FOLDERS = ("Folder", "MultiBranchProject")


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
            read=partial(read_jobs, patterns=source.jobs),
            id=_job_name,
            parse=_no_records,
        ),
        Stream(
            name="builds",
            read=read_builds,
            id=_build_id,
            parse=partial(parse_build, base_url=source.url, rules=source.deployments),
            complete=Stages(),
            kept=keep_last_seen,
            over="jobs",
            scope=_job_scope,
            named=named_builds,
        ),
    ]


def _job_name(payload: Payload, _scope: Scope) -> str:
    return str(payload["fullName"])


def _job_scope(payload: Payload) -> Scope:
    return Scope(payload["fullName"], payload)


def _build_id(payload: Payload, scope: Scope) -> str:
    return build_id(scope, payload.get("number"))


def _no_records(_payload: Payload, _scope: Scope) -> Iterable[Record]:
    """A job is what builds are read over, no record of its own."""
    return ()

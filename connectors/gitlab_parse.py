"""GitLab's payloads as records. The repository is the scope; what is absent stays unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.gitlab_people import account, author
from connectors.gitlab_reviews import reviews
from connectors.stream import Payload, Scope
from connectors.times import utc, utc_or_none
from core.errors import PayloadError
from core.records import (
    Build,
    BuildStage,
    Commit,
    Deployment,
    Environment,
    MergeRequest,
    MergeState,
    Record,
    Ref,
    Repository,
    Result,
    Revision,
)

_STATES = {
    "opened": MergeState.OPEN,
    "locked": MergeState.OPEN,  # while GitLab merges it
    "merged": MergeState.MERGED,
    "closed": MergeState.CLOSED,
}
_RESULTS = {
    "success": Result.SUCCESS,
    "failed": Result.FAILED,
    "canceled": Result.CANCELED,
    "skipped": Result.SKIPPED,
    "running": Result.RUNNING,
    "canceling": Result.RUNNING,
    **dict.fromkeys(
        (
            "created",
            "waiting_for_resource",
            "waiting_for_callback",
            "preparing",
            "pending",
            "manual",
            "scheduled",
            "blocked",
        ),
        Result.WAITING,
    ),
}
_ENDED = (Result.SUCCESS, Result.FAILED, Result.CANCELED, Result.SKIPPED)


def parse_project(payload: Payload, _scope: Scope) -> Iterator[Record]:
    """The repository with its clone addresses."""
    addresses = (payload.get("http_url_to_repo"), payload.get("ssh_url_to_repo"))
    yield Repository(
        id=str(payload["id"]),
        path=payload["path_with_namespace"],
        default_branch=payload.get("default_branch") or "",
        url=payload.get("web_url") or "",
        urls=tuple(address for address in addresses if address),
    )


def parse_branch(payload: Payload, scope: Scope) -> Iterator[Record]:
    """A branch and its head."""
    commit = payload["commit"]
    at = utc_or_none(commit.get("committed_date"))
    yield Ref(scope.id, "branch", payload["name"], commit["id"], at)


def parse_tag(payload: Payload, scope: Scope) -> Iterator[Record]:
    """A tag and the commit it stands for; the target of an annotated tag is no commit."""
    commit = payload.get("commit") or {}
    sha = commit.get("id") or payload["target"]
    at = utc_or_none(payload.get("created_at") or commit.get("committed_date"))
    yield Ref(scope.id, "tag", payload["name"], sha, at)


def parse_release(payload: Payload, scope: Scope) -> Iterator[Record]:
    """A release by the name of its tag; it may be announced for a day that is still to come."""
    sha = (payload.get("commit") or {}).get("id") or ""
    at = utc_or_none(payload.get("released_at") or payload.get("created_at"))
    yield Ref(scope.id, "release", payload["tag_name"], sha, at)


def parse_commit(payload: Payload, scope: Scope, *, bots: Sequence[str] = ()) -> Iterator[Record]:
    """A commit with its parents."""
    yield _commit(payload, scope.id, tuple(payload["parent_ids"]), bots)


def _commit(
    payload: Payload, repository: str, parents: tuple[str, ...] | None, bots: Sequence[str]
) -> Commit:
    committed = payload.get("committed_date") or payload["created_at"]
    return Commit(
        repository=repository,
        sha=payload["id"],
        authored_at=utc(payload.get("authored_date") or committed),
        committed_at=utc(committed),
        message=payload.get("message") or payload.get("title") or "",
        parents=parents,
        author=author(payload.get("author_email"), payload.get("author_name"), bots),
    )


def parse_merge_request(
    payload: Payload, scope: Scope, *, bots: Sequence[str] = ()
) -> Iterator[Record]:
    """The merge request, its commits (a squash keeps their dates nowhere else) and its reviews.

    `merge_sha` is None for a fast-forward; with squash then only `squash_sha` is on the target
    branch.
    """
    repository = str(payload.get("project_id") or scope.id)
    details = payload.get("_details") or {}
    commits = details.get("commits")
    yield MergeRequest(
        id=str(payload["id"]),
        repository=repository,
        number=int(payload["iid"]),
        title=payload["title"],
        description=payload.get("description") or "",
        source_branch=payload["source_branch"],
        target_branch=payload["target_branch"],
        state=_state(payload["state"]),
        created_at=utc(payload["created_at"]),
        updated_at=utc(payload["updated_at"]),
        merged_at=utc_or_none(payload.get("merged_at")),
        closed_at=utc_or_none(payload.get("closed_at")),
        head_sha=payload.get("sha") or None,
        merge_sha=payload.get("merge_commit_sha") or None,
        squash_sha=payload.get("squash_commit_sha") or None,
        labels=tuple(map(_label, payload.get("labels") or ())),
        commits=None if commits is None else tuple(commit["id"] for commit in commits),
        url=payload.get("web_url") or "",
        author=account(payload.get("author"), bots),
    )
    for commit in commits or ():
        yield _commit(commit, repository, None, bots)
    yield from reviews(payload, repository, bots=bots)


def _state(word: str) -> MergeState:
    if word not in _STATES:
        raise PayloadError(f"unknown state of a merge request: {word!r}")
    return _STATES[word]


def _label(label: str | Mapping[str, Any]) -> str:
    return label if isinstance(label, str) else str(label["name"])


def parse_pipeline(payload: Payload, scope: Scope) -> Iterator[Record]:
    """The pipeline as a build, and its jobs with earlier attempts as stages, oldest first.

    A list has no start and end: they are those of its first and last job, as GitLab counts them.
    """
    details = payload.get("_details") or {}
    row = {**payload, **(details.get("pipeline") or {})}
    number, outcome = str(row["id"]), result(row["status"])
    jobs = sorted(details.get("jobs") or (), key=lambda job: int(job["id"]))
    started, finished = _span(jobs)
    repository = str(row.get("project_id") or scope.id)
    yield Build(
        id=number,
        job=_path(row, scope) or repository,
        number=int(row.get("iid") or row["id"]),
        result=outcome,
        url=row.get("web_url") or "",
        ref=row.get("ref") or "",
        repository=repository,
        queued_at=utc_or_none(row.get("created_at")),
        started_at=utc_or_none(row.get("started_at")) or started,
        finished_at=utc_or_none(row.get("finished_at"))
        or (finished if outcome in _ENDED else None),
        cause=row.get("source") or "",
        revisions=(Revision(row["sha"]),),
        description=row.get("name") or "",
    )
    for ordinal, job in enumerate(jobs):
        yield _stage(number, ordinal, job)


def _span(jobs: Sequence[Mapping[str, Any]]) -> tuple[datetime | None, datetime | None]:
    """First start and last end of jobs."""
    started = [utc(job["started_at"]) for job in jobs if job.get("started_at")]
    finished = [utc(job["finished_at"]) for job in jobs if job.get("finished_at")]
    return min(started, default=None), max(finished, default=None)


def _stage(build: str, ordinal: int, job: Mapping[str, Any]) -> BuildStage:
    return BuildStage(
        build=build,
        id=str(job["id"]),
        ordinal=ordinal,
        name=job["name"],
        result=result(job["status"]),
        queued_at=utc_or_none(job.get("created_at")),
        started_at=utc_or_none(job.get("started_at")),
        finished_at=utc_or_none(job.get("finished_at")),
    )


def _path(row: Mapping[str, Any], scope: Scope) -> str:
    """The project's path, from the project or from the address of its pipeline."""
    known = scope.payload.get("path_with_namespace")
    if known:
        return str(known)
    address = str(row.get("web_url") or "").partition("/pipelines/")[0].removesuffix("/-")
    return address.partition("://")[2].partition("/")[2]


def result(status: str) -> Result:
    """Of a pipeline, job or deployment; a word that GitLab does not document is OTHER."""
    return _RESULTS.get(status, Result.OTHER)


def parse_environment(payload: Payload, scope: Scope) -> Iterator[Record]:
    """An environment; the tier is empty on servers that do not know tiers."""
    yield Environment(str(payload["id"]), scope.id, payload["name"], str(payload.get("tier") or ""))


def parse_deployment(payload: Payload, scope: Scope) -> Iterator[Record]:
    """A deployment, with the times of the job that did it.

    Not those of the pipeline, which move when a job is run again. One made through the API has no
    job: it ended when it last changed. Jobs of child pipelines belong to the group of the topmost.
    """
    environment, job = payload["environment"], payload.get("deployable") or {}
    pipeline = (job.get("pipeline") or {}).get("id")
    outcome = result(payload["status"])
    details = payload.get("_details") or {}
    ref = payload.get("ref") or ""
    yield Deployment(
        id=str(payload["id"]),
        environment=environment["name"],
        result=outcome,
        created_at=utc(payload["created_at"]),
        tier=str(details.get("tier") or environment.get("tier") or ""),
        repository=scope.id,
        sha=payload.get("sha") or None,
        ref=ref,
        version=ref if job.get("tag") else "",
        group=str(details.get("root") or pipeline or ""),
        job=str(job.get("name") or ""),
        build=str(pipeline) if pipeline else None,
        started_at=utc_or_none(job.get("started_at")),
        finished_at=_finished(payload, job, outcome),
        url=job.get("web_url") or "",
    )


def _finished(payload: Payload, job: Mapping[str, Any], outcome: Result) -> datetime | None:
    told = payload.get("finished_at") or job.get("finished_at")
    if told is None and not job and outcome in _ENDED:
        told = payload.get("updated_at")
    return utc_or_none(told)

"""Workflow runs: read in windows of their creation, each small enough to be listed whole.

A list that is filtered by `created` ends after 1,000 runs, whatever it counts; so a window is
halved until it holds fewer. Inside a window runs come newest first, no other order can be had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from connectors.github_jobs import JobNames, jobs_of
from connectors.github_rest import (
    PER_PAGE,
    account,
    in_repository,
    kept,
    named,
    read_again,
)
from connectors.history import Older
from connectors.http import Params, SourceClient, body_of, for_each
from connectors.ordered import beginning, server_time
from connectors.paging import link_header
from connectors.stream import Cursor, Page, Payload, Reading, Scope, Watch
from connectors.times import iso, utc, utc_or_none
from connectors.unread import details_of
from core.errors import PayloadError, SourceAnswerError
from core.records import Build, BuildStage, Record, Result, Revision

_CAP = 1000
_OVERLAP = timedelta(days=3)
_STEP = timedelta(days=30)
_SECOND = timedelta(seconds=1)
_TOLERANCE = timedelta(minutes=1)
_ACTIONS_BEGAN = datetime(2018, 10, 1, tzinfo=UTC)
_KEPT_OF_RUN = (
    "id", "name", "path", "head_branch", "head_sha", "run_number", "run_attempt", "event", "status",
    "conclusion", "workflow_id", "html_url", "display_title", "created_at", "updated_at",
    "run_started_at",
)  # fmt: skip
_RUNNING = {
    "in_progress": Result.RUNNING,
    **dict.fromkeys(("queued", "requested", "waiting", "pending"), Result.WAITING),
}
_ENDED = {
    "success": Result.SUCCESS,
    "failure": Result.FAILED,
    "timed_out": Result.FAILED,
    "startup_failure": Result.FAILED,
    "cancelled": Result.CANCELED,
    "stale": Result.CANCELED,
    "skipped": Result.SKIPPED,
    "action_required": Result.WAITING,
}


@dataclass(frozen=True, slots=True)
class _Span:
    """Creation times from `low` to `high`, both included; `high` None: without end."""

    low: datetime
    high: datetime | None

    def asked(self) -> str:
        low = _seconds(self.low)
        return f">={low}" if self.high is None else f"{low}..{_seconds(self.high)}"

    def halves(self, now: datetime) -> tuple[_Span, _Span] | None:
        """The later half first; None where it is a single second."""
        high = self.high or max(now, self.low)
        middle = self.low + (high - self.low) // 2
        middle = middle.replace(microsecond=0)
        if middle + _SECOND > high:
            return None
        return _Span(middle + _SECOND, self.high), _Span(self.low, middle)


def _seconds(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def read_runs(reading: Reading) -> Iterator[Page]:
    """The newest runs, with those of the last three days again; then a part of the history.

    Cursor: `watermark`, up to when everything was read; `older`, the part of the history that is
    read next (`connectors/history.py`), backwards in steps that it remembers.
    """
    now = server_time(reading.client).replace(microsecond=0)
    first = max(beginning(reading) or _ACTIONS_BEGAN, _born(reading.scope))
    part = Older.of(reading.cursor.get("older"))
    if reading.cursor:
        older, low = part, utc(reading.cursor["watermark"]) - _OVERLAP
    else:
        older = Older.first(now, floor=first) if reading.newest_first else None
        low = older.until if older else first
    for payloads in _listed(reading, _Span(max(first, low).replace(microsecond=0), None), now):
        yield Page(payloads, reading.cursor)
    yield Page([], _cursor(now, older))
    if part is not None:
        yield from _history(reading, part, first=first, now=now)


def _history(reading: Reading, part: Older, *, first: datetime, now: datetime) -> Iterator[Page]:
    lowest = max(first, part.since or first).replace(microsecond=0)
    while part.until > lowest:
        high = part.until
        low = max(lowest, (high - _STEP).replace(microsecond=0))
        for payloads in _listed(reading, _Span(low, high), now):
            yield Page(payloads, _cursor(now, part))
        part = replace(part, until=low)
        yield Page([], _cursor(now, part))
    yield Page([], _cursor(now, part.next(now, floor=first)))


def _cursor(now: datetime, older: Older | None) -> Cursor:
    return {"watermark": iso(now), **({"older": older.kept()} if older else {})}


def _born(scope: Scope) -> datetime:
    """Runs are not older than their repository."""
    try:
        return utc(scope.payload["created_at"]).replace(microsecond=0)
    except (KeyError, PayloadError):
        return _ACTIONS_BEGAN


def _listed(reading: Reading, span: _Span, now: datetime) -> Iterator[list[Payload]]:
    """The pages of a span that holds fewer than the cap, else those of its halves."""
    path = in_repository("actions/runs", reading.scope)
    asked: Params | None = {"created": span.asked(), "per_page": PER_PAGE}
    count, found = 0, list[list[Payload]]()
    while asked is not None:
        response = reading.client.get(path, asked)
        body = body_of(response, path)
        page = body.get("workflow_runs") if isinstance(body, dict) else None
        if not isinstance(page, list):
            raise SourceAnswerError(f"{path}: no `workflow_runs` in the answer; check `url`")
        count += len(page)
        if max(count, int(body.get("total_count") or 0)) >= _CAP:
            halves = span.halves(now)
            if halves is None:
                raise SourceAnswerError(f"{path}: {_CAP} runs or more were made in one second")
            for half in halves:
                yield from _listed(reading, half, now)
            return
        _check(path, page, span)
        found.append([short_run(run) for run in page])
        change = link_header(response, asked)
        asked = None if change is None else {**asked, **change}
    yield from found


def _check(path: str, page: Sequence[Payload], span: _Span) -> None:
    """A server that does not understand a filter may ignore it and answer with everything."""
    for run in page:
        try:
            at = utc(run["created_at"])
        except (KeyError, PayloadError):
            continue
        late = span.high is not None and at > span.high + _TOLERANCE
        if late or at < span.low - _TOLERANCE:
            raise SourceAnswerError(
                f"{path}: {run.get('id')} is not among what was asked for; "
                "the server ignores the filter, nothing more is read from it"
            )


def short_run(row: Payload) -> Payload:
    """A run without its repositories and addresses."""
    run = kept(row, _KEPT_OF_RUN)
    run["actor"] = account(row.get("actor"))
    return run


watch_runs = Watch(
    open=lambda run: run.get("status") != "completed",
    read=partial(read_again, what="actions/runs", keep=short_run),
)


named_runs = named("actions/runs", short_run, "created_at")


def add_jobs(client: SourceClient, scope: Scope, runs: list[Payload], *, names: JobNames) -> None:
    """The jobs of each changed run, those of earlier attempts among them."""

    def add(run: Payload) -> None:
        jobs = jobs_of(client, scope, run["id"])
        names.note(jobs or ())
        run["_details"] = details_of(run, jobs=jobs)

    for_each(client, add, runs)


def parse_run(payload: Payload, scope: Scope) -> Iterator[Record]:
    """The run as a build, and the jobs of all its attempts as stages, oldest first.

    A run that is repeated keeps its number and creation. It starts with its first job and ends with
    its last; without jobs it ended when it last changed.
    """
    number = str(payload["id"])
    jobs = (payload.get("_details") or {}).get("jobs") or ()
    jobs = sorted(jobs, key=lambda job: (job.get("run_attempt") or 1, int(job["id"])))
    stages = [_stage(number, ordinal, job) for ordinal, job in enumerate(jobs)]
    outcome = result(payload["status"], payload.get("conclusion"))
    ended = payload["status"] == "completed"
    ends = max((s.finished_at for s in stages if s.finished_at), default=None)
    begins = min((s.started_at for s in stages if s.started_at), default=None)
    yield Build(
        id=number,
        job=job_name(payload, scope),
        number=int(payload["run_number"]),
        result=outcome,
        url=payload.get("html_url") or "",
        ref=payload.get("head_branch") or "",
        repository=scope.id,
        queued_at=utc(payload["created_at"]),
        started_at=begins,
        finished_at=(ends or utc_or_none(payload.get("updated_at"))) if ended else None,
        cause=payload.get("event") or "",
        revisions=(Revision(payload["head_sha"]),),
        description=payload.get("display_title") or payload.get("name") or "",
    )
    yield from stages


def job_name(run: Mapping[str, Any], scope: Scope) -> str:
    """Repository and file of the workflow: numbers of runs count per workflow."""
    path = str(run.get("path") or run.get("workflow_id") or "").partition("@")[0]
    return "/".join(filter(None, (str(scope.payload.get("full_name") or scope.id), path)))


def _stage(build: str, ordinal: int, job: Mapping[str, Any]) -> BuildStage:
    """GitHub writes a start into jobs that only wait."""
    outcome = result(job["status"], job.get("conclusion"))
    waits = outcome is Result.WAITING
    return BuildStage(
        build=build,
        id=str(job["id"]),
        ordinal=ordinal,
        name=job["name"],
        result=outcome,
        queued_at=utc_or_none(job.get("created_at")),
        started_at=None if waits else utc_or_none(job.get("started_at")),
        finished_at=utc_or_none(job.get("completed_at")),
    )


def result(status: str, conclusion: str | None) -> Result:
    """Of a run or job; a word that is not known, and `neutral`, is OTHER."""
    if status == "completed":
        return _ENDED.get(str(conclusion), Result.OTHER)
    return _RUNNING.get(status, Result.OTHER)

"""The tree of Jenkins' jobs, read whole each time, and the lasting id of each.

Jenkins has no id of a job that survives a new name, and gives a job made anew the numbers of the
deleted one. So it is remembered when the newest builds of each job began: a job that appears with
the builds of one that went is that one, and a known job whose numbers begin anew is another one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.http import SourceClient, body_of
from connectors.jenkins_names import job_path, matches
from connectors.ordered import server_time
from connectors.stream import Cursor, Page, Payload, Reading
from core.errors import SourceAnswerError, SourceAuthError

_JOB = "_class,name,fullName,nextBuildNumber,lastBuild[number,timestamp]"
_DEPTH = 6
_EVIDENCE = 3
"""How many builds of a job are remembered; all of them must agree with a new name."""
_GONE_KEPT = 5000
_TOLD = 5
_TOLD_S = 30 * 86_400


def read_jobs(reading: Reading, *, patterns: Sequence[str]) -> Iterator[Page]:
    """All jobs that fit `patterns`, in one page, whole each time: branch jobs come and go.

    Each has its lasting id as `_identity`. Cursor: `observed` is what is remembered of jobs, `note`
    which of them have a new name or are listed no more. `SourceAuthError` where not one job is
    visible, `SourceAnswerError` where none fits: Jenkins leaves jobs out without a word when the
    permission is lost.
    """
    jobs = list(_below(reading.client, "", branches=False))
    if not jobs:
        raise SourceAuthError("api/json: no job is visible; grant this account Job/Read")
    wanted = [job for job in jobs if any(matches(p, job["fullName"]) for p in patterns)]
    if not wanted:
        raise SourceAnswerError(
            f"api/json: none of the {len(jobs)} visible jobs fits `jobs`; check the patterns"
        )
    memory = _Memory.of(reading.cursor, visible={job["fullName"] for job in jobs})
    found = [{**job, "_identity": memory.identity(reading.client, job)} for job in wanted]
    yield Page(found, memory.cursor(int(server_time(reading.client).timestamp())))


def _tree() -> str:
    """Six levels in one request; below the last only names, which say where to go on."""
    tree = "jobs[name]"
    for _ in range(_DEPTH):
        tree = f"jobs[{_JOB},{tree}]"
    return tree


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


@dataclass(frozen=True, slots=True)
class _Seen:
    """A job as it was last seen. builds: number and start (ms) of the newest, newest first. since:
    when it was missed first (epoch s). branch: whether a branch made it, and so unmakes it.
    """

    id: str
    builds: Mapping[int, int]
    gone: bool = False
    since: int | None = None
    branch: bool = False


@dataclass(slots=True)
class _Memory:
    """What is known of the jobs by their full names, those that are gone included."""

    jobs: dict[str, _Seen]
    visible: Collection[str]
    _used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, cursor: Cursor, *, visible: Collection[str]) -> _Memory:
        told: Mapping[str, Any] = cursor.get("observed", {}).get("jobs", {})
        jobs = {
            name: _Seen(
                seen.get("id", name),
                dict(seen["builds"]),
                bool(seen.get("gone")),
                seen.get("since"),
                bool(seen.get("branch")),
            )
            for name, seen in told.items()
        }
        return cls(jobs, visible, {seen.id for seen in jobs.values()})

    def identity(self, client: SourceClient, job: Payload) -> str:
        """The lasting id of a job: its own, that of the job it was before, or a new one."""
        name = job["fullName"]
        seen = self.jobs.get(name)
        if seen is None:
            former = self._former(client, job)
            seen = self.jobs.pop(former) if former else None
        elif _begun_anew(seen, job) or not self._same(client, name, seen):
            seen = None
        if seen is None:
            seen = _Seen(self._new(name), {})
        self.jobs[name] = replace(
            seen,
            builds=_newest(seen.builds, job),
            gone=False,
            since=None,
            branch=bool(job.get("_branch_job")),
        )
        return seen.id

    def _same(self, client: SourceClient, name: str, seen: _Seen) -> bool:
        """Whether a job that is back is the one that went; one that stayed is not asked about."""
        return not (seen.gone and seen.builds) or _agree(seen, _starts(client, name))

    def _former(self, client: SourceClient, job: Payload) -> str | None:
        """The name that a job had before, if its builds are those of one that is gone."""
        last = (job.get("lastBuild") or {}).get("number") or 0
        possible = [
            (name, seen)
            for name, seen in self.jobs.items()
            if name not in self.visible and seen.builds and max(seen.builds) <= last
        ]
        if not possible:
            return None
        starts = _starts(client, job["fullName"])
        return next((name for name, seen in possible if _agree(seen, starts)), None)

    def _new(self, name: str) -> str:
        """The name itself unless another job has or had it; `@` is in no name of a job."""
        taken = [id.partition("@") for id in self._used if id.partition("@")[0] == name]
        latest = max((int(generation or 1) for _, _, generation in taken), default=0)
        id = f"{name}@{latest + 1}" if latest else name
        self._used.add(id)
        return id

    def cursor(self, now: int) -> Cursor:
        """now: in epoch seconds."""
        gone = {
            name: replace(seen, gone=True, since=now if seen.since is None else seen.since)
            for name, seen in self.jobs.items()
            if name not in self.visible
        }
        forgotten = set([*gone][:-_GONE_KEPT])
        kept = {**self.jobs, **gone}
        told = {name: _told(name, kept[name]) for name in kept if name not in forgotten}
        cursor: Cursor = {"observed": {"jobs": told}}
        renamed = [
            f"{name} was {seen.id}"
            for name, seen in kept.items()
            if name in self.visible and seen.id.partition("@")[0] != name
        ]
        missed = [name for name, seen in gone.items() if _is_told(seen, now)]
        notes = [
            _named("jobs with a new name", renamed),
            _named(
                "jobs not listed any more, deleted or without Job/Read for this account", missed
            ),
        ]
        note = "; ".join(filter(None, notes))
        return {**cursor, "note": note} if note else cursor


def _named(what: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return f"{what}: {', '.join(names[:_TOLD])}{more}" if names else ""


def _is_told(gone: _Seen, now: int) -> bool:
    """Branches come and go; of a job a person shall hear, and not for ever."""
    return not gone.branch and gone.since is not None and now - gone.since < _TOLD_S


def _told(name: str, seen: _Seen) -> dict[str, Any]:
    told: dict[str, Any] = {"builds": [list(pair) for pair in seen.builds.items()]}
    if seen.id != name:
        told["id"] = seen.id
    if seen.branch:
        told["branch"] = True
    if seen.gone:
        told |= {"gone": True, "since": seen.since}
    return told


def _newest(builds: Mapping[int, int], job: Payload) -> dict[int, int]:
    last = job.get("lastBuild") or {}
    number, start = last.get("number"), last.get("timestamp")
    if not isinstance(number, int) or not isinstance(start, int):
        return dict(builds)
    found = {**builds, number: start}
    return {number: found[number] for number in sorted(found, reverse=True)[:_EVIDENCE]}


def _begun_anew(seen: _Seen, job: Payload) -> bool:
    following = job.get("nextBuildNumber")
    return isinstance(following, int) and bool(seen.builds) and following <= max(seen.builds)


def _agree(seen: _Seen, starts: Mapping[int, int]) -> bool:
    """Whether all remembered builds are among these, and at least one is remembered."""
    return bool(seen.builds) and all(starts.get(n) == start for n, start in seen.builds.items())


def _starts(client: SourceClient, full_name: str) -> dict[int, int]:
    """Number and start of the newest builds of a job; none where it has just gone."""
    path = f"{job_path(full_name)}/api/json"
    answer = client.get(path, {"tree": "builds[number,timestamp]{0,100}"}, none_on=(404,))
    if answer.status_code == 404:
        return {}
    builds = body_of(answer, path).get("builds") or ()
    return {build["number"]: build["timestamp"] for build in builds if "timestamp" in build}

"""Reading the builds of one Jenkins job: newest first, history once; what is lost is said.

A list of builds has no filter and no cursor, only ranges. `builds` is cut at the 100 newest;
`allBuilds` goes on but loads each build from the controller's disk, so only a first load or a long
absence uses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from connectors.history import Older
from connectors.http import SourceClient, body_of
from connectors.jenkins_missing import FIELDS, Waits, by_address, skipped, still_missing, vanished
from connectors.jenkins_names import build_id, job_path, lasting_id
from connectors.jenkins_parse import is_running, without_logins
from connectors.ordered import beginning, server_time
from connectors.stream import Cursor, Named, Page, Payload, Reading, Scope
from core.errors import SourceAnswerError

_CUT = 100  # `builds` never holds more
_RANGE = 50
_NEWEST = 20  # re-read each time: a rebuild in place or a late result has no other sign

_LOOKED_UP = 1000  # an administrator may set the next number to anything


def read_builds(reading: Reading) -> Iterator[Page]:
    """The new and unfinished builds of a job, then older ones down to `reading.since`.

    Cursor: `last` highest number stored; `head` number and start of the newest; `open` numbers that
    were running, `missing` those of them that are not found, and for how long, `vanished` how many
    were given up; `offset` and `lowest` where the first load goes on, absent once done; `lost`,
    `gap`, `first` and `note` builds that the server discarded before they were read; `job` the
    lasting id of the job where it is not its name. Yields nothing where the job's own payload shows
    that it has no build, or that its newest is the stored one and none was running, and ends where
    the job has gone since.
    """
    identity = lasting_id(reading.scope)
    own = {"job": identity} if identity != reading.scope.id else {}
    for page in _read(reading, _after_restart(reading.cursor, reading.scope)):
        yield Page(page.payloads, {**page.cursor, **own})


def _read(reading: Reading, cursor: Cursor) -> Iterator[Page]:
    if "last" not in cursor and reading.scope.payload.get("lastBuild", ()) is None:
        return
    if "last" in cursor and not _unchanged(cursor, reading.scope):
        for page in _newest(reading, cursor):
            cursor = page.cursor
            yield page
    if "last" not in cursor or "offset" in cursor:
        yield from _history(reading, cursor)


def _unchanged(cursor: Cursor, scope: Scope) -> bool:
    last = scope.payload.get("lastBuild")
    if cursor.get("open") or not last:
        return False
    return cursor.get("head") == [last.get("number"), last.get("timestamp")]


def _after_restart(cursor: Cursor, scope: Scope) -> Cursor:
    """Empty where a job of this name was deleted and made anew: its numbers start again at 1, or
    it has another lasting id.
    """
    if cursor.get("job", scope.id) != lasting_id(scope):
        return {}
    following = scope.payload.get("nextBuildNumber")
    if isinstance(following, int) and following <= cursor.get("last", 0):
        return {}
    return cursor


def _newest(reading: Reading, old: Cursor) -> Iterator[Page]:
    """Down to a stored number; the cursor moves with the last page only, so no hole can stay."""
    seen: list[Payload] = []
    for payloads in _ranges(reading.client, reading.scope, start=0, first=_NEWEST):
        seen += payloads
        numbers = _numbers(payloads)
        kept = _since(payloads, reading.since)
        if payloads and (not numbers or min(numbers) > old["last"]):
            yield Page(kept, old)
            continue
        listed = set(_numbers(seen))
        unlisted = {*old.get("open", ())} - listed
        asked = [*sorted(unlisted), *skipped(old["last"], listed, reading)]
        found = by_address(reading, asked)
        unfound = unlisted - set(_numbers(found))
        waits, given_up = still_missing(old.get("missing", {}), unfound, reading)
        cursor = _without(_moved(old, [*seen, *found]), waits, given_up)
        yield Page([*kept, *found, *map(vanished, given_up)], cursor)
        return


def _without(cursor: Cursor, waits: Waits, given_up: Sequence[int]) -> Cursor:
    """The cursor after these running builds were not found."""
    cursor = {name: value for name, value in cursor.items() if name != "missing"}
    cursor["open"] = sorted({*cursor["open"], *map(int, waits)})
    if waits:
        cursor["missing"] = waits
    if given_up:
        cursor["vanished"] = [cursor.get("vanished", [0])[0] + len(given_up), max(given_up)]
    return _with_losses(cursor, 0, gap=[])


def _moved(old: Cursor, seen: Sequence[Payload]) -> Cursor:
    numbers = _numbers(seen)
    last = max([old["last"], *numbers])
    fresh = {number for number in numbers if number > old["last"]}
    cursor = {**old, "last": last, "open": _open(seen)}
    if seen:
        cursor["head"] = _head(seen)
    lost = last - old["last"] - len(fresh)
    return _with_losses(cursor, lost, gap=[old["last"] + 1, last]) if lost > 0 else cursor


def _with_losses(cursor: Cursor, lost: int, *, gap: list[int]) -> Cursor:
    """The cursor after builds of these numbers were found to be missing, and what it tells."""
    cursor = {**cursor, **({"lost": cursor.get("lost", 0) + lost, "gap": gap} if lost else {})}
    told = []
    if "lost" in cursor:
        told.append(
            f"{cursor['lost']} builds were discarded before they could be read, latest between "
            f"#{cursor['gap'][0]} and #{cursor['gap'][1]}; keep builds longer or read more often"
        )
    if "vanished" in cursor:
        count, latest = cursor["vanished"]
        told.append(f"{count} running builds were never found again, latest #{latest}: no result")
    if "first" in cursor:
        told.append(f"builds before #{cursor['first']} were discarded before the first load")
    return {**cursor, **({"note": "; ".join(told)} if told else {})}


def _history(reading: Reading, cursor: Cursor) -> Iterator[Page]:
    """The first load, or its next part. One taken up again steps back a range: builds may have been
    deleted.
    """
    run = _Part.of(reading, cursor)
    offset = max(0, cursor.get("offset", 0) - _RANGE)
    for payloads in _ranges(reading.client, reading.scope, start=offset, first=_RANGE):
        offset += _RANGE
        kept, numbers = _since(payloads, reading.since), _numbers(payloads)
        if numbers and "last" not in cursor:
            cursor = {**cursor, "last": max(numbers), "head": _head(payloads)}
        cursor = _gaps(reading, cursor, _numbers(kept))
        lowest = _lowest_at(payloads)
        if not kept or 1 in numbers:
            cursor = _ended(reading, cursor, discarded=not payloads)
        else:
            cursor = {**cursor, "offset": offset, **run.kept(lowest)}
        cursor["open"] = sorted({*cursor.get("open", ()), *_open(kept)})
        yield Page(kept, cursor)
        if "offset" not in cursor or run.ends(lowest):
            return


@dataclass(frozen=True, slots=True)
class _Part:
    """What one pass reads of the history: `part` of it, None for its newest days or for all of it;
    what it leaves for the next pass is `left`, None where it goes on to the end.
    """

    part: Older | None
    left: Older | None
    now: datetime

    @classmethod
    def of(cls, reading: Reading, cursor: Cursor) -> _Part:
        now, part = server_time(reading.client), Older.of(cursor.get("older"))
        floor = beginning(reading)
        if part is not None:
            return cls(part, part.next(now, floor=floor), now)
        return cls(None, Older.first(now, floor=floor) if reading.newest_first else None, now)

    def ends(self, lowest: datetime | None) -> bool:
        """Whether the oldest build of a range lies behind the part."""
        return self.left is not None and lowest is not None and lowest < self.left.until

    def kept(self, lowest: datetime | None) -> Cursor:
        """What the cursor has of it once such a range is stored."""
        if self.left is not None and self.ends(lowest):
            return {"older": self.left.kept()}
        return {"older": self.part.lowered(lowest, self.now).kept()} if self.part else {}


def _lowest_at(payloads: Sequence[Payload]) -> datetime | None:
    """When the build of the lowest number began; None where there is none, or it does not say."""
    numbered = [p for p in payloads if isinstance(p.get("number"), int)]
    at = min(numbered, key=lambda p: p["number"]).get("timestamp") if numbered else None
    return datetime.fromtimestamp(at / 1000, UTC) if isinstance(at, int) else None


def _gaps(reading: Reading, cursor: Cursor, numbers: Sequence[int]) -> Cursor:
    """Numbers that are skipped below the lowest so far are builds that were deleted one by one.

    What is stored is not lost: a job with a new name is read from its beginning once more.
    """
    lowest = cursor.get("lowest", cursor.get("last", 0) + 1)
    below = [number for number in numbers if number < lowest]
    if not below:
        return cursor
    lost = lowest - min(below) - len(set(below))
    if 0 < lost <= _LOOKED_UP:
        missing = set(range(min(below), lowest)) - set(below)
        lost -= len(reading.known(build_id(reading.scope, number) for number in missing))
    return _with_losses({**cursor, "lowest": min(below)}, lost, gap=[min(below), lowest - 1])


def _ended(reading: Reading, cursor: Cursor, *, discarded: bool) -> Cursor:
    """The first load came to the end: of what is wanted, or of what the server has kept."""
    lowest = cursor.get("lowest", 1)
    over = ("offset", "lowest", "older")
    cursor = {key: value for key, value in cursor.items() if key not in over}
    before = build_id(reading.scope, lowest - 1)
    if not discarded or lowest == 1 or reading.known([before]):
        return cursor
    return _with_losses({**cursor, "first": lowest}, 0, gap=[])


def _ranges(
    client: SourceClient, scope: Scope, *, start: int, first: int
) -> Iterator[list[Payload]]:
    """Ranges of builds, newest first, until build 1 or an empty range; a short one ends nothing."""
    size = first
    before: set[int] = set()
    while True:
        name = "builds" if start + size <= _CUT else "allBuilds"
        tree = f"{name}[{FIELDS}]{{{start},{start + size}}}"
        path = f"{job_path(scope.id)}/api/json"
        answer = client.get(path, {"tree": tree}, none_on=(404,))
        if answer.status_code == 404:
            _require_gone(client, scope.id)
            return
        body = body_of(answer, path)
        payloads = body.get(name) if isinstance(body, dict) else None
        if payloads is None:
            raise SourceAnswerError(f"{path}: no `{name}` in the answer; is it a job?")
        numbers = set(_numbers(payloads))
        if numbers and numbers == before:
            raise SourceAnswerError(f"{path}: the server repeats a range of builds")
        yield [without_logins(payload) for payload in payloads]
        if not payloads or 1 in numbers:
            return
        before, start, size = numbers, start + size, _RANGE


def _require_gone(client: SourceClient, full_name: str) -> None:
    """A branch job may go between the tree and its builds; `SourceAnswerError` if it is still
    there: then something between us and Jenkins changes the path.
    """
    folder, _, name = full_name.rpartition("/")
    path = f"{job_path(folder)}/api/json" if folder else "api/json"
    answer = client.get(path, {"tree": "jobs[name]"}, none_on=(404,))
    jobs = () if answer.status_code == 404 else body_of(answer, path).get("jobs") or ()
    if any(job.get("name") == name for job in jobs):
        raise SourceAnswerError(
            f"{job_path(full_name)}/api/json: 404 for a job that is listed; does a proxy decode `%`"
            " in paths?",
            status=404,
        )


def _numbers(payloads: Iterable[Payload]) -> list[int]:
    return [p["number"] for p in payloads if isinstance(p.get("number"), int)]


def _open(payloads: Iterable[Payload]) -> list[int]:
    return sorted(set(_numbers(payload for payload in payloads if is_running(payload))))


def _head(payloads: Sequence[Payload]) -> list[int | None]:
    newest = max(payloads, key=lambda p: p.get("number") or 0)
    return [newest.get("number"), newest.get("timestamp")]


def _since(payloads: Sequence[Payload], since: date | None) -> list[Payload]:
    if since is None:
        return list(payloads)
    oldest = datetime(since.year, since.month, since.day, tzinfo=UTC).timestamp() * 1000
    return [
        p for p in payloads if not isinstance(p.get("timestamp"), int) or p["timestamp"] >= oldest
    ]


def _read_named(reading: Reading, names: Sequence[str]) -> list[Payload]:
    """Builds of this job by the name of the job and their number."""
    apart = [name.rpartition("#") for name in names]
    numbers = [int(number) for job, _, number in apart if job == reading.scope.id]
    return _since(by_address(reading, numbers), reading.since)


named_builds = Named(read=_read_named, name=re.compile(r".+#[0-9]{1,9}", re.DOTALL))

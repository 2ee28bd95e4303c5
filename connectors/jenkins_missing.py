"""Builds of a Jenkins job that its list leaves out: they are asked for by address before anything
is said of them. Some servers drop running builds from the list, some answer 404 for a while.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from connectors.http import body_of
from connectors.jenkins_names import job_path
from connectors.jenkins_parse import without_logins
from connectors.ordered import server_time
from connectors.stream import Payload, Reading

Waits = Mapping[str, tuple[int, int]]
"""By number, as text: how often in a row a running build was not found, and since when (s)."""

FIELDS = (
    "_class,number,timestamp,duration,building,inProgress,result,queueId,description,"
    "actions[_class,causes[_class,shortDescription,upstreamProject,upstreamBuild],"
    "parameters[_class,name,value],lastBuiltRevision[SHA1,branch[SHA1,name]],remoteUrls,"
    "queuingDurationMillis]"
)
_ROUNDS = 3
_LONGEST = timedelta(days=1)
_ASKED = 20
"""So many skipped numbers are asked for: where builds are discarded soon, most are gone."""
_VANISHED = "_vanished"


def skipped(after: int, listed: Collection[int], reading: Reading) -> list[int]:
    """The numbers after a stored one that the list passes over, the newest of them."""
    told = (reading.scope.payload.get("lastBuild") or {}).get("number")
    last = max([after, *listed, *([told] if isinstance(told, int) else [])])
    found: list[int] = []
    for number in range(last, after, -1):
        if number not in listed:
            found.append(number)
        if len(found) == _ASKED:
            break
    return found


def by_address(reading: Reading, numbers: Iterable[int]) -> list[Payload]:
    """Those of these builds that are there."""
    found = []
    for number in numbers:
        path = f"{job_path(reading.scope.id)}/{number}/api/json"
        answer = reading.client.get(path, {"tree": FIELDS}, none_on=(404,))
        if answer.status_code != 404:
            found.append(without_logins(body_of(answer, path)))
    return found


def still_missing(
    before: Waits, numbers: Iterable[int], reading: Reading
) -> tuple[dict[str, tuple[int, int]], list[int]]:
    """Of running builds that were not found: those that are looked for again, and those that are
    given up, after three rounds and a day.
    """
    now = int(server_time(reading.client).timestamp())
    waits: dict[str, tuple[int, int]] = {}
    given_up = []
    for number in sorted(numbers):
        rounds, since = before.get(str(number), (0, now))
        if rounds + 1 >= _ROUNDS and now - since >= _LONGEST.total_seconds():
            given_up.append(number)
        else:
            waits[str(number)] = (rounds + 1, since)
    return waits, given_up


def vanished(number: int) -> Payload:
    """What becomes of a build that is given up; `keep_last_seen` adds what is stored of it."""
    return {"number": number, _VANISHED: True}


def is_vanished(payload: Payload) -> bool:
    """Whether nobody can say how a build ended."""
    return bool(payload.get(_VANISHED))


def keep_last_seen(stored: Payload, payload: Payload) -> None:
    """A `kept`: a build that is given up is as it was last seen, but not running; its end and its
    result are unknown.
    """
    if is_vanished(payload):
        ended = {"building": False, "inProgress": False, "result": None, "duration": -1}
        payload.update({**stored, **ended})

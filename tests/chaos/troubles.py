"""What goes wrong in a pass, drawn from a seed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final, get_args

from simulator.faults import Fault, Kind

_OF_ANSWERS: Final[tuple[Kind, ...]] = get_args(Kind)
_SILENT: Final[Mapping[Kind, Mapping[str, str]]] = {
    "other_account": {
        "jira": "*/myself",
        "gitlab": "*/user",
        "jenkins": "/me/*",
        "servicenow": "*/sys_user",
    },
    "emptied": {
        "jira": "*/status",
        "gitlab": "*/branches",
        "jenkins": "/api/json",
        "servicenow": "*/change_request",
    },
}
"""Answers that are wrong and look right: by vendor, where such a thing can be noticed at all."""
_VENDORS: Final = ("jira", "gitlab", "jenkins", "servicenow", "")
_HOUR_S: Final = 3_600
_RIGHTS: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
_NO_WRITING: Final = ("-exec", "chmod", "a-w", "{}", "+")


_WORDS: Final[Mapping[str, str]] = {
    "killed": r"killed before statement \d+",
    "restarted": r"PostgreSQL restarted \(\w+\) before statement \d+",
    "forbidden by the file": r"the file may not be written any more before statement \d+",
    "forbidden by the database": r"[A-Z]+ on \w+ taken away before statement \d+",
    "disk full": r"no file may grow beyond \d+ bytes \(the database has \d+\)",
    "clock": r"our clock is off by -?\d+ h",
}
"""By what happens to the machine: how it is worded."""
_OF_TOOLS: Final = re.compile(
    rf"(?:every tool|{'|'.join(filter(None, _VENDORS))}) ({'|'.join(_OF_ANSWERS)})"
    r"(?: every \d+ after \d+, (?:any|\d+) times)?"
)


@dataclass(frozen=True)
class Place:
    """Where the pass runs. points: how many statements an undisturbed one makes. tables: those of
    its database. file: the database, of a server None. restarts: by name, how its server is
    restarted; said: what has it do a statement that is put behind; both empty for a file.
    """

    points: int
    tables: Sequence[str]
    file: Path | None = None
    restarts: Mapping[str, list[str]] = field(default_factory=dict)
    user: str | None = None
    said: Sequence[str] = ()


@dataclass(frozen=True)
class Trouble:
    """name: its kind. words: for the log. order: what the process is asked for (tests.chaos.child).
    faults: of the tools.
    """

    name: str
    words: str
    order: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def drawn(rng: Random, place: Place) -> list[Trouble]:
    """One to three that can happen together: the tools may fail in several ways at once, and one
    thing happens to the machine.
    """
    many = rng.choice((1, 1, 2, 3))
    machine = rng.random() < 0.6
    found = [_answers(rng) for _ in range(many - machine)]
    if machine:
        ways = [_killed, _clock, _forbidden, _restarted if place.restarts else _full]
        found.append(rng.choice(ways)(rng, place))
    return found


def name_of(words: str) -> str | None:
    """The kind of a trouble by its words; None where nothing is worded so."""
    if found := _OF_TOOLS.fullmatch(words):
        return f"tools: {found[1]}"
    return next((name for name, form in _WORDS.items() if re.fullmatch(form, words)), None)


def _answers(rng: Random) -> Trouble:
    kind, vendor = rng.choice(_OF_ANSWERS), rng.choice(_VENDORS)
    every, skip, times = rng.choice((1, 2, 7)), rng.choice((0, 0, 3, 20)), rng.choice((1, 4, None))
    if kind in _SILENT:
        vendor = vendor or "jira"
        return Trouble(
            kind, f"{vendor} {kind}", faults=(Fault(kind, vendor, _SILENT[kind][vendor]),)
        )
    fault = Fault(kind, vendor, every=every, skip=skip, times=times, delay=0.1, retry_after=1)
    words = f"{vendor or 'every tool'} {kind} every {every} after {skip}, {times or 'any'} times"
    return Trouble(kind, words, faults=(fault,))


def _killed(rng: Random, place: Place) -> Trouble:
    at = rng.randint(1, place.points)
    return Trouble("killed", f"killed before statement {at}", {"at": at, "act": "kill"})


def _restarted(rng: Random, place: Place) -> Trouble:
    at, how = rng.randint(1, place.points), rng.choice(sorted(place.restarts))
    order = {"at": at, "act": place.restarts[how], "user": place.user}
    return Trouble("restarted", f"PostgreSQL restarted ({how}) before statement {at}", order)


def _forbidden(rng: Random, place: Place) -> Trouble:
    """A right that is taken away in the midst: of the role on a table, of everybody on the file."""
    at = rng.choice((1, rng.randint(1, place.points)))
    if place.file is not None:
        found = ["find", str(place.file.parent), "-name", f"{place.file.name}*"]
        words = f"the file may not be written any more before statement {at}"
        return Trouble("forbidden", words, {"at": at, "act": [*found, *_NO_WRITING], "bound": True})
    right, table = rng.choice(_RIGHTS), rng.choice(place.tables)
    taken = f'REVOKE {right} ON "{table}" FROM headwater_writer'
    words = f"{right} on {table} taken away before statement {at}"
    return Trouble("forbidden", words, {"at": at, "act": [*place.said, taken]})


def _full(rng: Random, place: Place) -> Trouble:
    assert place.file is not None
    size = place.file.stat().st_size
    largest = rng.randint(16_384, size + 65_536)
    words = f"no file may grow beyond {largest} bytes (the database has {size})"
    return Trouble("disk full", words, {"largest": largest})


def _clock(rng: Random, _place: Place) -> Trouble:
    off = rng.choice((-26, -3, 2, 30, 24 * 9)) * _HOUR_S
    return Trouble("clock", f"our clock is off by {off // _HOUR_S} h", {"off_s": off})

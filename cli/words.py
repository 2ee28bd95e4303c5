"""How values are written for people; the same table as the dashboard's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from core.written import duration as duration
from core.written import money as money
from core.written import money_range as money_range
from core.written import share as share

THIN = "\u2009"


def moment(text: str | None) -> str:
    """`14 Nov 2026 09:03` of an ISO time in UTC; a dash for none."""
    if text is None:
        return "–"
    return datetime.fromisoformat(text).strftime("%d %b %Y %H:%M").lstrip("0")


def _day(text: str) -> str:
    return moment(text).removesuffix(" 00:00")


_COVERED = {
    "C1": "done items have a commit",
    "C2": "commits have a ticket",
    "C3": "deployments have known commits",
    "C5": "incidents name their cause",
    "C6": "time is in mapped statuses",
    "C7": "active time has a queue beside it",
    "C8": "items have a full history",
    "C11": "items in flight have a value",
}
_PLAIN = {
    "no_data": "there was none in this window",
    "upper_bound": "time in an active status is at most work",
    "no_waiting_statuses": "no stage of the map is a queue",
}
_BELOW = re.compile(r"(C\d+)<([\d.]+)")
_STALE = re.compile(r"(\S+) is stale")
_FEW = re.compile(r"n<(\d+)")
_READ = re.compile(r"(.+) is read back to ([\d-]{10}) only")
_STILL = re.compile(r"(.+): what last changed before ([\d-]{10}) is still to come")


def reasons(lines: Iterable[str], *, shown: Iterable[str]) -> list[str]:
    """The reasons of an envelope in plain words, without those of values that are not `shown`.

    `withheld: C5<0.5` becomes `withheld: less than 50 % of incidents name their cause (C5)`.
    """
    names = tuple(shown)
    told = []
    for line in lines:
        value, parted, _ = line.partition(" withheld: ")
        if line.endswith(": nothing to cover") or (parted and value not in names):
            continue  # the first lowers nothing
        text = _BELOW.sub(lambda found: _below(found[1], float(found[2])), line)
        text = _STALE.sub(r"\1 was not read lately", text)
        text = _FEW.sub(lambda found: f"fewer than {found[1]} in the sample", text)
        text = _READ.sub(lambda found: f"{found[1]} is read back to {_day(found[2])} only", text)
        text = _STILL.sub(
            lambda found: (
                f"what last changed before {_day(found[2])} is still to come from {found[1]}"
            ),
            text,
        )
        told.append(_PLAIN.get(text, text))
    return told


def _below(name: str, least: float) -> str:
    covered = f"{_COVERED[name]} ({name})" if name in _COVERED else name
    return f"less than {least * 100:.0f} % of {covered}"

"""Why a number is graded as it is or withheld, in plain words; for pages that have no script."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.written import day

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
_WANTED = re.compile(r"(.+) is read from ([\d-]{10}) on only")
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
        text = _READ.sub(lambda found: f"{found[1]} is read back to {day(found[2])} only", text)
        text = _WANTED.sub(lambda found: f"{found[1]} is read from {day(found[2])} on only", text)
        text = _STILL.sub(
            lambda found: (
                f"what last changed before {day(found[2])} is still to come from {found[1]}"
            ),
            text,
        )
        told.append(_PLAIN.get(text, text))
    return told


def _below(name: str, least: float) -> str:
    covered = f"{_COVERED[name]} ({name})" if name in _COVERED else name
    return f"less than {least * 100:.0f} % of {covered}"

"""When something was on: a flag, a label, a link, from the changes of it and its present state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

Switch = tuple[datetime, bool, bool]
"""A change of something that is on or off: when, what it was before, what it is after."""


@dataclass(frozen=True, slots=True)
class Known:
    """From when to when a payload tells of an item: its creation and its last update."""

    created_at: datetime
    updated_at: datetime


def intervals(
    switches: Sequence[Switch], *, known: Known, now_on: bool | None
) -> Iterator[tuple[datetime, datetime | None]]:
    """When it was on; the end is None while it lasts. now_on: None where it is not told.

    What was set at creation is in no changelog: it shows in what the first change started from, or,
    without any change, in the present state. What the changes leave otherwise than it is now (a
    label was renamed, the other end of a link deleted) changed at the last update at the latest.
    """
    was_on = switches[0][1] if switches else bool(now_on)
    start = known.created_at if was_on else None
    for at, _, on in switches:
        if on and start is None:
            start = at
        elif not on and start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, max(start, known.updated_at) if now_on is False else None
    elif now_on:
        yield known.updated_at, None

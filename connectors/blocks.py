"""When something was on: a flag, a label, a link, from the changes of it and its present state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

Switch = tuple[datetime, bool, bool]
"""A change of something that is on or off: when, what it was before, what it is after."""


def intervals(
    switches: Sequence[Switch], *, created_at: datetime, now_on: bool
) -> Iterator[tuple[datetime, datetime | None]]:
    """When it was on; the end is None while it lasts.

    What was set at creation is in no changelog: it shows in what the first change started from, or,
    without any change, in the present state.
    """
    was_on = switches[0][1] if switches else now_on
    start = created_at if was_on else None
    for at, _, on in switches:
        if on and start is None:
            start = at
        elif not on and start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, None

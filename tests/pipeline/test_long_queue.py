"""A queue longer than can be put in order: what burns most is, the rest says that it is not."""

from __future__ import annotations

import numpy as np

from pipeline.queue_items import Duration, Queued
from pipeline.sequences import MOST, dearest


def queued(number: int, cents: int | None, *, days: float | None = 3.0) -> Queued:
    """Waiting since yesterday, worth so much a week."""
    terms = None if cents is None else {"profile": 1, "cents": float(cents)}
    duration = None if days is None else Duration(days, days, days, "given")
    reason = "" if duration else "no duration: nothing left that stage"
    return Queued(f"A-{number}", "", terms, np.nan, np.nan, 86_400, duration, reason)


def test_a_queue_that_can_be_put_in_order_stays_as_it_is() -> None:
    found = [queued(number, number) for number in range(MOST)]
    assert dearest(found) == found


def test_of_a_longer_one_what_burns_most_stays_in_todays_order() -> None:
    cents = [(7 * number) % 101 for number in range(90)]
    found = [queued(number, each) for number, each in enumerate(cents)]
    told = dearest([*found, queued(90, None), queued(91, 5, days=None)])
    timed = [one.key for one in told if one.duration is not None]
    kept = sorted(range(90), key=lambda number: (-cents[number], number))[:MOST]
    assert timed == [f"A-{number}" for number in sorted(kept)]
    assert len(told) == 92
    left = {one.key: one.reason for one in told if one.duration is None}
    assert left.pop("A-91") == "no duration: nothing left that stage"
    assert len(left) == 31
    assert set(left.values()) == {"not among the 60 that cost most a week now"}

"""Cumulative flow told one item and one moment at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ENDS = ("done", "cancelled")


@dataclass(frozen=True)
class Stay:
    """A stretch of an item's history."""

    stage: int
    state: str
    start: int


def furthest(history: Sequence[Stay], order: Mapping[int, int], last: int, now: int) -> int | None:
    """The boundary that an item has reached at `now`; None for none. `last` is that of done."""
    reached: int | None = None
    for stay in history:
        if stay.start > now:
            continue
        place = last if stay.state in ENDS else order.get(stay.stage)
        if place is not None and (reached is None or place > reached):
            reached = place
    return reached


def first_end(history: Sequence[Stay]) -> Stay | None:
    for stay in history:
        if stay.state in ENDS:
            return stay
    return None


def is_cancelled(history: Sequence[Stay], now: int) -> bool:
    """Whether it was cancelled by now, and never done before that."""
    end = first_end(history)
    return end is not None and end.state == "cancelled" and end.start <= now

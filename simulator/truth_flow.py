"""What is true of each ticket's flow, worked out piece by piece; slow on purpose, so that it can be
checked by eye.

The rules are those of the metrics specification, section 2.0. Nothing here is shared with the
product.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from simulator.model import Item, Status


@dataclass(frozen=True, slots=True)
class Episode:
    """One delivery. Seconds are over [committed, ended), ended being done, cancelled or, while
    open, now.

    flow_time_s: null unless done; `reason` says why: open, cancelled, no_start (done but never
    begun), not_started. Those two have no times at all. active_s + waiting_s + gap_s is the whole
    span. waiting_s holds blocked work, and NEW after commitment.
    blocked_s: the part of waiting_s under a flag. gap_s: done or cancelled in between, before a
    reopening.
    stage_s: seconds by stage name for a delivery that has ended, its done stage being the gap;
    open_stage_s: the same to now for one that is open. Their values add up to the span.
    reopened: how often it left DONE within the window.
    """

    committed_at: datetime | None
    done_at: datetime | None
    cancelled_at: datetime | None
    flow_time_s: int | None
    reason: str | None
    active_s: int
    waiting_s: int
    blocked_s: int
    gap_s: int
    reopened: int
    stage_s: dict[str, int]
    open_stage_s: dict[str, int]


@dataclass(slots=True)
class _Delivery:
    committed: datetime | None = None
    done: datetime | None = None
    cancelled: datetime | None = None
    reopened: int = 0


@dataclass(slots=True)
class _Parts:
    active: int = 0
    waiting: int = 0
    blocked: int = 0
    gap: int = 0
    stages: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay in one status; `end` None: there now."""

    start: datetime
    end: datetime | None
    status: Status


def visits(item: Item, statuses: dict[str, Status]) -> list[Visit]:
    """Every stay in order, from creation on; `statuses` by id, those of history among them."""
    moves = sorted(item.moves, key=lambda move: (move.at, move.id))
    first = moves[0].from_status if moves else item.first_status
    starts = [(item.created, first), *((move.at, move.to_status) for move in moves)]
    ends = [*(start for start, _ in starts[1:]), None]
    return [
        Visit(start, end, statuses[status])
        for (start, status), end in zip(starts, ends, strict=True)
    ]


def episodes_of(
    item: Item, statuses: dict[str, Status], *, now: datetime, reopen_window: timedelta
) -> tuple[Episode, ...]:
    """The deliveries in order, at least one; leaving DONE after the window begins another."""
    stays = visits(item, statuses)
    return tuple(
        _episode(delivery, item, stays, now) for delivery in _deliveries(stays, reopen_window)
    )


def idea_at(item: Item, items: dict[str, Item]) -> datetime:
    """The earliest creation over the item, its ancestors and the ideas that they implement, five
    levels up.
    """
    earliest, level = item.created, [item]
    for _ in range(5):
        above = [items[up] for one in level for up in (one.epic, one.idea) if up]
        earliest = min([earliest, *(one.created for one in above)])
        level = above
    return earliest


def _deliveries(stays: list[Visit], reopen_window: timedelta) -> list[_Delivery]:
    found = [_Delivery()]
    for stay in stays:
        state, current = stay.status.state, found[-1]
        rested = current.done or current.cancelled
        resting = "done" if current.done else "cancelled" if current.cancelled else None
        if state == resting:
            continue  # between two DONE statuses nothing new is finished
        if rested is not None:
            if stay.start - rested <= reopen_window:
                current.reopened += resting == "done"
                current.done = current.cancelled = None
            else:
                current = _Delivery(committed=stay.start)
                found.append(current)
        if state == "done":
            current.done = stay.start
        elif state == "cancelled":
            current.cancelled = stay.start
        elif state in ("waiting", "active") and current.committed is None:
            current.committed = stay.start
    return found


def _episode(delivery: _Delivery, item: Item, stays: list[Visit], now: datetime) -> Episode:
    started, ended = delivery.committed, delivery.done or delivery.cancelled
    parts = _Parts()
    if started is not None:
        parts = _sweep(item, stays, started, ended or now)
    flow = None
    if started is not None and delivery.done is not None:
        flow = int((delivery.done - started).total_seconds())
    return Episode(
        committed_at=started, done_at=delivery.done, cancelled_at=delivery.cancelled,
        flow_time_s=flow, reason=_reason(delivery), active_s=parts.active,
        waiting_s=parts.waiting, blocked_s=parts.blocked, gap_s=parts.gap,
        reopened=delivery.reopened, stage_s=parts.stages if ended else {},
        open_stage_s={} if ended else parts.stages,
    )  # fmt: skip


def _reason(delivery: _Delivery) -> str | None:
    if delivery.cancelled:
        return "cancelled"
    if delivery.done:
        return None if delivery.committed else "no_start"
    return "open" if delivery.committed else "not_started"


def _sweep(item: Item, stays: list[Visit], start: datetime, end: datetime) -> _Parts:
    """Cut [start, end) wherever anything changes; nothing changes inside a piece, so its start
    speaks for it.
    """
    cuts = {start, end}
    cuts.update(stay.start for stay in stays)
    cuts.update(flag.start for flag in item.flags)
    cuts.update(flag.end for flag in item.flags if flag.end)
    inside = sorted(cut for cut in cuts if start <= cut <= end)
    parts = _Parts()
    for piece, following in pairwise(inside):
        status = _status_at(stays, piece)
        seconds = int((following - piece).total_seconds())
        parts.stages[status.stage] = parts.stages.get(status.stage, 0) + seconds
        if status.state in ("done", "cancelled"):
            parts.gap += seconds
            continue
        blocked = any(f.start <= piece and (f.end is None or piece < f.end) for f in item.flags)
        parts.blocked += seconds if blocked else 0
        if status.state == "active" and not blocked:
            parts.active += seconds
        else:
            parts.waiting += seconds
    return parts


def _status_at(stays: list[Visit], at: datetime) -> Status:
    return next(s.status for s in stays if s.start <= at and (s.end is None or at < s.end))

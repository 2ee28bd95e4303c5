"""The history of an item as its visits of statuses, made of the changes that a tracker tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.records import Field, Transition, WorkItem


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay in a status, by its id. left_at: None while the item is there.

    assigned: whether anybody had the item at some time of it. handed: whether another one moved it
    on than had moved it in; None where either is not told.
    """

    status: str
    entered_at: datetime
    left_at: datetime | None = None
    assigned: bool = False
    handed: bool | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The visits of one item, oldest first; never empty. `resolution` is "" where there is none."""

    type: str
    visits: tuple[Visit, ...]
    resolution: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """Each status once, in the order in which the item first came to it."""
        return tuple(dict.fromkeys(visit.status for visit in self.visits))


def history_of(item: WorkItem, changes: Iterable[Transition]) -> History:
    """The history of an item by all its changes; those of other fields than status and assignee are
    passed over. One without any change of status has been where it is since it was created.
    """
    ordered = sorted(changes, key=lambda change: (change.at, change.seq))
    moves = [c for c in ordered if c.field is Field.STATUS and c.to_id]
    owned = _owned(item, [c for c in ordered if c.field is Field.ASSIGNEE])
    first = (moves[0].from_id if moves else None) or item.status_id
    stays = _stays(item, first, moves)
    visits = [
        Visit(
            stay.status,
            stay.since,
            until,
            assigned=any(
                a < (until or datetime.max.replace(tzinfo=a.tzinfo))
                and (b is None or b > stay.since)
                for a, b in owned
            ),
            handed=_handed(stay, leaver) if until else None,
        )
        for stay, until, leaver in _ends(stays)
    ]
    return History(item.type, tuple(visits), item.resolution)


@dataclass(frozen=True, slots=True)
class _Stay:
    status: str
    since: datetime
    by: str


def _stays(item: WorkItem, first: str, moves: Sequence[Transition]) -> list[_Stay]:
    """A move to where the item is already begins no new stay."""
    stays = [_Stay(first, item.created_at, "")]
    for move in moves:
        if move.to_id and move.to_id != stays[-1].status:
            stays.append(_Stay(move.to_id, move.at, move.actor.identity if move.actor else ""))
    return stays


def _ends(stays: Sequence[_Stay]) -> list[tuple[_Stay, datetime | None, str]]:
    following = [*stays[1:], None]
    return [
        (stay, after.since if after else None, after.by if after else "")
        for stay, after in zip(stays, following, strict=True)
    ]


def _handed(stay: _Stay, leaver: str) -> bool | None:
    return stay.by != leaver if stay.by and leaver else None


def _owned(item: WorkItem, changes: Sequence[Transition]) -> list[tuple[datetime, datetime | None]]:
    """When somebody had the item; before the first change, whoever that one took it from."""
    spans: list[tuple[datetime, datetime | None]] = []
    start = item.created_at if changes and changes[0].from_id else None
    for change in changes:
        if start is not None:
            spans.append((start, change.at))
        start = change.at if change.to_id else None
    return [*spans, (start, None)] if start is not None else spans

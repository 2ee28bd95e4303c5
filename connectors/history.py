"""Which part of a source's history is read next: the youngest first, each part longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.times import iso, utc

RECENT: Final = timedelta(days=90)
"""What the first run reads: enough to see numbers within minutes."""

YEAR: Final = timedelta(days=365)
"""What the second part reaches back to; the third is all the rest."""


@dataclass(frozen=True, slots=True)
class Older:
    """The part that is to be read next: from `since` (None: the beginning) up to `until`.

    at: how far it was read, ascending, by a run that was cut short. down_to: the same of a list
    that descends. begun: when reading it began.
    """

    since: datetime | None
    until: datetime
    at: datetime | None = None
    begun: datetime | None = None
    down_to: datetime | None = None

    @classmethod
    def first(cls, now: datetime, *, floor: datetime | None) -> Older | None:
        """What is left for later when the first run reads the last 90 days; None where no more
        history than that is wanted.
        """
        return _part(now - RECENT, now, floor)

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Older | None:
        """From what `kept` answered; None where the whole history is there."""
        if kept is None:
            return None
        times = {name: utc(str(at)) for name, at in kept.items()}
        begun, down_to = times.get("begun"), times.get("down_to")
        return cls(times.get("since"), times["until"], times.get("at"), begun, down_to)

    @property
    def start(self) -> datetime | None:
        """From where to ask."""
        return self.at or self.since

    @property
    def share(self) -> float | None:
        """How much of the part is read, by time; None where it has no first moment."""
        if self.since is None or self.until <= self.since:
            return None
        if self.down_to is not None:
            return (self.until - self.down_to) / (self.until - self.since)
        return ((self.at or self.since) - self.since) / (self.until - self.since)

    def reached(self, at: datetime | None, now: datetime) -> Older:
        """The same part with what was read of it."""
        later = max(filter(None, (self.at, at)), default=None)
        return replace(self, at=later, begun=self.begun or now)

    def lowered(self, at: datetime | None, now: datetime) -> Older:
        """The same of a list that descends: down to where it was read, None for no further."""
        reached = min(filter(None, (self.down_to, at)), default=self.until)
        return replace(self, down_to=min(reached, self.until), begun=self.begun or now)

    def next(self, now: datetime, *, floor: datetime | None) -> Older | None:
        """The part before this one, once this one is read; None at the end of the history."""
        return None if self.since is None else _part(self.since, now, floor)

    def kept(self) -> dict[str, str]:
        """As JSON that goes into a cursor."""
        times = {
            "since": self.since,
            "until": self.until,
            "at": self.at,
            "begun": self.begun,
            "down_to": self.down_to,
        }
        return {name: iso(at) for name, at in times.items() if at is not None}


def _part(until: datetime, now: datetime, floor: datetime | None) -> Older | None:
    if floor is not None and until <= floor:
        return None
    year = now - YEAR
    since = floor if until <= year + timedelta(days=1) else year
    if since is not None and floor is not None:
        since = max(since, floor)
    return Older(since, until)

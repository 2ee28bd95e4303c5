"""Times as answers write them: ISO 8601 in UTC with a Z."""

from __future__ import annotations

from datetime import datetime

from core.frames import NONE, from_ts


def iso(ts: int | None) -> str | None:
    """`2026-11-21T06:00:00Z`; None for None and for `NONE`."""
    at = None if ts is None or ts == NONE else from_ts(ts)
    return None if at is None else iso_of(at)


def iso_of(at: datetime) -> str:
    """The same for an aware UTC datetime."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")

"""The wall clock, read in one place."""

from __future__ import annotations

from datetime import UTC, datetime


def now_ts() -> int:
    """Epoch seconds UTC, now."""
    return int(datetime.now(UTC).timestamp())

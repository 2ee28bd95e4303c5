"""What every list in order of time needs: the source's clock, the wanted history, times of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from connectors.http import SourceClient
from connectors.stream import Payload, Reading
from core.errors import PayloadError, SourceAnswerError


def server_time(client: SourceClient) -> datetime:
    """The present moment by the source's clock, by its last answer."""
    return datetime.now(UTC) + timedelta(seconds=client.clock_offset_s or 0.0)


def beginning(reading: Reading) -> datetime | None:
    """The first moment of the history that is wanted; None for all of it."""
    return datetime.combine(reading.since, time(), UTC) if reading.since else None


def time_of(at: Callable[[Payload], datetime], row: Payload) -> datetime | None:
    """None for a row without a readable time: it is handed on, and counted where it is parsed."""
    try:
        return at(row)
    except (PayloadError, KeyError, TypeError, ValueError):
        return None


def require_order(path: str, ascending: Iterable[datetime], *, tolerance: timedelta) -> None:
    """`SourceAnswerError` where a server ignored the order that was asked for: what was skipped
    would never be asked for again. Only times from before the pass: what changes during it may
    stand anywhere.
    """
    for older, newer in pairwise(ascending):
        if newer < older - tolerance:
            raise SourceAnswerError(
                f"{path}: not in the order that was asked for; "
                "the server ignores it, nothing more is read from it"
            )

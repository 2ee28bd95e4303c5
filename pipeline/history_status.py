"""How far back the history of a source is there while the older part is still being read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.history import Older
from connectors.stream import Cursor
from pipeline.progress import Part
from pipeline.times import iso
from store.cursors import StreamState

Answer = dict[str, Any]
_ENOUGH = 0.02
"""Before so much of a part is read, no end is foretold."""


def parts_left(states: Iterable[StreamState]) -> list[Older]:
    """The parts of the history that are read next; empty where all that is wanted is there."""
    return [part for state in states if (part := Older.of(state.cursor.get("older")))]


def back_to(parts: Sequence[Older]) -> int | None:
    """From when on everything is there, None where nothing is left to be read."""
    return max((int(part.until.timestamp()) for part in parts), default=None)


def loading(parts: Sequence[Older], *, as_of: int) -> Answer | None:
    """None where all that is wanted is there. Else `back_to`: what is younger is complete;
    `reading_from` (null: the beginning), `share` of the part that is being read and when it is
    expected to end, null where that can't be told yet.
    """
    if not parts:
        return None
    slowest = min(parts, key=lambda part: (-part.until.timestamp(), part.share or 0.0))
    starts = [part.since for part in parts]
    earliest = None if None in starts else min(start for start in starts if start)
    return {
        "back_to": iso(back_to(parts)),
        "reading_from": _iso(earliest),
        "share": slowest.share,
        "expected_at": _expected(slowest, as_of),
    }


def part_read(before: Cursor, now: Cursor, now_ts: int) -> Part | None:
    """The part of the history that a run reads which began at the cursor `before`; None where the
    history is not read in parts, or is whole.
    """
    going, left = Older.of(before.get("older")), Older.of(now.get("older"))
    if going is None:
        share = _share_of_newest(left.until, now, now_ts) if left else None
        return Part(left.until, share, more=True) if left else None
    if left is None or left.until != going.until:
        return Part(going.since, 1.0, more=left is not None)
    return Part(going.since, left.share if left.begun else None)


def _share_of_newest(since: datetime, now: Cursor, now_ts: int) -> float | None:
    mark = now.get("watermark")
    if not isinstance(mark, str):
        return None
    start = since.timestamp()
    read = (datetime.fromisoformat(mark).timestamp() - start) / max(now_ts - start, 1)
    return min(max(read, 0.0), 1.0)


def _expected(part: Older, as_of: int) -> str | None:
    if part.share is None or part.share < _ENOUGH or part.begun is None:
        return None
    elapsed = as_of - part.begun.timestamp()
    return iso(int(as_of + elapsed * (1 - part.share) / part.share))


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(int(moment.astimezone(UTC).timestamp()))

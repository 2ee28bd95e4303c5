"""What differs between two definitions of a stream: in words, and in whose time it touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from core.frames import NONE

UNMAPPED = "unmapped"
_OVER = frozenset({"done", "cancelled"})
_FOREVER = 1 << 40

Value = str | bool | Sequence[str]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status means from `since_ts` (0: always) on; stage "" where there are no stages."""

    since_ts: int
    stage: str
    state: str


@dataclass(frozen=True)
class StreamDefinition:
    """All that the facts of a stream depend on besides the records.

    meanings: of each mapped status, by its id, in the order of time. known: ids of all statuses
    that its tracker had shown. names: of statuses, for people. kinds: of work by the tracker's
    type. rules: everything else, by its place in the configuration.
    """

    meanings: Mapping[int, Sequence[Meaning]]
    known: frozenset[int]
    names: Mapping[int, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Value] = field(default_factory=dict)
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Move:
    """A status that means something else. kind: moved, mapped or unmapped. seconds: of the time in
    it that counts otherwise; items: whose.
    """

    status_id: int
    name: str
    kind: str
    before: str
    after: str
    items: int
    seconds: int


def changed_words(old: StreamDefinition, new: StreamDefinition) -> list[str]:
    """What changed, a line each: statuses, then kinds of work, then rules; empty where nothing did.

    A status that was not known before is no change: nothing was in it.
    """
    found = [_status_words(status, old, new) for status in moved_statuses(old, new)]
    for name in sorted({*old.kinds, *new.kinds}):
        pair = [one.kinds.get(name, "no kind") for one in (old, new)]
        if pair[0] != pair[1]:
            found.append(f'type "{name}": {pair[0]} -> {pair[1]}')
    return found + rule_words(old.rules, new.rules)


def rule_words(old: Mapping[str, Value], new: Mapping[str, Value]) -> list[str]:
    """What changed of rules by their place in the configuration, a line each."""
    found = []
    for name in dict.fromkeys([*new, *old]):
        before, after = old.get(name, ""), new.get(name, "")
        if before != after:
            found.append(f"{name} {_shown(before)} -> {_shown(after)}")
    return found


def moved_statuses(old: StreamDefinition, new: StreamDefinition) -> list[int]:
    """Ids of statuses known to both that mean something else, by name."""
    both = {*old.meanings, *new.meanings} & old.known
    moved = [one for one in both if list(old.meanings.get(one, ())) != list(_of(new, one))]
    return sorted(moved, key=lambda one: (_name(one, old, new).casefold(), one))


def moves(
    old: StreamDefinition, new: StreamDefinition, visits: pd.DataFrame, *, as_of: int
) -> list[Move]:
    """Each status that moved, with the time in it. visits: item_id, status_id, start_ts, end_ts
    (NONE lasts: it counts up to `as_of`). Time that is over work under both is nobody's.
    """
    found = []
    for status in moved_statuses(old, new):
        own = visits[visits["status_id"] == status]
        items: set[int] = set()
        seconds = 0
        start = own["start_ts"].to_numpy(np.int64)
        end = own["end_ts"].to_numpy(np.int64)
        end = np.where(end == NONE, np.maximum(as_of, start), end)
        for low, high, counts in _differing(_of(old, status), _of(new, status)):
            span = np.minimum(end, high) - np.maximum(start, low)
            touched = (span > 0) | ((start == end) & (start >= low) & (start < high))
            items.update(own["item_id"].to_numpy(np.int64)[touched].tolist())
            seconds += int(span[span > 0].sum()) if counts else 0
        before, after = (_told(_of(one, status), one.zone) for one in (old, new))
        kind = "mapped" if before == UNMAPPED else "unmapped" if after == UNMAPPED else "moved"
        name = _name(status, old, new)
        found.append(Move(status, name, kind, before, after, len(items), seconds))
    return found


def meaning_at(meanings: Sequence[Meaning], ts: int) -> Meaning | None:
    """What a status means at a moment; None where nothing maps it then."""
    return next((one for one in reversed(meanings) if one.since_ts <= ts), None)


def dated(definition: StreamDefinition) -> dict[int, list[str]]:
    """By the moment from which on a status means something else within one definition, in words."""
    found: dict[int, list[str]] = {}
    for status, meanings in sorted(definition.meanings.items()):
        for one in meanings:
            if one.since_ts > 0:
                before = _one(meaning_at(meanings, one.since_ts - 1))
                name = definition.names.get(status, str(status))
                words = f'status "{name}": {before} -> {_one(one)}'
                found.setdefault(one.since_ts, []).append(words)
    return found


def _differing(old: Sequence[Meaning], new: Sequence[Meaning]) -> Iterator[tuple[int, int, bool]]:
    """(from, to, whether time counts) of each stretch in which the two mean different things."""
    edges = sorted({0, *(one.since_ts for one in (*old, *new))})
    for low, high in zip(edges, [*edges[1:], _FOREVER], strict=True):
        pair = [meaning_at(meanings, low) for meanings in (old, new)]
        told = [None if one is None else (one.stage, one.state) for one in pair]
        if told[0] != told[1]:
            states = {UNMAPPED if one is None else one.state for one in pair}
            yield low, high, not states <= _OVER


def _of(definition: StreamDefinition, status: int) -> Sequence[Meaning]:
    return definition.meanings.get(status, ())


def _name(status: int, old: StreamDefinition, new: StreamDefinition) -> str:
    return new.names.get(status) or old.names.get(status) or str(status)


def _status_words(status: int, old: StreamDefinition, new: StreamDefinition) -> str:
    name, before, after = _name(status, old, new), _of(old, status), _of(new, status)
    if len(before) == len(after) == 1 and before[0].since_ts == after[0].since_ts:
        one, other = before[0], after[0]
        if one.stage == other.stage and one.stage:
            return f'stage {one.stage}: status "{name}" {one.state} -> {other.state}'
    return f'status "{name}": {_told(before, old.zone)} -> {_told(after, new.zone)}'


def _told(meanings: Sequence[Meaning], zone: str) -> str:
    """`Review (waiting)`; each from its day on where there are days."""
    if not meanings:
        return UNMAPPED
    parts = []
    for one in meanings:
        day = datetime.fromtimestamp(one.since_ts, ZoneInfo(zone)).date()
        parts.append(f"{_one(one)} from {day}" if one.since_ts > 0 else _one(one))
    return ", ".join(parts)


def _one(meaning: Meaning | None) -> str:
    if meaning is None:
        return UNMAPPED
    return f"{meaning.stage} ({meaning.state})" if meaning.stage else meaning.state


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value or "none"
    return f"[{', '.join(value)}]"

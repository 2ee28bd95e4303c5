"""How each source is doing: when it was read, how late it is, what failed and what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from connectors.budget import HOUR_S
from core.settings import Settings
from core.source_settings import AnySource, EventsSource
from pipeline.health import Health, Tally, decoded
from pipeline.history_status import loading, parts_left
from pipeline.standing import turn_of
from pipeline.times import iso
from store import cursors, raw
from store.cursors import StreamState
from store.sources import source_ids

Answer = dict[str, Any]
States = Mapping[str, Sequence[StreamState]]
STATES = ("green", "syncing", "partial", "red", "never")
_LATE_AFTER = 3


@dataclass(frozen=True, slots=True)
class SourceLevel:
    """One source in numbers. state: one of `STATES`. lag_s: since the moment up to which it is
    read, None where it was never read. tally: of its passes, None where they were not counted.
    A source that reports by itself has no lag, no interval and no passes.
    """

    name: str
    kind: str
    state: str
    lag_s: int | None
    every_s: int | None
    last_success_ts: int | None
    tally: Tally | None


def source_rows(session: Session, settings: Settings, *, as_of: int) -> list[Answer]:
    """One row per configured source, in their order; one that was never read says so."""
    states = source_states(session)
    ids = source_ids(session)
    return [
        _row(
            source,
            states.get(source.name, ()),
            *_counts(session, ids.get(source.name)),
            as_of=as_of,
        )
        for source in settings.sources
    ]


def source_standings(session: Session, settings: Settings, *, as_of: int) -> list[Answer]:
    """The same in short, without counting records: for who is told each time that it moves."""
    states = source_states(session)
    return [
        {
            "name": source.name,
            **_standing(source, _whole(states.get(source.name, ())), as_of=as_of),
            "history": loading(parts_left(states.get(source.name, ())), as_of=as_of),
        }
        for source in settings.sources
        if not isinstance(source, EventsSource)
    ]


def source_levels(states: States, settings: Settings, *, as_of: int) -> list[SourceLevel]:
    """One per configured source, in their order, as of this second."""
    return [_level(source, states.get(source.name, ()), as_of) for source in settings.sources]


def _level(source: AnySource, states: Sequence[StreamState], as_of: int) -> SourceLevel:
    if isinstance(source, EventsSource):
        last = _last_success(states)
        state = "never" if last is None else "green"
        return SourceLevel(source.name, source.kind, state, None, None, last, None)
    whole = _whole(states)
    mark = whole.watermark_ts if whole else None
    return SourceLevel(
        source.name,
        source.kind,
        _standing(source, whole, as_of=as_of)["state"],
        None if mark is None else max(0, as_of - mark),
        int(source.every.total_seconds()),
        whole.last_success_ts if whole else None,
        _tally(whole),
    )


def _tally(whole: StreamState | None) -> Tally | None:
    """None where passes were made before they were counted, and none since."""
    if whole is None:
        return Tally()
    return decoded(whole.health).tally if "tally" in whole.health else None


def source_states(session: Session) -> States:
    """The state of everything that is read, by the name of its source."""
    states: dict[str, list[StreamState]] = defaultdict(list)
    for state in cursors.all_states(session):
        states[state.source].append(state)
    return states


def _counts(session: Session, source_id: int | None) -> tuple[dict[str, int], dict[str, int]]:
    if source_id is None:
        return {}, {}
    return raw.count_records(session, source_id), raw.count_unparsed(session, source_id)


def _row(
    source: AnySource,
    states: Sequence[StreamState],
    records: dict[str, int],
    unparsed: dict[str, int],
    *,
    as_of: int,
) -> Answer:
    if isinstance(source, EventsSource):
        return _pushed(source, states, records, unparsed, as_of=as_of)
    whole = _whole(states)
    return {
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        **_standing(source, whole, as_of=as_of),
        "failing_since": iso(whole.last_error_ts) if whole and whole.last_error else None,
        "every_s": int(source.every.total_seconds()),
        "last_success_at": iso(whole.last_success_ts) if whole else None,
        "history_from": source.history.isoformat() if source.history else None,
        "history": loading(parts_left(states), as_of=as_of),
        "records": sum(records.values()),
        "unparsed": sum(unparsed.values()),
        "requests": whole.requests if whole else 0,
        **health_row(source, decoded(whole.health if whole else {}), as_of=as_of),
        "turn": turn_of(source, whole, now=as_of),
        "streams": _streams(states, records, unparsed),
    }


def _whole(states: Sequence[StreamState]) -> StreamState | None:
    """The row of the source as a whole; None before it was read."""
    return next((state for state in states if state.key.stream == ""), None)


def _standing(source: AnySource, whole: StreamState | None, *, as_of: int) -> Answer:
    """How it is doing, in a word; up to when it was read, and whether that is too long ago."""
    mark = whole.watermark_ts if whole else None
    syncing = bool(whole and whole.lease_owner and (whole.lease_until_ts or 0) > as_of)
    error = whole.last_error if whole else ""
    partial = whole.note if whole else ""
    if error:
        state = "red"
    elif syncing:
        state = "syncing"
    elif partial:
        state = "partial"
    else:
        state = "green" if mark is not None else "never"
    return {
        "state": state,
        "message": error or partial or None,
        "watermark_at": iso(mark),
        "late": mark is None or as_of - mark > _LATE_AFTER * int(source.every.total_seconds()),
    }


def health_row(source: AnySource, health: Health, *, as_of: int) -> Answer:
    """Who reads, how the clocks differ, and what may still be asked in this hour."""
    spent, left = health.spent_at(as_of), health.left_at(as_of)
    return {
        "account": health.account or None,
        "version": " ".join(filter(None, (health.product, health.version))) or None,
        "clock_offset_s": health.clock_offset_s,
        "budget": {
            "requests_per_hour": source.budget.requests_per_hour,
            "used": spent.requests if spent else 0,
            "renews_at": iso(spent.from_ts + HOUR_S) if spent else None,
        },
        "quota": {
            "limit": left.limit,
            "remaining": left.remaining,
            "known_at": iso(left.at_ts),
            "renews_at": iso(left.renews_ts),
        }
        if left
        else None,
    }


def _last_success(states: Sequence[StreamState]) -> int | None:
    return max((one.last_success_ts for one in states if one.last_success_ts), default=None)


def _pushed(
    source: EventsSource,
    states: Sequence[StreamState],
    records: dict[str, int],
    unparsed: dict[str, int],
    *,
    as_of: int,
) -> Answer:
    """One that reports by itself has no interval: it is never late, and read up to no moment."""
    last = _last_success(states)
    return {
        "name": source.name,
        "kind": source.kind,
        "url": "",
        "state": "never" if last is None else "green",
        "message": None,
        "failing_since": None,
        "every_s": 0,
        "last_success_at": iso(last),
        "watermark_at": None,
        "late": False,
        "history_from": None,
        "history": None,
        "records": sum(records.values()),
        "unparsed": sum(unparsed.values()),
        "requests": 0,
        "turn": turn_of(source, None, now=as_of),
        "streams": _streams(states, records, unparsed),
        **health_row(source, Health(), as_of=as_of),
    }


def _streams(
    states: Sequence[StreamState], records: dict[str, int], unparsed: dict[str, int]
) -> list[Answer]:
    grouped: dict[str, list[StreamState]] = defaultdict(list)
    for state in states:
        if state.key.stream:
            grouped[state.key.stream].append(state)
    rows = []
    for name, scopes in sorted(grouped.items()):
        errors = [_scoped(one, one.last_error) for one in scopes if one.last_error]
        notes = [_scoped(one, one.note) for one in scopes if one.note]
        successes = [one.last_success_ts for one in scopes]
        oldest = None if None in successes else min(at for at in successes if at is not None)
        marks = [one.watermark_ts for one in scopes if one.watermark_ts is not None]
        rows.append(
            {
                "name": name,
                "scopes": len(scopes),
                "records": records.get(name, 0),
                "unparsed": unparsed.get(name, 0),
                "last_success_at": iso(oldest),
                "watermark_at": iso(max(marks, default=None)),
                "error": "; ".join(errors) or None,
                "note": "; ".join(notes) or None,
            }
        )
    return rows


def _scoped(state: StreamState, text: str) -> str:
    return f"{state.key.scope}: {text}" if state.key.scope else text

"""Who holds what: the processes that collect, and whose turn each source is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.duration import duration_text
from core.settings import Settings
from core.source_settings import AnySource, EventsSource
from pipeline.lease import WHOLE
from pipeline.owner import is_dead, is_near, process_of, told
from pipeline.presence import LOST_AFTER_S
from pipeline.times import iso
from store import cursors
from store.clock import database_ts
from store.cursors import StreamState
from store.raw_bodies import last_forgotten
from store.workers import Worker, all_workers

Answer = dict[str, Any]
HELD, LOST, WAITS, DUE, REPORTS = "held", "lost", "waits", "scheduled", "reports"


def standing(session: Session, settings: Settings) -> Answer:
    """The processes that collect (the oldest first) and the sources: those that are held, those
    that wait (the longest first), then those that are due later.

    Times are those of the database. A process is `lost` once it is known to be dead, or, on another
    machine, said nothing for a minute; a source whose holder is lost goes to another one at
    `held_until`, or at once where the dead process is one of the machine of a living one.
    """
    now = database_ts(session)
    workers = [_worker(one, now) for one in all_workers(session)]
    lost = {one["name"] for one in workers if one["state"] == LOST}
    whole = {one.source: one for one in cursors.states_of(session, WHOLE)}
    rows = [_source(source, whole, lost, now) for source in settings.sources]
    for one in workers:
        one["reading"] = [row["name"] for row in rows if row["_process"] == one["name"]]
        one["name"] = told(one["name"])
    for row in rows:
        del row["_process"]
    order = (HELD, LOST, WAITS, DUE, REPORTS)
    rows.sort(key=lambda row: (order.index(row["state"]), row["due_at"] or "", row["name"]))
    return {
        "as_of": iso(now),
        "workers": workers,
        "sources": rows,
        "retention": _retention(session, settings),
    }


def _retention(session: Session, settings: Settings) -> Answer:
    """How long payloads are kept, null for good; when old ones were last gone through."""
    kept = settings.retention.raw_payloads
    return {
        "raw_payloads": None if kept is None else duration_text(kept),
        "last_at": iso(last_forgotten(session)),
    }


def turn_of(source: AnySource, whole: StreamState | None, *, now: int) -> Answer:
    """Whose turn a source is. waits_s: how long it is due and nobody has taken it, null where it
    does not wait, or was never read; failures: how often in a row it could not be read at all.
    """
    if isinstance(source, EventsSource):
        return _turn(REPORTS)
    if whole is None:
        return _turn(WAITS)
    if whole.lease_owner:
        state = LOST if (whole.lease_until_ts or 0) <= now or is_dead(whole.lease_owner) else HELD
        return _turn(
            state,
            held_by=told(whole.lease_owner),
            held_since=iso(whole.lease_since_ts),
            held_until=iso(whole.lease_until_ts),
            failures=whole.failures,
        )
    due = whole.due_ts
    waits = due is None or due <= now
    return _turn(
        WAITS if waits else DUE,
        due_at=iso(due),
        waits_s=now - due if waits and due is not None else None,
        failures=whole.failures,
    )


def _turn(
    state: str,
    *,
    held_by: str | None = None,
    held_since: str | None = None,
    held_until: str | None = None,
    due_at: str | None = None,
    waits_s: int | None = None,
    failures: int = 0,
) -> Answer:
    return {
        "state": state,
        "held_by": held_by,
        "held_since": held_since,
        "held_until": held_until,
        "due_at": due_at,
        "waits_s": waits_s,
        "failures": failures,
    }


def _worker(one: Worker, now: int) -> Answer:
    silent = one.seen_ts < now - LOST_AFTER_S
    lost = is_dead(one.name) or (silent and not is_near(one.name))
    return {
        "name": one.name,
        "kind": one.kind,
        "state": LOST if lost else "alive",
        "since": iso(one.started_ts),
        "seen_at": iso(one.seen_ts),
        "seen_s": max(0, now - one.seen_ts),
        "at_once": one.slots,
        "doing": one.doing or None,
    }


def _source(
    source: AnySource, states: Mapping[str, StreamState], lost: set[str], now: int
) -> Answer:
    whole = states.get(source.name)
    turn = turn_of(source, whole, now=now)
    process = process_of(whole.lease_owner) if whole and whole.lease_owner else None
    if turn["state"] == HELD and process in lost:
        turn["state"] = LOST
    every = None if isinstance(source, EventsSource) else int(source.every.total_seconds())
    return {
        "name": source.name,
        "kind": source.kind,
        **turn,
        "every_s": every,
        "last_success_at": iso(whole.last_success_ts) if whole else None,
        "message": (whole.last_error or whole.note or None) if whole else None,
        "_process": process,
    }


def waiting(answer: Answer) -> Sequence[str]:
    """The sources that wait for somebody to take them."""
    return [row["name"] for row in answer["sources"] if row["state"] in (WAITS, LOST)]

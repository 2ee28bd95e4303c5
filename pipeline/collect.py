"""One pass over one source, from opening it to recording how it went."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

import structlog
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from connectors.http import request_count
from connectors.stream import Stream, Wanted
from core.errors import (
    SourceBusyError,
    SourceError,
    SourcePausedError,
    StoppedError,
)
from core.source_settings import AnySource
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.health import Health, Round, decoded, encoded
from pipeline.lease import WHOLE, held
from pipeline.opening import connected, opened
from pipeline.people import judge_anew
from pipeline.permission import check_account, lost_scopes, without_census
from pipeline.progress import Progress, Silent
from pipeline.source_pass import SourcePass
from pipeline.source_report import SourceReport
from pipeline.stopping import Stop
from pipeline.stream_counts import StreamCounts
from pipeline.wanted import fingerprint
from store import cursors, hooks
from store.cursors import StreamKey
from store.sources import SourceRow, ensure_sources

log = structlog.get_logger()
_REPEATED_FOR_S = 7 * 86_400  # vendors repeat a delivery for three days at most


@dataclass(frozen=True, slots=True)
class _Order:
    """What a pass is to read: `turn` is its round; `going_on` the one that it goes on with, None
    where it begins one; `noted` the last hint before it, None where it reads only some streams;
    `health` what is known from the passes before.
    """

    source_id: int
    turn: Round
    going_on: Round | None
    noted: int | None
    health: Health


@dataclass(slots=True)
class _Outcome:
    """What is known of a pass, however far it came."""

    health: Health
    streams: dict[str, StreamCounts] = field(default_factory=dict)
    requests: int = 0
    error: str = ""
    paused: str = ""


def collect(
    source: AnySource,
    database: Database,
    wanted: Wanted,
    *,
    progress: Progress | None = None,
    full: bool = False,
    since: date | None = None,
    only: frozenset[str] = frozenset(),
    again: str = "",
    stop: Stop | None = None,
    owner: str = "",
) -> SourceReport:
    """Read what changed at one source into the store. A fault of the source is in the report, not
    raised; `StoppedError` when asked to stop.

    only: the streams to be read, with those that they are read over; none for all. again: a scope
    (`pipeline/again.py`) of which everything is read again, and of the rest what changed.
    owner: who has leased the source already, empty for nobody.
    Where the configuration asks otherwise than in the last good pass, everything is read again:
    payloads that did not change mean something else now.
    """
    stop = stop or Stop()
    source_id = _number_of(source, database)
    try:
        with held(database, source_id, source.name, wait=stop.sleep, owner=owner) as renew:
            order = _ordered(database, source_id, fingerprint(source, wanted), full=full, only=only)
            outcome, spent = _Outcome(order.health), order.health.spent
            with _told(database, source_id, outcome), opened(source, stop, spent=spent) as client:
                one = SourcePass(
                    source_id, source.name, database, client, progress or Silent(), renew, stop
                )
                one.trusting, one.since, one.again = full, since or source.history, again
                _read(one, source, wanted, only, order, outcome)
            return _record(database, source.name, order, outcome, renew)
    except SourceBusyError as busy:
        return SourceReport(source.name, error=str(busy), busy=True)


def _number_of(source: AnySource, database: Database) -> int:
    with database.writing() as session:
        row = SourceRow(source.name, source.kind, source.url)
        return ensure_sources(session, [row])[source.name]


@contextmanager
def _told(database: Database, source_id: int, outcome: _Outcome) -> Iterator[None]:
    """Faults go into the outcome, so that the other sources are read and linked all the same; what
    a pass that is asked to stop used up of the budget is kept.
    """
    try:
        yield
    except SourceBusyError:  # another process took over: what became of it is for that one to tell
        raise
    except SourcePausedError as raised:
        outcome.paused = str(raised)
    except SourceError as raised:
        outcome.error = str(raised)
    except StoppedError:
        with database.writing() as session:
            key = StreamKey(source_id, WHOLE)
            cursors.save_health(session, key, encoded(outcome.health))
        raise
    except DatabaseError:
        raise
    except Exception as fault:
        # Neither its words, which may quote what was read, nor the other sources are to suffer.
        place = traceback.extract_tb(fault.__traceback__)[-1]
        outcome.error = (
            f"a fault of Headwater's own ({type(fault).__name__} in {place.name}, line"
            f" {place.lineno}); what was read is stored, please report it"
        )


def _ordered(
    database: Database, source_id: int, asked: str, *, full: bool, only: frozenset[str]
) -> _Order:
    with database.read() as session:
        state = cursors.load_state(session, StreamKey(source_id, WHOLE))
        noted = None if only else hooks.last_hint(session, source_id)
    health = decoded(state.health)
    full = full or state.cursor.get("asked") not in (None, asked)
    before = health.round
    if only or before is None or before.asked != asked:
        return _Order(source_id, Round(now_ts(), asked, full), None, noted, health)
    turn = replace(before, full=full or before.full)
    return _Order(source_id, turn, before, noted, health)


def _read(
    one: SourcePass,
    source: AnySource,
    wanted: Wanted,
    only: frozenset[str],
    order: _Order,
    outcome: _Outcome,
) -> None:
    """Only who asks for everything trusts that what vanished is gone; of a changed configuration
    it is not said, it may want less.
    """
    one.full, one.round, one.counts = order.turn.full, order.going_on, outcome.streams
    health = outcome.health
    try:
        found = connected(one.client, source, wanted)
        if not one.trusting:
            check_account(source.name, health, found)
        outcome.error = "" if one.full else lost_scopes(source.name, health, found)
        health = health if outcome.error else health.accepting(found)
        streams = _needed(found.streams, only)
        if one.full and not only:
            begins = one.round is None
            judge_anew(one.database, one.source_id, fingerprint(source, wanted), begins=begins)
        one.run(without_census(streams) if outcome.error else streams)
    finally:
        outcome.requests, outcome.health = request_count(one.client), health.after(one.client)


def _needed(streams: Sequence[Stream], only: frozenset[str]) -> list[Stream]:
    """These streams and those whose payloads are their scopes."""
    names = set(only) | {stream.over for stream in streams if stream.name in only}
    return [stream for stream in streams if not only or stream.name in names]


def _record(
    database: Database,
    name: str,
    order: _Order,
    outcome: _Outcome,
    renew: Callable[[Session], None],
) -> SourceReport:
    """The report of the pass, stored as the state of the source."""
    report = SourceReport(name, outcome.streams, outcome.requests, outcome.error, outcome.paused)
    message = "; ".join(report.problems)
    key = StreamKey(order.source_id, WHOLE)
    with database.writing() as session:
        renew(session)
        tally = decoded(cursors.load_state(session, key).health).tally.after(report)
        health = replace(outcome.health, round=_left_of(order, report), tally=tally)
        cursors.save_health(session, key, encoded(health))
        if message:
            cursors.save_error(session, key, message, now_ts=now_ts())
        elif report.paused:
            cursors.save_partial(session, key, f"partial: {report.paused}")
        elif order.noted is not None:
            _ended(session, key, order, report)
    log.info(
        "source_collected",
        source=name,
        seen=report.seen,
        changed=report.changed,
        unparsed=report.unparsed,
        requests=report.requests,
        error=message or None,
        paused=report.paused or None,
    )
    return report


def _left_of(order: _Order, report: SourceReport) -> Round | None:
    """The round that the next pass goes on with: of one that was paused, and of one that takes
    everything as new and met a fault, which must not take the rest as new for ever.
    """
    if order.noted is None:
        return None
    if report.paused:
        return replace(order.turn, paused=True)
    return replace(order.turn, paused=False) if report.problems and order.turn.full else None


def _ended(session: Session, key: StreamKey, order: _Order, report: SourceReport) -> None:
    """All streams were read well."""
    turn = order.turn
    cursors.save_cursor(session, key, {"asked": turn.asked}, watermark_ts=turn.from_ts)
    cursors.save_success(session, key, now_ts=now_ts(), requests=report.requests)
    hooks.clear(session, order.source_id, last=order.noted or 0)  # a whole pass has read them, too
    hooks.forget_deliveries(session, order.source_id, before_ts=turn.from_ts - _REPEATED_FOR_S)

"""Forgets the bodies of old payloads, where the configuration says so; records, links and facts are
made of rows, and stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from connectors.forgettable import FORGETTABLE, IsFinal
from core.errors import HeadwaterError, StoppedError
from core.log import one_run
from core.settings import Settings
from metrics.periods import DAY
from pipeline.clock import now_ts
from pipeline.database import Database, lost
from pipeline.gaps import has_gap
from pipeline.stopping import Stop
from store import raw_bodies
from store.alone import first
from store.raw_bodies import Body
from store.sources import source_ids

log = structlog.get_logger()

EVERY_S: Final = 3_600
"""How often a process looks whether a day has passed."""
_FORGETTING: Final = 4
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Of one stream of a source: how many bodies, and their bytes as stored."""

    source: str
    stream: str
    payloads: int
    bytes: int


def forget_payloads(
    settings: Settings,
    database: Database,
    *,
    now: int,
    stop: Stop | None = None,
    dry_run: bool = False,
) -> list[Forgotten]:
    """Forget what is older than `raw_payloads` of `[retention]`, five hundred at a time, each with
    a commit: it may be ended at any point and be run again. Nothing where that is not set, or
    another process is at it; streams of which nothing goes are absent. dry_run: only say what would
    go.
    """
    kept = settings.retention.raw_payloads
    if kept is None:
        return []
    before_ts = now - int(kept.total_seconds())
    with first(database.engine, _FORGETTING) as mine:
        if not mine:
            return []
        found = [
            _forgotten(database, one, before_ts, stop or Stop(), dry_run=dry_run)
            for one in _streams(settings, database)
        ]
        if not dry_run:
            with database.writing() as session:
                raw_bodies.note_forgotten(session, now)
    return [one for one in found if one.payloads]


@dataclass(frozen=True, slots=True)
class _Stream:
    source: str
    source_id: int
    name: str
    is_final: IsFinal


def _streams(settings: Settings, database: Database) -> Iterator[_Stream]:
    with database.read() as session:
        stored = source_ids(session)
    for source in settings.polled:
        for name, is_final in FORGETTABLE.get(source.kind, {}).items():
            if source.name in stored:
                yield _Stream(source.name, stored[source.name], name, is_final)


def _forgotten(
    database: Database, stream: _Stream, before_ts: int, stop: Stop, *, dry_run: bool
) -> Forgotten:
    payloads, size, after = 0, 0, ""
    while True:
        stop.check()
        with database.read() as session:
            found = _page(session, stream, before_ts, after)
        going = [one for one in found if stream.is_final(one.payload) and not has_gap(one.payload)]
        if going and not dry_run:
            with database.writing() as session:
                raw_bodies.forget(
                    session, stream.source_id, stream.name, going, before_ts=before_ts
                )
        payloads += len(going)
        size += sum(one.size for one in going)
        if len(found) < _BATCH:
            return Forgotten(stream.source, stream.name, payloads, size)
        after = found[-1].external_id


def _page(session: Session, stream: _Stream, before_ts: int, after: str) -> list[Body]:
    where = (stream.source_id, stream.name)
    return raw_bodies.old_bodies(session, *where, before_ts=before_ts, after=after, limit=_BATCH)


@dataclass(slots=True)
class RetentionLook:
    """The look of the scheduler: once a day, whichever process looks first."""

    settings: Settings
    database: Database
    stop: Stop

    @one_run()
    def __call__(self) -> None:
        """A fault is told in the log, and waits for the next look."""
        if self.settings.retention.raw_payloads is None:
            return
        try:
            with self.database.read() as session:
                last = raw_bodies.last_forgotten(session)
            now = now_ts()
            if last is not None and 0 <= now - last < DAY:
                return
            gone = forget_payloads(self.settings, self.database, now=now, stop=self.stop)
            log.info(
                "payloads_forgotten",
                payloads=sum(one.payloads for one in gone),
                bytes=sum(one.bytes for one in gone),
            )
        except StoppedError:
            return
        except HeadwaterError as error:
            log.error("payloads_wait", error=str(error))
        except OperationalError as error:
            log.error("payloads_wait", error=str(lost(error)))

"""Checks of what must be done again and again: vacuum, statistics, payloads that grow old."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.duration import duration_text
from core.settings import Settings
from metrics.periods import DAY
from pipeline.database import Database
from pipeline.doctor.finding import Finding
from store import raw_bodies, upkeep
from store.upkeep import Kept

_DEAD_ROWS, _DEAD_SHARE = 50_000, 0.4
"""Twice what autovacuum leaves by itself: from there on it does not keep up, or is kept from it."""
_UNKNOWN_ROWS: Final = 10_000
_CHANGED_SHARE: Final = 0.5
_OLD_AGE: Final = 1_500_000_000
_LATE_DAYS: Final = 3
_LARGE_BYTES: Final = 1_000_000_000
_AUTOVACUUM: Final = "and see that autovacuum is on, and what docs/scaling.md says of its settings"


def vacuum(database: Database) -> Iterator[Finding]:
    """Tables of PostgreSQL whose dead rows stay, or of which the planner knows too little."""
    with database.read() as session:
        off, tables = upkeep.switched_off(session), upkeep.tables_kept(session)
    for name in off:
        yield Finding(
            "vacuum",
            "warning",
            f"{name} is off: dead rows stay, and the planner does not learn what is stored",
            f"set {name} = on in postgresql.conf and reload it",
        )
    for one in tables:
        yield from _dead(one)
        yield from _unknown(one)
        if one.age > _OLD_AGE:
            told = f"{one.name} was not frozen for {one.age:,} transactions"
            do = f"VACUUM (FREEZE) {one.name}; soon the database refuses to write"
            yield Finding("vacuum", "fault", told, do)


def _dead(one: Kept) -> Iterator[Finding]:
    if one.dead > max(_DEAD_ROWS, _DEAD_SHARE * one.live):
        yield Finding(
            "vacuum",
            "warning",
            f"{one.name} has {one.dead:,} dead rows beside {one.live:,} living ones, and was"
            f" {_ago('vacuumed', one.vacuumed_s)}",
            f"VACUUM (ANALYZE) {one.name}; where they stay, end the transactions that are open for"
            f" long, {_AUTOVACUUM}",
        )


def _unknown(one: Kept) -> Iterator[Finding]:
    rows = max(one.live, one.believed)
    if rows < _UNKNOWN_ROWS or one.changed <= _CHANGED_SHARE * rows:
        return
    if one.analysed_s is None or one.changed > rows:
        yield Finding(
            "vacuum",
            "warning",
            f"{one.changed:,} rows of {one.name} changed and it was"
            f" {_ago('analysed', one.analysed_s)}: the planner guesses how to read it",
            f"ANALYZE {one.name}, {_AUTOVACUUM}",
        )


def _ago(done: str, seconds: int | None) -> str:
    return f"never {done}" if seconds is None else f"{done} {seconds / 3600:.1f} h ago"


def payloads(settings: Settings, database: Database, *, now: int) -> Iterator[Finding]:
    """How much the payloads take as they came, and whether the old ones go as they should."""
    kept = settings.retention.raw_payloads
    with database.read() as session:
        sizes, last = raw_bodies.sizes(session), raw_bodies.last_forgotten(session)
    size, many = sum(one.bytes for one in sizes), sum(one.kept for one in sizes)
    forgotten = sum(one.forgotten for one in sizes)
    told = f"{many:,} payloads take {size / 1e9:.1f} GB as they came"
    if kept is None:
        if size >= _LARGE_BYTES:
            do = 'where old ones are not needed: [retention] with raw_payloads = "400d"'
            yield Finding("payloads", "note", f"{told}, and all are kept", do)
        return
    if many and (last is None or now - last > _LATE_DAYS * DAY):
        when = "never" if last is None else f"{(now - last) // DAY} days ago"
        yield Finding(
            "payloads",
            "warning",
            f"payloads older than {duration_text(kept)} should be forgotten each day, and were"
            f" last gone through {when}; {told}",
            "see that headwater serve or headwater worker runs, or run: headwater prune",
        )
    elif size >= _LARGE_BYTES or forgotten:
        told += f", {forgotten:,} older than {duration_text(kept)} are forgotten"
        do = "nothing; who wants to read those in another way needs headwater sync --full"
        yield Finding("payloads", "note", told, do)

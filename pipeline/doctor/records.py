"""Checks of what is stored: integrity, ends of links, what waits, slow reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from core.settings import Settings
from pipeline.database import Database
from pipeline.doctor.finding import Finding
from pipeline.freshness import served_version
from pipeline.snapshots import Snapshots
from store import soundness

STUCK_S: Final = 900
"""What still waits so long after the last sign of a pass waits for nobody."""
_VERSION_S, _FACTS_S = 0.25, 10.0
_RECOMPUTE: Final = "run: headwater recompute; where it stays, report it"


def integrity(database: Database) -> Iterator[Finding]:
    """What the database itself says is broken."""
    for line in soundness.damage(database.engine):
        yield Finding(
            "integrity",
            "fault",
            line,
            "stop Headwater, keep a copy of the database, and restore the last backup into a new"
            " one: headwater restore FILE",
        )


def orphans(database: Database) -> Iterator[Finding]:
    """Links and marks that point to what is not stored."""
    with database.read() as session:
        links, marks = soundness.links_astray(session), soundness.marks_astray(session)
    if links:
        yield Finding(
            "orphans", "fault", f"{links:,} links have an end that is not stored", _RECOMPUTE
        )
    if marks:
        told = f"{marks:,} things wait to be worked on and are not stored any more"
        yield Finding("orphans", "warning", told, _RECOMPUTE)


def stuck(database: Database, *, now: int) -> Iterator[Finding]:
    """What waits although nobody has been at work for a while."""
    with database.read() as session:
        waits, last = soundness.waiting(session), soundness.last_sign(session)
    if not waits or (last is not None and now - last < STUCK_S):
        return
    many = ", ".join(f"{number:,} in {stage}" for stage, number in sorted(waits.items()))
    since = (
        "no pass ever ran" if last is None else f"the last pass was {(now - last) // 60} min ago"
    )
    yield Finding(
        "stuck",
        "warning",
        f"things wait to be linked or measured ({many}) and nobody is at it: {since}",
        "run: headwater sync; and let headwater serve or headwater worker run",
    )


def slow(
    settings: Settings, database: Database, clock: Callable[[], float] = time.perf_counter
) -> Iterator[Finding]:
    """What all pages read first, timed here; and transactions of PostgreSQL that stay open."""
    analyze = "run ANALYZE in the database" + (
        "" if database.engine.dialect.name == "sqlite" else ", and see that autovacuum is on"
    )
    with database.read() as session:
        begun = clock()
        served_version(session)
        looked = clock()
        Snapshots(settings).present(session)
        loaded = clock()
        open_for_long = soundness.long_running(session)
    if looked - begun > _VERSION_S:
        told = f"to look whether anything changed takes {looked - begun:.1f} s"
        yield Finding("slow", "warning", f"{told}; each page asks that every second", analyze)
    if loaded - looked > _FACTS_S:
        told = f"to load the facts of all streams takes {loaded - looked:.0f} s"
        yield Finding("slow", "warning", f"{told}; who asks first after a pass waits", analyze)
    for one in open_for_long:
        told = f"a transaction is open for {one.for_s // 60} min ({one.state}, process {one.pid})"
        yield Finding(
            "slow",
            "warning",
            told,
            f"where nobody needs it: SELECT pg_terminate_backend({one.pid}); it keeps the database"
            " from forgetting old rows",
        )

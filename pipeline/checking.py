"""Whether each source can be read: reachable, identity, permissions, clock, limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from connectors.budget import HOUR_S
from connectors.stream import Connection, Probe
from core.errors import SourceError
from core.settings import Settings
from core.source_settings import AnySource, EventsSource
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.health import CLOCK_LIMIT_S, Health, decoded, encoded
from pipeline.lease import WHOLE
from pipeline.opening import connected, opened
from pipeline.permission import check_account, lost_scopes
from pipeline.stopping import Stop
from pipeline.wanted import wanted_of
from store import cursors
from store.cursors import StreamKey
from store.sources import source_ids


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What was found out about one source."""

    source: str
    probes: tuple[Probe, ...]

    @property
    def ok(self) -> bool:
        return all(probe.ok for probe in self.probes)


def check_sources(settings: Settings, database: Database | None = None) -> Iterator[SourceCheck]:
    """Each source in turn; one that fails does not keep the others from being checked.

    With a database what the last passes saw and used up is known, and what is asked here counts.
    """
    for source in settings.polled:
        yield SourceCheck(source.name, tuple(_probes(source, settings, database)))
    for source in settings.sources:
        if isinstance(source, EventsSource):
            yield SourceCheck(source.name, (_reports(source),))


def _reports(source: EventsSource) -> Probe:
    if source.hooks is not None:
        return Probe("reports", True, "reports by itself, to POST /v1/events; nothing is read")
    add = 'hooks = { secrets = ["env:EVENTS_SECRET"] }'
    return Probe("reports", True, f"is imported from files; to take events too add: {add}")


def _probes(source: AnySource, settings: Settings, database: Database | None) -> Iterator[Probe]:
    health = _known(source, database)
    try:
        with opened(source, Stop(), spent=health.spent) as client:
            try:
                found = connected(client, source, wanted_of(settings))
                who = found.identity
                product = f"{who.product} {who.version}".strip()
                yield Probe("reachable", True, f"{product} at {source.url}")
                yield _identity(source, health, found)
                yield from found.probes
                yield from _permissions(source, health, found)
                yield clock_probe(client.clock_offset_s)
                yield from limit_probes(source, health.after(client), now_ts=now_ts())
            finally:
                _remember(source, database, health.after(client))
    except SourceError as error:
        yield Probe("reachable", False, str(error))


def _identity(source: AnySource, health: Health, found: Connection) -> Probe:
    try:
        check_account(source.name, health, found)
    except SourceError as error:
        return Probe("identity", False, str(error))
    return Probe("identity", True, f"read as {found.identity.account}")


def _permissions(source: AnySource, health: Health, found: Connection) -> Iterator[Probe]:
    if health.visible:
        lost = lost_scopes(source.name, health, found)
        same = f"{len(health.visible)} seen before, all are visible"
        yield Probe("permissions", not lost, lost or same)


def clock_probe(offset_s: float | None) -> Probe:
    """The clock of the source against ours; not well where they are more than two minutes apart."""
    if offset_s is None:
        return Probe("clock", True, "the source does not tell its time")
    told = f"{abs(offset_s):.0f} s {'ahead of' if offset_s > 0 else 'behind'} this machine"
    if abs(offset_s) <= CLOCK_LIMIT_S:
        return Probe("clock", True, told)
    return Probe("clock", False, f"{told}; set one of the two clocks, or waits come out wrong")


def limit_probes(source: AnySource, health: Health, *, now_ts: int) -> Iterator[Probe]:
    """What was asked in this hour, and what the tool says is left of its own limit."""
    spent, left = health.spent_at(now_ts), health.left_at(now_ts)
    used, allowed = spent.requests if spent else 0, source.budget.requests_per_hour
    renewed = f"; renewed at {_clock(spent.from_ts + HOUR_S)}" if spent else ""
    if allowed is None:
        yield Probe("budget", True, f"{used:,} requests in this hour, no budget is set")
    else:
        told = f"{used:,} of {allowed:,} requests of this hour are used{renewed}"
        yield Probe("budget", used < allowed, told)
    if left is not None:
        again = f", renewed at {_clock(left.renews_ts)}" if left.renews_ts else ""
        yield Probe(
            "limit",
            left.remaining > 0,
            f"the tool says {left.remaining:,} of {left.limit:,} are left{again}",
        )


def _clock(ts: int) -> str:
    return f"{datetime.fromtimestamp(ts, UTC):%H:%M} UTC"


def _known(source: AnySource, database: Database | None) -> Health:
    if database is None:
        return Health()
    with database.read() as session:
        key = _key(session, source)
        return decoded(cursors.load_state(session, key).health) if key else Health()


def _remember(source: AnySource, database: Database | None, health: Health) -> None:
    """What was asked, and what the answers told of limits; the rest is for passes to say, one of
    which may have ended meanwhile.
    """
    if database is None:
        return
    with database.writing() as session:
        if key := _key(session, source):
            known = decoded(cursors.load_state(session, key).health)
            now = replace(
                known, clock_offset_s=health.clock_offset_s, spent=health.spent, left=health.left
            )
            cursors.save_health(session, key, encoded(now))


def _key(session: Session, source: AnySource) -> StreamKey | None:
    """None for a source that was never collected."""
    number = source_ids(session).get(source.name)
    return None if number is None else StreamKey(number, WHOLE)

"""Looks for causes, notes which began and which ended, and plans who is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.orm import Session

from core.alert_settings import Rule
from core.settings import Settings
from pipeline.alerts.causes import Cause, Found, Ground
from pipeline.alerts.item_rules import (
    Items,
    ageing_causes,
    blocked_causes,
    breach_causes,
    cost_causes,
    items_of,
)
from pipeline.alerts.other_rules import source_causes, status_causes
from pipeline.alerts.quiet import not_before
from pipeline.alerts.routes import routes_for
from pipeline.alerts.signal_rule import signal_causes
from pipeline.database import Database
from pipeline.freshness import facts_told
from pipeline.snapshot import StreamFacts
from pipeline.snapshots import Snapshots
from pipeline.source_status import source_standings
from store import alerts
from store.alerts import Alert

log = structlog.get_logger()
_LOOK_AGAIN_S: Final = 900
"""Ages grow without new facts: so often they are looked at anew."""
_OF_ITEMS: Final[dict[Rule, Callable[[Items], list[Cause]]]] = {
    "ageing": ageing_causes,
    "breach": breach_causes,
    "blocked": blocked_causes,
    "cost": cost_causes,
}
_OF_STREAM: Final[dict[Rule, Callable[[Ground, StreamFacts], list[Cause]]]] = {
    "signal": signal_causes,
    "status": status_causes,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many causes began and ended; looked: whether there was anything to look at."""

    began: int = 0
    ended: int = 0
    looked: bool = False


def evaluate(
    settings: Settings,
    database: Database,
    *,
    now: int,
    not_before_s: int = 0,
    snapshots: Snapshots | None = None,
) -> Outcome:
    """Look for causes if something moved since the last time, and at least every quarter of an
    hour. not_before_s: not where the last time is younger than that. snapshots: the facts that the
    caller holds already.

    Of several processes one at a time: the caller holds what keeps them apart.
    """
    with database.read() as session:
        last, before = alerts.evaluated(session)
        ground = _ground(session, settings, now)
        if now - last < not_before_s or (ground == before and now >= last):
            return Outcome()
        snapshot = (snapshots or Snapshots(settings)).present(session)
        found = causes(Ground(session, settings, snapshot, now // 60 * 60))
    with database.writing() as session:
        outcome = _noted(session, settings, found, now)
        kept = int(settings.alerts.keep_ended.total_seconds())
        alerts.forget_ended(session, before_ts=now - kept)
        alerts.note_evaluated(session, now, ground)
    if outcome.began or outcome.ended:
        log.info("alerts_evaluated", began=outcome.began, ended=outcome.ended)
    return outcome


def _ground(session: Session, settings: Settings, now: int) -> str:
    """What causes depend on: facts, how the sources are doing, the configuration, the time."""
    told = [(one["name"], one["state"], one["history"] is None, one["late"])
            for one in source_standings(session, settings, as_of=now)]  # fmt: skip
    config = settings.alerts.model_dump_json(), [one.name for one in settings.streams]
    parts = (facts_told(session), told, config, now // _LOOK_AGAIN_S)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def causes(ground: Ground) -> Found:
    """All causes that there are. A stream whose tracker is not read up to now, or not to the
    beginning of its history, is not judged: what is not known is no cause, and ends none.
    """
    found, rules = Found(), ground.settings.alerts.rules
    if "source" in rules:
        found.add("source", "", source_causes(ground))
    for stream in ground.snapshot.streams.values():
        if not _is_read(ground, stream):
            continue
        name = stream.config.name
        for rule in (one for one in rules if one in _OF_STREAM):
            found.add(rule, name, _OF_STREAM[rule](ground, stream))
        wanted = [one for one in rules if one in _OF_ITEMS]
        items = items_of(ground, stream) if wanted else None
        for rule in wanted:
            assert items is not None
            found.add(rule, name, _OF_ITEMS[rule](items))
    return found


def _is_read(ground: Ground, stream: StreamFacts) -> bool:
    source = stream.config.items.source
    if source in ground.snapshot.older:
        return False
    fresh = ground.snapshot.freshness.get(source)
    if fresh is None:
        return True  # it reports by itself, and is complete to no moment
    return fresh.fresh(ground.as_of)


def _noted(session: Session, settings: Settings, found: Found, now: int) -> Outcome:
    known = alerts.open_alerts(session)
    over = [one for one in known if _is_over(settings, found, one)]
    alerts.end(session, [one.id for one in over], ts=now)
    names = {one.cause for one in known}
    fresh = [one for key, one in found.causes.items() if one.begins and key not in names]
    fresh.sort(key=_burn)  # the dearest comes last, and so stands first among the newest
    alerts.begin(session, [one.row for one in fresh], ts=now)
    for one in alerts.unplanned(session):
        _plan(session, settings, one, "began", now)
    told = alerts.told_of(session, [one.id for one in over])
    for one in over:
        if any(each.told == "began" for each in told[one.id]):
            _plan(session, settings, one, "ended", now)
    return Outcome(len(fresh), len(over), looked=True)


def _burn(cause: Cause) -> float:
    return float(cause.cost["per_week_cents"]) if cause.cost else 0.0


def _is_over(settings: Settings, found: Found, one: Alert) -> bool:
    """Judged and not found; or nobody looks for it any more."""
    if one.rule not in settings.alerts.rules:
        return True
    if one.stream and one.stream not in {stream.name for stream in settings.streams}:
        return True
    return (one.rule, one.stream) in found.judged and one.cause not in found.causes


def _plan(session: Session, settings: Settings, one: Alert, told: alerts.Told, now: int) -> None:
    for route in routes_for(settings.alerts.routes, one):
        if told == "ended" and not route.ended:
            continue
        quiet = route.quiet if route.quiet is not None else settings.alerts.quiet
        due = not_before(quiet, settings.server.timezone, now)
        alerts.plan(session, one.id, route.name, told, due_ts=due, ts=now)

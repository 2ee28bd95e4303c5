"""Hands over what is due, route by route; what fails is tried again, later and later, for a day."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from core.alert_settings import Route, Smtp
from core.settings import Settings
from pipeline.alerts.message import Message, message_of
from pipeline.alerts.quiet import not_before
from pipeline.alerts.send import SendError, Sent, send
from pipeline.alerts.ways import MOST
from pipeline.database import Database
from pipeline.stopping import Stop
from store import alerts
from store.alerts import Delivery

log = structlog.get_logger()

AGAIN_S: Final = (60, 300, 900, 3_600, 10_800, 21_600, 64_800)
"""How long to wait after each try that failed; after one more it has failed for good."""
_LONGEST_S: Final = 43_200
_AT_ONCE: Final = 5_000
Send = Callable[[Route, Smtp | None, Message], Sent]


@dataclass(frozen=True, slots=True)
class Handed:
    """How many deliveries arrived, wait for another try, and failed for good."""

    delivered: int = 0
    waiting: int = 0
    failed: int = 0

    def __add__(self, other: Handed) -> Handed:
        return Handed(
            self.delivered + other.delivered,
            self.waiting + other.waiting,
            self.failed + other.failed,
        )


def deliver(
    settings: Settings,
    database: Database,
    clock: Callable[[], int],
    *,
    sender: Send = send,
    stop: Stop | None = None,
) -> Handed:
    """Try everything that is due, each route's in one message. A message keeps its id and what it
    tells from try to try, also in another process. Nothing is raised for a receiver that fails.

    Of several processes one at a time: the caller holds what keeps them apart.
    """
    routes = {route.name: route for route in settings.alerts.routes}
    down: set[str] = set()
    total = Handed()
    for (name, number), group in _grouped(database, clock()).items():
        (stop or Stop()).check()
        if name not in routes:
            total += _gone(database, name, group)
        elif name in down:
            total += _put_off(database, group, clock() + AGAIN_S[0])
        else:
            handed = _try(settings, database, routes[name], number, group, clock(), sender)
            down |= set() if handed.delivered else {name}
            total += handed
    return total


def _grouped(database: Database, now: int) -> Mapping[tuple[str, str], list[Delivery]]:
    """What is due by route and message; what has no message yet gets one, before it is sent."""
    with database.read() as session:
        found = alerts.due(session, now=now, limit=_AT_ONCE)
    if not found:
        return {}
    groups: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    fresh: dict[str, list[Delivery]] = defaultdict(list)
    for one in found:
        if one.message:
            groups[one.route, one.message].append(one)
        else:
            fresh[one.route].append(one)
    with database.writing() as session:
        for route, rows in fresh.items():
            for at in range(0, len(rows), MOST):
                part = rows[at : at + MOST]
                number = _number(part)
                alerts.note(session, [one.id for one in part], message=number)
                groups[route, number] = part
    return groups


def _number(part: Sequence[Delivery]) -> str:
    told = ",".join(f"{one.id}:{one.alert_id}:{one.route}:{one.told}" for one in part)
    return f"hw_{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _try(
    settings: Settings,
    database: Database,
    route: Route,
    number: str,
    group: Sequence[Delivery],
    now: int,
    sender: Send,
) -> Handed:
    with database.read() as session:
        known = alerts.by_id(session, {one.alert_id for one in group})
    quiet = route.quiet if route.quiet is not None else settings.alerts.quiet
    zone = quiet.timezone or settings.server.timezone
    told = [(known[one.alert_id], one.told) for one in group]
    message = message_of(settings, number, told, ts=now, zone=zone)
    try:
        sent = sender(route, settings.alerts.smtp, message)
    except SendError as error:
        return _failed(settings, database, route, group, now, error)
    except Exception as error:
        unknown = SendError(f"it could not be sent ({type(error).__name__})")
        return _failed(settings, database, route, group, now, unknown)
    with database.writing() as session:
        done = {"state": "delivered", "delivered_ts": now, "reason": sent.note}
        alerts.note(session, [one.id for one in group], attempts=group[0].attempts + 1, **done)
    log.info("alerts_delivered", route=route.name, count=len(group))
    return Handed(delivered=len(group))


def _failed(
    settings: Settings,
    database: Database,
    route: Route,
    group: Sequence[Delivery],
    now: int,
    error: SendError,
) -> Handed:
    tried = group[0].attempts + 1
    ids = [one.id for one in group]
    log.warning("alerts_not_delivered", route=route.name, count=len(ids), error=str(error))
    if tried > len(AGAIN_S):
        with database.writing() as session:
            alerts.note(session, ids, state="failed", attempts=tried, reason=str(error))
        return Handed(failed=len(ids))
    wait = max(AGAIN_S[tried - 1], min(error.again_s or 0, _LONGEST_S))
    quiet = route.quiet if route.quiet is not None else settings.alerts.quiet
    due = not_before(quiet, settings.server.timezone, now + round(wait))
    with database.writing() as session:
        later = {"state": "waiting", "due_ts": due, "reason": str(error)}
        alerts.note(session, ids, attempts=tried, **later)
    return Handed(waiting=len(ids))


def _put_off(database: Database, group: Sequence[Delivery], due: int) -> Handed:
    """The receiver has just failed: this does not count as a try."""
    with database.writing() as session:
        alerts.note(session, [one.id for one in group], due_ts=due)
    return Handed(waiting=len(group))


def _gone(database: Database, name: str, group: Sequence[Delivery]) -> Handed:
    why = f'the route "{name}" is not in the configuration any more'
    with database.writing() as session:
        alerts.note(session, [one.id for one in group], state="failed", reason=why)
    return Handed(failed=len(group))

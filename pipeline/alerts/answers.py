"""Alerts as lists: what is the case, with its evidence, and what became of telling it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy.orm import Session

from core.alert_settings import RULES
from core.errors import BadRequestError, NotFoundError
from core.settings import Settings
from pipeline.alerts.deliver import Send
from pipeline.alerts.message import message_of
from pipeline.alerts.routes import NOWHERE, routes_for
from pipeline.alerts.send import Sent, send
from pipeline.keyset import before_of
from pipeline.times import iso
from store import alerts
from store.alerts import Alert, Delivery, Wanted

Answer = dict[str, Any]
STATES: Final = ("open", "ended", "all")
DELIVERIES: Final = ("waiting", "held", "delivered", "failed", "none")


def list_alerts(
    session: Session,
    settings: Settings,
    *,
    state: str = "open",
    rule: str | None = None,
    stream: str | None = None,
    team: str | None = None,
    delivery: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Answer:
    """A page, the newest first, of one look the dearest first. `BadRequestError` for a choice that
    there is not, naming those that there are.
    """
    _require("state", state, STATES)
    _require("rule", rule, RULES)
    _require("delivery", delivery, DELIVERIES)
    streams = [one.name for one in settings.streams]
    _require("stream", stream, streams)
    if team is not None:
        _require("team", team, _teams(session, settings))
    is_open = None if state == "all" else state == "open"
    wanted = Wanted(is_open, rule, stream, team, delivery)
    found = alerts.page(session, wanted, before=before_of(cursor), limit=limit + 1)
    shown = found[:limit]
    told = alerts.told_of(session, [one.id for one in shown])
    looked, _ = alerts.evaluated(session)
    by_rule = alerts.count_by_rule(session, replace(wanted, rule=None))
    return {
        "items": [_row(settings, one, told[one.id]) for one in shown],
        "next": str(shown[-1].id) if len(found) > limit else None,
        "total": alerts.count(session, wanted),
        "by_rule": {one: by_rule[one] for one in RULES if one in by_rule},
        "looked_at": iso(looked) if looked else None,
        "rules": list(settings.alerts.rules),
        "routes": [route.name for route in settings.alerts.routes],
    }


def _require(name: str, value: str | None, known: Sequence[str]) -> None:
    if value is not None and value not in known:
        raise BadRequestError(f"{name}: one of {', '.join(known) or 'none'}")


def _teams(session: Session, settings: Settings) -> list[str]:
    """Those that the configuration names, and those that alerts of the past name."""
    staged = [stage.team for stream in settings.streams for stage in stream.stages if stage.team]
    configured = [team.name for team in settings.teams]
    return list(dict.fromkeys([*staged, *configured, *alerts.teams(session)]))


def _row(settings: Settings, one: Alert, told: Sequence[Delivery]) -> Answer:
    detail = one.detail
    return {
        "id": one.id,
        "state": "open" if one.ended_ts is None else "ended",
        "rule": one.rule,
        "stream": one.stream or None,
        "team": one.team or None,
        "subject": one.subject,
        "title": one.title or None,
        "what": detail["what"],
        "why": list(detail["why"]),
        "since": iso(one.since_ts),
        "noticed_at": iso(one.began_ts),
        "ended_at": iso(one.ended_ts),
        "cost": detail["cost"],
        "page": detail["page"],
        "explain": detail["explain"],
        "url": detail["url"] or None,
        "deliveries": [_delivery(each) for each in told],
        "not_told": None if told else _untold(settings, one),
    }


def _untold(settings: Settings, one: Alert) -> str:
    if one.ended_ts is None and routes_for(settings.alerts.routes, one):
        return "a route takes it since, and is told with the next look"
    return NOWHERE


def _delivery(one: Delivery) -> Answer:
    return {
        "route": one.route,
        "told": one.told,
        "state": one.state,
        "attempts": one.attempts,
        "due_at": iso(one.due_ts) if one.state in ("waiting", "held") else None,
        "delivered_at": iso(one.delivered_ts),
        "reason": one.reason or _why(one),
    }


def _why(one: Delivery) -> str | None:
    return "quiet hours" if one.state == "held" else None


def try_route(settings: Settings, name: str, *, now: int, sender: Send = send) -> Sent:
    """Send a message that says that it is a test. `NotFoundError` for a route that there is not,
    `SendError` where it does not get there.
    """
    routes = {route.name: route for route in settings.alerts.routes}
    if name not in routes:
        known = ", ".join(routes) or "none; write [[alerts.routes]], see docs/alerts.md"
        raise NotFoundError(f'there is no route "{name}"; known: {known}')
    detail = {
        "what": f"A test of the route {name}",
        "why": ["somebody ran headwater alerts --try"],
        "page": "/alerts",
        "explain": "/v1/alerts",
        "url": "",
        "cost": None,
    }
    sample = Alert(0, "test", "source", "", "", name, "", detail, None, now, None)
    quiet = routes[name].quiet or settings.alerts.quiet
    zone = quiet.timezone or settings.server.timezone
    number = f"hw_test_{now}"
    message = message_of(settings, number, [(sample, "began")], ts=now, zone=zone, test=True)
    return sender(routes[name], settings.alerts.smtp, message)

"""Alerts written by hand, and what becomes of telling them; no work behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.settings import Settings
from pipeline.alerts.deliver import Handed, deliver
from pipeline.alerts.evaluate import evaluate
from pipeline.alerts.quiet import not_before
from pipeline.alerts.routes import routes_for
from pipeline.database import Database
from store import alerts
from store.alerts import Delivery
from tests.pipeline.alert_shop import NOW_TS

SECRET = "a-secret-of-the-receiver"


def webhook(url: str, **more: Any) -> dict[str, Any]:
    given = {"name": "ops", "kind": "webhook", "url": url, "secret": SECRET, "default": True}
    return given | more


def slack(url: str, **more: Any) -> dict[str, Any]:
    return {"name": "ops", "kind": "slack", "url": url, "default": True} | more


def cause(name: str = "SHOP-1", **more: Any) -> dict[str, Any]:
    """A row as it is noted; `detail` keys may be given, too."""
    detail = {
        "what": f"{name} is blocked for 26 h",
        "why": ["flag: Flagged", "in Build, with web"],
        "page": f"/journey?key={name}",
        "explain": "/v1/streams/checkout/blocked",
        "url": f"https://j.example/browse/{name}",
        "cost": {
            "currency": "EUR", "per_week_cents": 70_000, "range_cents": [60_000, 90_000],
            "so_far_cents": 123_400,
        },
    }  # fmt: skip
    row = {
        "cause": f"blocked/{name}", "rule": "blocked", "stream": "checkout", "team": "web",
        "subject": name, "title": "Pay by card", "since_ts": NOW_TS - 26 * 3_600,
    }  # fmt: skip
    detail |= {key: more.pop(key) for key in list(more) if key in detail}
    return {**row, **more, "detail": detail}


@dataclass
class Desk:
    """A database, the configuration, and a clock that is set by hand."""

    database: Database
    settings: Settings
    ts: int = NOW_TS

    def notice(self, *rows: dict[str, Any]) -> None:
        """Causes began, and whom to tell is planned, as a look does that."""
        with self.database.writing() as session:
            alerts.begin(session, rows, ts=self.ts)
            for one in alerts.unplanned(session):
                for route in routes_for(self.settings.alerts.routes, one):
                    quiet = route.quiet or self.settings.alerts.quiet
                    due = not_before(quiet, self.settings.server.timezone, self.ts)
                    alerts.plan(session, one.id, route.name, "began", due_ts=due, ts=self.ts)

    def over(self) -> None:
        """All of them end."""
        settings = self.settings.model_copy(update={"streams": ()})
        evaluate(settings, self.database, now=self.ts)

    def deliver(self, **more: Any) -> Handed:
        return deliver(self.settings, self.database, lambda: self.ts, **more)

    def deliveries(self) -> list[Delivery]:
        with self.database.read() as session:
            known = alerts.page(session, alerts.Wanted(), before=None, limit=1_000)
            told = alerts.told_of(session, sorted(one.id for one in known))
        return [one for each in told.values() for one in each]

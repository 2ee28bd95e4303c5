"""Alerts for the page tests: one held, one that never got there, a source, one that ended."""

from __future__ import annotations

from typing import Any

Answer = dict[str, Any]
COST = {
    "currency": "EUR", "per_week_cents": 175_000, "range_cents": [140_000, 200_000],
    "so_far_cents": 855_000,
}  # fmt: skip


def row(number: int, **more: Any) -> Answer:
    """An item that is blocked, of which nobody was told yet."""
    return {
        "id": number,
        "state": "open",
        "rule": "blocked",
        "stream": "checkout",
        "team": "testing",
        "subject": f"SHOP-{number}",
        "title": "Simplify <b>refunds</b>",
        "what": f"SHOP-{number} is blocked for 26 h",
        "why": ["flag: Flagged", "in Test, with testing"],
        "since": "2026-11-20T09:00:00Z",
        "noticed_at": "2026-11-21T09:04:00Z",
        "ended_at": None,
        "cost": COST,
        "page": f"/journey?key=SHOP-{number}",
        "explain": "/v1/streams/checkout/blocked",
        "url": f"https://acme.example/browse/SHOP-{number}",
        "deliveries": [],
        "not_told": None,
    } | more


def delivery(state: str, **more: Any) -> Answer:
    return {
        "route": "ops", "told": "began", "state": state, "attempts": 0, "due_at": None,
        "delivered_at": None, "reason": None,
    } | more  # fmt: skip


def listed(*rows: Answer, **more: Any) -> Answer:
    by_rule: dict[str, int] = {}
    for one in rows:
        by_rule[one["rule"]] = by_rule.get(one["rule"], 0) + 1
    return {
        "items": list(rows), "next": None, "total": len(rows), "by_rule": by_rule,
        "looked_at": "2026-11-21T09:04:00Z", "routes": ["ops"],
        "rules": ["signal", "breach", "ageing", "blocked", "cost", "source", "status"],
    } | more  # fmt: skip


def alerts() -> Answer:
    held = delivery("held", due_at="2026-11-22T06:00:00Z", reason="quiet hours")
    lost = delivery("failed", attempts=8, reason="hooks.slack.com: answered 404")
    there = delivery("delivered", attempts=1, delivered_at="2026-11-21T09:04:05Z")
    source = row(
        7, rule="source", stream=None, team=None, subject="gitlab", title=None, cost=None, url=None,
        what="The source gitlab has not been read for 40 min", why=["gitlab answered 503"],
        page="/connectors", explain="/v1/sources/gitlab", deliveries=[there],
    )  # fmt: skip
    unvalued = row(5, rule="ageing", what="SHOP-5 is 50 d old", cost=None, deliveries=[lost])
    return listed(source, row(6, deliveries=[held]), unvalued)


def answers() -> Answer:
    return {"/v1/alerts": alerts()}

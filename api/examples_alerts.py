"""What alerts look like, for the documentation."""

from __future__ import annotations

from typing import Any, Final

ALERTS: Final[dict[str, Any]] = {
    "items": [
        {
            "id": 41,
            "state": "open",
            "rule": "blocked",
            "stream": "checkout",
            "team": "testing",
            "subject": "SHOP-836",
            "title": "Simplify refund flow",
            "what": "SHOP-836 is blocked for 26 h",
            "why": ["flag: Flagged", "in Tester queue, with testing"],
            "since": "2026-11-21T21:49:58Z",
            "noticed_at": "2026-11-22T21:50:04Z",
            "ended_at": None,
            "cost": {
                "currency": "EUR",
                "per_week_cents": 175_000,
                "range_cents": [142_777, 202_088],
                "so_far_cents": 855_484,
            },
            "page": "/journey?key=SHOP-836",
            "explain": "/v1/streams/checkout/blocked",
            "url": "https://acme.example/browse/SHOP-836",
            "deliveries": [
                {
                    "route": "testers",
                    "told": "began",
                    "state": "held",
                    "attempts": 0,
                    "due_at": "2026-11-23T06:00:00Z",
                    "delivered_at": None,
                    "reason": "quiet hours",
                }
            ],
            "not_told": None,
        }
    ],
    "next": None,
    "total": 1,
    "by_rule": {"blocked": 1},
    "looked_at": "2026-11-22T21:50:04Z",
    "rules": ["signal", "breach", "ageing", "blocked", "cost", "source", "status"],
    "routes": ["testers", "ops"],
}

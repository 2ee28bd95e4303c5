"""Answers of what became of items as they look, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from api.examples import ENVELOPE

_EXPLAIN = (
    "/v1/streams/checkout/metrics/unexposed/explain"
    "?from=2026-08-23T06:00:00Z&to=2026-11-21T06:00:00Z"
)

UNEXPOSED: Final[dict[str, Any]] = {
    **ENVELOPE,
    "metric": "unexposed",
    "definition": "unexposed@1",
    "unit": "items",
    "value": {
        "valued": 1,
        "unvalued": 0,
        "never_on": 0,
        "partly_on": 1,
        "switched_off": 0,
        "count": 1,
        "oldest_d": 18.0,
        "burn_rate_cents": 180_000,
    },
    "observed": {},
    "interval": {},
    "n": 1,
    "excluded": {"not_told": 31},
    "reasons": [],
    "explain": _EXPLAIN,
    "live_share": 0.5,
    "currency": "EUR",
    "items": [
        {
            "key": "SHOP-412",
            "title": "Split payment at checkout",
            "type": "Story",
            "kind": "feature",
            "url": "https://acme.example/browse/SHOP-412",
            "features": ["split-payment"],
            "state": "partly_on",
            "share": 0.05,
            "released_at": "2026-11-03T06:00:00Z",
            "since": "2026-11-03T06:00:00Z",
            "age_s": 1_555_200,
            "value_per_week_cents": 180_000,
        }
    ],
}

_TOLD = {"source": "flags", "received_at": "2026-10-02T09:00:03Z", "url": ""}

OUTCOMES: Final[dict[str, Any]] = {
    "key": "SHOP-388",
    "title": "Gift cards",
    "url": "https://acme.example/browse/SHOP-388",
    "stream": "checkout",
    "as_of": "2026-11-21T06:00:00Z",
    "live_share": 0.5,
    "adoption_share": 0.25,
    "value_per_week_cents": 70_000,
    "currency": "EUR",
    "idea_at": "2026-07-01T08:00:00Z",
    "released_at": "2026-09-28T14:00:00Z",
    "shown_at": "2026-10-02T09:00:00Z",
    "live_at": "2026-10-02T09:00:00Z",
    "live_reason": None,
    "switched_off_at": None,
    "share": 1.0,
    "first_use_at": "2026-10-03T23:00:00Z",
    "first_use_reason": None,
    "adopted_at": None,
    "adopted_reason": "too few users use it",
    "idea_to_live_s": 8_038_800,
    "time_to_first_use_s": 136_800,
    "time_to_adoption_s": None,
    "exposure": [
        {
            "at": "2026-10-02T09:00:00Z",
            "feature": "gift-cards",
            "environment": "production",
            "production": True,
            "share": 1.0,
            **_TOLD,
        }
    ],
    "measured": [
        {
            "at": "2026-10-30T23:00:00Z",
            "feature": "gift-cards",
            "measure": "revenue",
            "share": None,
            "count": None,
            "value_cents": 240_000,
            "among": 1,
            "attribution": "experiment",
            "effect": "direct",
            **_TOLD,
        }
    ],
    "returns": [
        {
            "days": 30,
            "at": "2026-11-01T09:00:00Z",
            "over": True,
            "expected_cents": 300_000,
            "realised": [
                {
                    "attribution": "experiment",
                    "effect": "direct",
                    "cents": 240_000,
                    "ratio": 0.8,
                }
            ],
            "reason": None,
        }
    ],
    "reasons": [],
}

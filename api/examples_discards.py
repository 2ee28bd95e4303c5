"""An answer about what was begun and thrown away as it looks, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from api.examples import ENVELOPE

_LOST: Final = {
    "count": 1,
    "active_d": 3.5,
    "waiting_d": 9.25,
    "sunk_cents": 237_857,
    "priced": 1,
    "unpriced": 0,
}

DISCARDS: Final[dict[str, Any]] = {
    **ENVELOPE,
    "metric": "discard_rate",
    "definition": "discard_rate@1",
    "unit": "ratio",
    "value": {"ratio": 0.04, "numerator": 1, "denominator": 25, "active_s": 302_400},
    "observed": {},
    "interval": {},
    "n": 25,
    "excluded": {},
    "reasons": ["n<59"],
    "explain": "/v1/streams/checkout/metrics/discard_rate/explain"
    "?from=2026-08-23T06:00:00Z&to=2026-11-21T06:00:00Z",
    "lost": _LOST,
    "by_stage": [{"stage": "Review", **_LOST}],
    "never_begun": 3,
    "currency": "EUR",
    "items": [
        {
            "key": "SHOP-412",
            "title": "Split payment at checkout",
            "type": "Story",
            "kind": "feature",
            "url": "https://acme.example/browse/SHOP-412",
            "episode": 1,
            "stage": "Review",
            "committed_at": "2026-10-21T08:00:00Z",
            "cancelled_at": "2026-11-03T02:00:00Z",
            "active_s": 302_400,
            "waiting_s": 799_200,
            "sunk_cents": 237_857,
            "value": {
                "key": "SHOP-412",
                "inherited": False,
                "profile": "P1",
                "likely_cents": 180_000,
            },
        }
    ],
}

"""What is sent to put work in order, and what is answered, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

SEQUENCE: Final[dict[str, Any]] = {
    "stream": "checkout",
    "stage": "Test",
    "items": [
        {"key": "SHOP-405"},
        {
            "key": "SHOP-418",
            "duration_low_days": 2,
            "duration_days": 4,
            "duration_high_days": 9,
            "value": {
                "profile": "P2",
                "likely_cents": 190_000,
                "parameters": {"life_weeks": 26},
            },
            "wsjf": {"value": 8, "time": 5, "risk": 1, "size": 3},
        },
    ],
}

_DAYS: Final = {"low": 1.0, "likely": 2.0, "high": 6.0, "from": "48 finished items"}

QUEUE_ORDER: Final[dict[str, Any]] = {
    "stream": "checkout",
    "stage": "Test",
    "waiting": 2,
    "as_of": "2026-11-21T06:00:00Z",
    "order": {
        "stream": "checkout",
        "stage": "Test",
        "constraint": "Test",
        "as_of": "2026-11-21T06:00:00Z",
        "currency": "EUR",
        "items": [
            {
                "place": 1,
                "place_today": 2,
                "key": "SHOP-405",
                "title": "Delivery slot picker",
                "cd3_cents": 1_190_000,
                "duration_days": _DAYS,
                "finish_days": 2.0,
                "cost_cents": 97_143,
                "cost_today_cents": 194_286,
                "before_next": 0.94,
                "too_close_to_call": False,
            },
            {
                "place": 2,
                "place_today": 1,
                "key": "SHOP-418",
                "title": "Wallet button",
                "cd3_cents": 665_000,
                "duration_days": _DAYS,
                "finish_days": 4.0,
                "cost_cents": 108_571,
                "cost_today_cents": 54_286,
                "before_next": None,
                "too_close_to_call": False,
            },
        ],
        "today_cents": 248_572,
        "proposed_cents": 205_714,
        "saves_cents": 42_858,
        "ranges": {
            "today_cents": {"p10": 160_000, "p50": 260_000, "p90": 510_000},
            "proposed_cents": {"p10": 130_000, "p50": 214_000, "p90": 430_000},
            "saves_cents": {"p10": 18_000, "p50": 46_000, "p90": 90_000},
            "cheaper_share": 0.96,
            "draws": 2000,
        },
        "exact": True,
        "method": "every order was weighed",
        "left_out": [],
        "kept_in_place": [],
        "wsjf": None,
    },
    "reason": None,
}

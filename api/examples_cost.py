"""Answers about delay cost as they look, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

VALUE: Final[dict[str, Any]] = {
    "key": "SHOP-412",
    "source": "jira",
    "profile": "P4",
    "low_cents": 1_500_000,
    "likely_cents": 2_000_000,
    "high_cents": 3_500_000,
    "parameters": {"deadline": "2027-01-14", "per_week_cents": 500_000},
    "who": "anna",
    "why": "the fine, and what support costs each week after it",
}
VALUE_WITHDRAWN: Final[dict[str, Any]] = {
    "who": "anna",
    "why": "it was for another item",
    "source": "jira",
}

_RANGE: Final = {"p10": 610_000, "p50": 958_000, "p90": 1_402_000}

COSTS: Final[dict[str, Any]] = {
    "items": [
        {
            "stage": "Test",
            "wait_d": 212.4,
            "cost_cents": 9_910_000,
            "sunk_cents": 220_000,
            "burn_rate_cents": 960_000,
            "waiting_now": 14,
            "unvalued_now": 3,
            "ranges": {
                "cost_cents": {"p10": 6_400_000, "p50": 9_890_000, "p90": 14_200_000},
                "burn_rate_cents": _RANGE,
            },
            "first_share": 0.94,
            "first_share_now": 0.91,
            "explain": "/v1/streams/checkout/delay-cost/explain?from=2026-08-23T06:00:00Z"
            "&to=2026-11-21T06:00:00Z&clock=commitment&by=stage&part=Test",
        }
    ],
    "next": None,
    "cost_cents": 9_910_000,
    "per_week_cents": 770_778,
    "sunk_cents": 220_000,
    "sunk_deliveries": 6,
    "burn_rate_cents": 960_000,
    "unvalued": 13,
    "valued": 41,
    "reason": None,
    "currency": "EUR",
    "profile": "P1",
    "profiles": {"P1": 31, "P2": 4, "P4": 6},
    "by": "stage",
    "clock": "commitment",
    "clock_means": "from the commitment; waiting time only, work is not charged",
    "in_work_d": 310.5,
    "ranges": {
        "cost_cents": {"p10": 6_400_000, "p50": 9_890_000, "p90": 14_200_000},
        "burn_rate_cents": _RANGE,
        "draws": 2000,
    },
    "metric": "delay_cost",
    "definition": "delay_cost@2",
    "scope": {"stream": "checkout"},
    "n": 41,
    "window": ["2026-08-23T06:00:00Z", "2026-11-21T06:00:00Z"],
    "as_of": "2026-11-21T06:00:00Z",
    "known_at": "2026-11-21T05:58:11Z",
    "watermarks": {"jira": "2026-11-21T05:58:11Z"},
    "grade": "B",
    "coverage": {"C6": 0.98, "C8": 0.95, "C11": 0.71},
    "reasons": ["C11<0.9"],
    "explain": "/v1/streams/checkout/delay-cost/explain"
    "?from=2026-08-23T06:00:00Z&to=2026-11-21T06:00:00Z&clock=commitment",
    "caveats": [],
}

BURNING: Final[dict[str, Any]] = {
    "items": [
        {
            "key": "SHOP-405",
            "title": "Delivery slot picker",
            "kind": "feature",
            "url": "https://acme.example/browse/SHOP-405",
            "stage": "Test",
            "team": "quality",
            "waiting": True,
            "charged": True,
            "waiting_since": "2026-11-02T08:00:00Z",
            "committed_at": "2026-10-12T08:00:00Z",
            "value": {
                "key": "SHOP-405",
                "inherited": False,
                "slack_estimated": False,
                "profile": "P1",
                "low_cents": 210_000,
                "likely_cents": 340_000,
                "high_cents": 520_000,
                "parameters": {},
                "from": "csv",
                "who": "anna",
                "at": "2026-10-12T09:00:00Z",
            },
            "burn_rate_cents": 340_000,
            "burn_range": {"p10": 234_000, "p50": 340_000, "p90": 473_000},
            "cost_cents": 920_000,
            "projected_cents": {"p50": 650_000, "p85": 1_010_000},
            "risk": None,
        }
    ],
    "next": None,
    "total": 45,
    "unvalued": 13,
    "expedites": 0,
    "currency": "EUR",
    "as_of": "2026-11-21T06:00:00Z",
    "projection": "each is done when as many are as are in flight before it by age, and itself",
    "projection_reason": None,
    "caveats": [],
}

"""Answers of the Kanban measures as they look, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from api.examples import ENVELOPE

_STREAM = "/v1/streams/checkout"
_WINDOW = "from=2026-08-23T06:00:00Z&to=2026-11-21T06:00:00Z"


def _enveloped(slug: str, **more: Any) -> dict[str, Any]:
    path = f"{_STREAM}/{slug.replace('_', '-')}/explain?{_WINDOW}"
    usual = {"metric": slug, "definition": f"{slug}@1", "observed": {}, "interval": {}}
    return {**ENVELOPE, **usual, "excluded": {}, "reasons": [], "explain": path, **more}


LITTLES_LAW: Final[dict[str, Any]] = _enveloped(
    "littles_law",
    unit="ratio",
    value={
        "presence_in_window_s": 171072000,
        "arrivals": 68,
        "departures": 60,
        "done": 54,
        "cancelled": 6,
        "load_at_begin": 16,
        "load_at_end": 24,
        "censored_start": 0,
        "r": 1.32,
        "average_load": 22.0,
        "throughput_per_d": 0.667,
        "average_presence_d": 25.0,
    },
    n=84,
    stable=False,
    banner="system not stable; trust forecasts less",
    assumptions=[
        {
            "name": "arrivals_match_departures",
            "figure": 8.0,
            "unit": "items",
            "holds": True,
            "reason": None,
        },
        {
            "name": "load_is_level",
            "figure": 8.0,
            "unit": "items",
            "holds": False,
            "reason": None,
        },
    ],
    failing=["load_is_level"],
)

SLE: Final[dict[str, Any]] = _enveloped(
    "sle",
    unit="d",
    value={
        "kept": 33,
        "done": 42,
        "expected_d": 14.0,
        "expected_from": 38,
        "p50": 6.2,
        "p70": 11.0,
        "p85": 15.4,
        "p95": None,
        "adherence": 0.786,
    },
    observed={"p95": 31.0},
    interval={
        "p85": [11.0, 28.2],
        "adherence": [0.641, 0.883],
        "level": 0.95,
        "method": "order-statistic; of adherence Wilson",
    },
    reasons=["n<59", "p95 withheld: n<59"],
    n=42,
    percent=85,
    within_d=None,
    by_type={},
)

AGEING: Final[dict[str, Any]] = _enveloped(
    "ageing",
    unit="items",
    value={
        "history_done": 42,
        "history_censored": 23,
        "censored_start": 0,
        "count": 17,
        "late": 2,
        "likely_late": 5,
        "sle_d": 15.4,
        "oldest_d": 41.0,
    },
    n=17,
    percent=85,
    within_d=None,
    zones=[
        {
            "stage": "Test queue",
            "state": "waiting",
            "items": 6,
            "n": 42,
            "left_after_d": {"p50": 5.5, "p70": 9.0, "p85": 13.5, "p95": None},
            "observed": {"p95": 28.0},
        }
    ],
    currency="EUR",
    items=[
        {
            "key": "SHOP-412",
            "title": "Split payment at checkout",
            "type": "Story",
            "kind": "feature",
            "episode": 1,
            "stage": "Test queue",
            "team": "quality",
            "waiting": True,
            "blocked": False,
            "url": "https://acme.example/browse/SHOP-412",
            "committed_at": "2026-11-08T06:00:00Z",
            "age_s": 1123200,
            "age_at_least": False,
            "burn_rate_cents": 180_000,
            "late": False,
            "pace": 0.81,
            "pace_n": 42,
            "breach_p": 0.62,
            "observed": {},
            "reasons": [],
        }
    ],
    next=None,
    total=1,
)

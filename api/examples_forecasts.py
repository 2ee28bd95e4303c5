"""The forecast of a queue as it looks, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from api.examples_charts import GROUNDS, envelope

_PLAN: Final[dict[str, Any]] = {
    "of": "parent",
    "order": "begun",
    "orders": ["begun", "due", "smallest"],
    "first": [],
    "growth": 0.0,
    "beside": "goes_on",
    "dormant": "left_out",
}
_ROW: Final[dict[str, Any]] = {
    "key": "SHOP-15",
    "title": "Gift cards",
    "type": "Epic",
    "url": "https://acme.atlassian.net/browse/SHOP-15",
    "items": {
        "total": 12,
        "done": 9,
        "in_flight": 1,
        "not_started": 2,
        "cancelled": 1,
        "dormant": 0,
        "added": 2,
        "to_come": 0,
    },
    "ahead": {"items": 4, "groups": 2},
    "days": {"p50": 8, "p85": 11, "p95": 13},
    "dates": {"p50": "2026-11-29", "p85": "2026-12-02", "p95": "2026-12-04"},
    "corrected": {
        "items": {
            "days": {"p50": 9, "p85": 14, "p95": 22},
            "dates": {"p50": "2026-11-30", "p85": "2026-12-05", "p95": "2026-12-13"},
        },
        "grown": {
            "days": {"p50": 15, "p85": 31, "p95": None},
            "dates": {"p50": "2026-12-06", "p85": "2026-12-22", "p95": None},
        },
    },
    "due": {
        "date": "2026-12-04",
        "told_by": "value",
        "overdue": False,
        "chance": 0.957,
        "corrected_chance": 0.872,
        "at_risk": False,
    },
    "begun_at": "2026-09-02T08:12:00Z",
    "explain": "/v1/streams/checkout/forecasts/queue/SHOP-15",
}

QUEUE: Final[dict[str, Any]] = envelope(
    "forecast_queue",
    "d",
    {
        "groups": 3,
        "items": 20,
        "in_flight": 8,
        "not_started": 12,
        "p50": 22,
        "p85": 27,
        "p95": 31,
    },
    83,
    **_PLAN,
    dates={"p50": "2026-12-13", "p85": "2026-12-18", "p95": "2026-12-22"},
    due={"with_date": 1, "at_risk": 0, "all_in_time": 0.957},
    lateness={
        "items": {"p50": 1.125, "p85": 1.75, "p95": 2.7},
        "grown": {"p50": 1.82, "p85": 3.8, "p95": None},
        "tried": 98,
        "came": 84,
        "reason": None,
    },
    grown={"items": 44, "added": 6, "growth": 0.158},
    without={"in_flight": 5, "not_started": 9},
    dormant_items={"items": 2, "longer_than_d": 93.4},
    items=[_ROW],
    **GROUNDS,
)

QUEUE_ONE: Final[dict[str, Any]] = {
    **_ROW,
    **_PLAN,
    "reason": None,
    "members": [
        {
            "key": "SHOP-412",
            "title": "Pay with a gift card",
            "kind": "feature",
            "url": "https://acme.atlassian.net/browse/SHOP-412",
            "state": "in_flight",
            "dormant": False,
            "place": 2,
            "created_at": "2026-10-02T08:12:00Z",
            "committed_at": "2026-11-12T08:12:00Z",
            "done_at": None,
        }
    ],
    "before": [{"key": "SHOP-9", "title": "Guest checkout", "items": 3}],
    "as_of": "2026-11-21T06:00:00Z",
}

_SHARES = {
    "queue_p50": (52, 0.565),
    "queue_p85": (80, 0.87),
    "queue_p95": (88, 0.957),
    "grown_p50": (39, 0.424),
    "grown_p85": (62, 0.674),
    "grown_p95": (71, 0.772),
}

QUEUE_CALIBRATION: Final[dict[str, Any]] = envelope(
    "forecast_calibration",
    "ratio",
    {
        f"{name}{ending}": value
        for name, (held, share) in _SHARES.items()
        for ending, value in (("_held", held), ("_judged", 92), ("", share))
    },
    92,
    interval={"queue_p85": [0.786, 0.925], "level": 0.95, "method": "wilson"},
    of="parent",
    zone="Europe/Berlin",
    horizon_days=14,
    pool_days=90,
    forecasts=[
        {
            "key": "SHOP-9",
            "made_on": "2026-10-10",
            "items": 3,
            "forecast": {"p50": 9, "p85": 12, "p95": 14},
            "actual": 11,
            "actual_grown": 16,
            "held": {"p50": False, "p85": True, "p95": True},
            "held_grown": {"p50": False, "p85": False, "p95": False},
        }
    ],
)

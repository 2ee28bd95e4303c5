"""Charts and forecasts as they look, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from api.examples import ENVELOPE

_FROM, _TO = "2026-08-23T22:00:00Z", "2026-11-20T23:00:00Z"


def envelope(slug: str, unit: str, value: dict[str, Any], n: int, **more: Any) -> dict[str, Any]:
    """An answer in its envelope; `more` stands beside the value."""
    explain = "cfd" if slug == "cfd" else "metrics/velocity"
    return {
        **ENVELOPE,
        "metric": slug,
        "definition": f"{slug}@1",
        "window": [_FROM, _TO],
        "unit": unit,
        "value": value,
        "observed": {},
        "interval": {},
        "n": n,
        "excluded": {},
        "grade": "A",
        "reasons": [],
        "breaks": [],
        "explain": f"/v1/streams/checkout/{explain}/explain?from={_FROM}&to={_TO}",
        **more,
    }


CFD: Final[dict[str, Any]] = envelope(
    "cfd",
    "items",
    {"arrived": 61, "first_completions": 48, "cancelled": 5, "velocity": 48, "net": 8},
    212,
    every="day",
    zone="Europe/Berlin",
    boundaries=[
        {"name": "Ideas", "state": "new"},
        {"name": "Build", "state": "active"},
        {"name": "Done", "state": "done"},
    ],
    points=[
        {
            "start": "2026-11-20",
            "end": "2026-11-20T23:00:00Z",
            "complete": True,
            "reached": {"Ideas": 212, "Build": 190, "Done": 171},
            "cancelled": 14,
            "occupancy": {"Ideas": 2, "Build": 18},
        }
    ],
)

RUN_CHART: Final[dict[str, Any]] = envelope(
    "run_chart",
    "items",
    {"periods": 2, "zero_periods": 1, "mean": 2.5, "median": 2.5},
    6,
    every="week",
    zone="Europe/Berlin",
    points=[
        {"start": "2026-11-02", "end": "2026-11-08T23:00:00Z", "complete": True, "count": 5},
        {"start": "2026-11-09", "end": "2026-11-15T23:00:00Z", "complete": True, "count": 0},
        {"start": "2026-11-16", "end": "2026-11-22T23:00:00Z", "complete": False, "count": 1},
    ],
)

XMR: Final[dict[str, Any]] = envelope(
    "xmr",
    "items",
    {
        "centre": 6.5,
        "lower": 0,
        "upper": 15.935,
        "range_centre": 3,
        "range_limit": 11.595,
        "signals": 1,
    },
    10,
    of="velocity",
    variant="median",
    every="week",
    zone="Europe/Berlin",
    baseline={
        "from": "2026-09-07",
        "to": "2026-11-15T23:00:00Z",
        "n": 10,
        "declared": False,
        "provisional": True,
    },
    reasons=["provisional limits: 10 of 20 values in the baseline"],
    signals=[
        {
            "rule": "outside",
            "side": "above",
            "from": "2026-11-02",
            "to": "2026-11-08T23:00:00Z",
            "points": 1,
        }
    ],
    points=[
        {
            "start": "2026-11-02",
            "end": "2026-11-08T23:00:00Z",
            "complete": True,
            "key": None,
            "value": 22,
            "range": 15.0,
            "in_baseline": True,
            "signals": ["outside"],
        }
    ],
)

GROUNDS: Final[dict[str, Any]] = {
    "starts": "2026-11-22",
    "zone": "Europe/Berlin",
    "pool": {
        "from": "2026-08-24",
        "to": "2026-11-20",
        "days": 89,
        "weeks": 12,
        "completions": 83,
        "zero_days": 41,
        "per_day": 0.9326,
        "counts": [0, 0, 1, 2, 0, 3, 1],
    },
    "warnings": [],
}

WHEN: Final[dict[str, Any]] = envelope(
    "forecast_when",
    "d",
    {"p50": 22, "p85": 27, "p95": 31},
    83,
    items=20,
    dates={"p50": "2026-12-13", "p85": "2026-12-18", "p95": "2026-12-22"},
    **GROUNDS,
)

HOW_MANY: Final[dict[str, Any]] = envelope(
    "forecast_how_many",
    "items",
    {"p50": 13, "p85": 9, "p95": 7},
    83,
    date="2026-12-05",
    days=14,
    **GROUNDS,
)

_SHARES = {"p50": (14, 0.61), "p85": (20, 0.87), "p95": (22, 0.957)}

CALIBRATION: Final[dict[str, Any]] = envelope(
    "forecast_calibration",
    "ratio",
    {
        f"{kind}_{name}{ending}": value
        for kind in ("how_many", "when")
        for name, (held, share) in _SHARES.items()
        for ending, value in (("_held", held), ("_judged", 23), ("", share))
    },
    23,
    grade="B",
    reasons=["n<59"],
    interval={"how_many_p85": [0.679, 0.955], "level": 0.95, "method": "wilson"},
    zone="Europe/Berlin",
    horizon_days=14,
    pool_days=90,
    forecasts=[
        {
            "kind": "how_many",
            "made_on": "2026-11-07",
            "items": None,
            "days": 14,
            "forecast": {"p50": 13, "p85": 9, "p95": 7},
            "actual": 11,
            "held": {"p50": False, "p85": True, "p95": True},
        }
    ],
)

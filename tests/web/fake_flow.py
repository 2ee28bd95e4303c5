"""What the page Flow reads: ten deliveries, a month of weeks with an empty one, one signal."""

from __future__ import annotations

from typing import Any

from api.examples_charts import RUN_CHART, XMR
from api.examples_discards import DISCARDS
from api.examples_kanban import LITTLES_LAW, SLE
from tests.web.fake_envelopes import envelope

STREAM = "/v1/streams/checkout"
DAY_S = 86_400
PAGE, CFD = "/flow?stream=checkout", f"{STREAM}/cfd"
TIME, DONE = f"{STREAM}/metrics/flow_time", f"{STREAM}/metrics/flow_time/explain"
VELOCITY, MIX = f"{STREAM}/metrics/velocity", f"{STREAM}/metrics/distribution"
RUN, LAW, GONE = f"{STREAM}/run-chart", f"{STREAM}/littles-law", f"{STREAM}/discards"
PROMISE, PLAN = f"{STREAM}/sle", f"{STREAM}/predictability"
_TOOK = {"SHOP-1": 2, "SHOP-2": 4, "SHOP-3": 6, "SHOP-4": 6, "SHOP-5": 9, "SHOP-6": 12,
         "SHOP-7": 15, "SHOP-8": 20, "SHOP-9": 3, "SHOP-10": 30}  # fmt: skip
_ON = ("09-01", "09-08", "09-15", "09-22", "10-01", "10-08", "10-15", "10-22", "11-05", "11-19")
_KINDS = ("feature", "defect", "risk", "debt")


def time(**more: Any) -> dict[str, Any]:
    """Half within 6.2 days, 85 % within 15.4."""
    told = {"p50": 6.2, "p85": 15.4, "p95": None}
    interval = {"p50": [4.1, 9.3], "p85": [11.0, 28.2]}
    return envelope("flow_time", more.pop("value", told), **{"n": 10, "interval": interval, **more})


def done() -> dict[str, Any]:
    """The deliveries, a week apart; one more has no beginning."""

    def row(key: str, days: int, at: int) -> dict[str, Any]:
        return {
            "key": key, "title": f"Work {key}", "kind": _KINDS[at % 4], "episode": 1,
            "idea_at": None, "committed_at": None, "done_at": f"2026-{_ON[at]}T09:00:00Z",
            "released_at": None, "active_s": days * DAY_S // 2, "waiting_s": days * DAY_S // 2,
            "seconds": days * DAY_S, "inclusive_days": days + 1,
        }  # fmt: skip

    rows = [row(key, days, at) for at, (key, days) in enumerate(_TOOK.items())]
    left = {"key": "SHOP-11", "title": "Odd", "kind": "feature", "reason": "no_start"}
    window = ["2026-08-23T06:00:00Z", "2026-11-21T06:00:00Z"]
    return {"metric": "flow_time", "window": window, "n": len(rows), "included": rows,
            "excluded": [left]}  # fmt: skip


def run() -> dict[str, Any]:
    """Five, none, four, and one so far."""
    starts = ("2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16")
    ends = (*(f"{day}T23:00:00Z" for day in starts[1:]), "2026-11-22T23:00:00Z")
    counts = zip(starts, ends, (5, 0, 4, 1), strict=True)
    return RUN_CHART | {
        "value": {"periods": 3, "zero_periods": 1, "mean": 3.0, "median": 4.0},
        "points": [
            {"start": start, "end": end, "complete": many != 1, "count": many}
            for start, end, many in counts
        ],
    }


def times_chart() -> dict[str, Any]:
    """Flow times in the order of their ends; the last one is outside of the limits."""
    value = {"centre": 8.5, "lower": 0, "upper": 25.0, "range_centre": 6.2, "range_limit": 20.3,
             "signals": 1}  # fmt: skip
    rows = done()["included"]
    points = [
        {"start": one["done_at"][:10], "end": one["done_at"], "complete": True, "key": one["key"],
         "value": float(_TOOK[one["key"]]), "range": None, "in_baseline": True,
         "signals": ["outside"] if one["key"] == "SHOP-10" else []}
        for one in rows
    ]  # fmt: skip
    last = points[-1]
    signal = {"rule": "outside", "side": "above", "from": last["start"], "to": last["end"],
              "points": 1}  # fmt: skip
    return XMR | {
        "of": "flow_time", "unit": "d", "variant": "mean", "every": None, "value": value, "n": 10,
        "points": points, "signals": [signal],
        "baseline": XMR["baseline"] | {"from": points[0]["start"], "to": last["end"]},
    }  # fmt: skip


def mix(**more: float) -> dict[str, Any]:
    """Half features by count, a fifth of the time of work."""
    shares = {"feature": 0.5, "defect": 0.3, "risk": 0.1, "debt": 0.1, "unmapped": 0.0,
              "feature_active": 0.2, "defect_active": 0.6, "risk_active": 0.1,
              "debt_active": 0.1, "unmapped_active": 0.0}  # fmt: skip
    return envelope("distribution", shares | more, n=10, unit="share")


def velocity() -> dict[str, Any]:
    """Ten in thirteen weeks."""
    told = {"count": 10, "per_week": 0.78, "feature": 5, "defect": 3, "risk": 1, "debt": 1}
    return envelope("velocity", told, n=10, unit="items")


def plan(*increments: dict[str, Any]) -> dict[str, Any]:
    """No increment has ended, unless one is given."""
    told = {"ratio": None, "numerator": 0, "denominator": 0}
    return envelope("predictability", told, n=0, unit="ratio", increments=list(increments))


def answers() -> dict[str, Any]:
    """By path."""
    return {
        TIME: time(), DONE: done(), PROMISE: SLE, PLAN: plan(), RUN: run(),
        f"{TIME}/xmr": times_chart(), f"{VELOCITY}/xmr": XMR, VELOCITY: velocity(), MIX: mix(),
        LAW: LITTLES_LAW, GONE: DISCARDS,
    }  # fmt: skip

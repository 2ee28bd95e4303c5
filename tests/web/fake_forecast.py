"""What the page of forecasts reads: a queue of four epics, one of them dormant, and scorecards."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from api.examples_charts import CALIBRATION, HOW_MANY, WHEN
from api.examples_forecasts import QUEUE, QUEUE_CALIBRATION, QUEUE_ONE

BASE = "/v1/streams/checkout/forecasts"


def row(key: str, title: str, days: tuple[str, str, str] | None, **more: Any) -> dict[str, Any]:
    """An epic of the queue; days: its dates at 50, 85 and 95 %."""
    found = deepcopy(QUEUE["items"][0])
    names = ("p50", "p85", "p95")
    dates = dict.fromkeys(names) if days is None else dict(zip(names, days, strict=True))
    counts = found["items"] | more.pop("items", {})
    return found | {"key": key, "title": title, "dates": dates, "items": counts, **more}


def _due(day: str, chance: float) -> dict[str, Any]:
    return {
        "date": day, "told_by": "value", "overdue": False, "chance": chance,
        "at_risk": chance < 0.85,
    }  # fmt: skip


def _nothing_late() -> dict[str, Any]:
    nothing = dict.fromkeys(("p50", "p85", "p95"))
    return {
        "items": nothing, "grown": nothing, "tried": 9, "came": 8,
        "reason": "8 of 19 past dates have come",
    }  # fmt: skip


def queue(**more: Any) -> dict[str, Any]:
    """Four open epics: one sure of its date, one at risk, one without a date to meet, and one of
    which all that is open is dormant.
    """
    asleep = {"total": 4, "done": 3, "in_flight": 0, "not_started": 1, "dormant": 1, "added": 0}
    rows = [
        row("SHOP-15", "Gift cards", ("2026-11-29", "2026-12-02", "2026-12-04"),
            due=_due("2026-12-04", 0.957)),
        row("SHOP-83", "Guest checkout", ("2026-12-06", "2026-12-12", "2026-12-15"),
            due=_due("2026-12-05", 0.41), ahead={"items": 7, "groups": 1}),
        row("SHOP-150", "Vouchers", ("2026-12-13", "2026-12-18", "2026-12-22"), due=None),
        row("SHOP-9", "Old thing", None, due=None, items=asleep),
    ]  # fmt: skip
    due = {"with_date": 2, "at_risk": 1, "all_in_time": 0.4}
    return deepcopy(QUEUE) | {"items": rows, "due": due, "lateness": _nothing_late(), **more}


def corrected(p85: float | None = 3.1) -> dict[str, Any]:
    """The same where half of past epics took 1.8 times as long as told."""
    found = queue(lateness=deepcopy(QUEUE["lateness"]))
    found["lateness"]["items"] = {"p50": 1.8, "p85": p85, "p95": None}
    for row in found["items"][:3]:
        dates = {"p50": "2026-12-20", "p85": p85 and "2027-01-30", "p95": None}
        row["corrected"]["items"]["dates"] = dates
        row["corrected"]["grown"]["dates"] = {"p50": "2027-02-14", "p85": None, "p95": None}
        if row["due"]:
            row["due"] |= {"corrected_chance": 0.12, "at_risk": True}
    found["due"] = {"with_date": 2, "at_risk": 2, "all_in_time": 0.4}
    return found


def releases(**more: Any) -> dict[str, Any]:
    """Two planned releases, the second at risk, and one without a date to meet."""

    def one(name: str, days: tuple[str, str, str], due: dict[str, Any] | None) -> dict[str, Any]:
        told = None if due is None else due | {"told_by": "release"}
        return row(name, name, days, type="Release", due=told, items={"added": None})

    rows = [
        one("2026.11", ("2026-11-24", "2026-11-25", "2026-11-26"), _due("2026-11-26", 0.96)),
        one("2026.12", ("2026-12-06", "2026-12-12", "2026-12-15"), _due("2026-12-05", 0.41)),
        one("Later", ("2026-12-13", "2026-12-18", "2026-12-22"), None),
    ]
    due = {"with_date": 2, "at_risk": 1, "all_in_time": 0.4}
    asked = {"of": "release", "order": "due"}
    late = _nothing_late()
    return deepcopy(QUEUE) | asked | {"items": rows, "due": due, "lateness": late, **more}


def calibration(held: int = 80, judged: int = 92) -> dict[str, Any]:
    """The scorecard of epics, at 85 % with so many that held."""
    found = deepcopy(QUEUE_CALIBRATION)
    low, high = (max(0.0, held / judged - 0.07), min(1.0, held / judged + 0.05))
    for kind in ("queue", "grown"):
        for level in ("p50", "p85", "p95"):
            found["interval"][f"{kind}_{level}"] = [low, high]
    found["value"] |= {
        "queue_p85": held / judged, "queue_p85_held": held, "queue_p85_judged": judged,
    }  # fmt: skip
    return found


def _work() -> dict[str, Any]:
    found = deepcopy(CALIBRATION)
    for name in [key for key in found["value"] if not key.endswith(("held", "judged"))]:
        found["interval"][name] = [0.6, 0.97]
    return found


def answers() -> dict[str, Any]:
    """By path what the page reads of the stream."""
    return {
        f"{BASE}/queue": queue(),
        f"{BASE}/queue/calibration": calibration(),
        f"{BASE}/queue/SHOP-15": deepcopy(QUEUE_ONE),
        f"{BASE}/calibration": _work(),
        f"{BASE}/when": deepcopy(WHEN),
        f"{BASE}/how-many": deepcopy(HOW_MANY),
    }

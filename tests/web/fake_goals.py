"""What the page Goals reads beside Flow's and Ageing's answers: the objectives one by one."""

from __future__ import annotations

from typing import Any

from tests.web.fake_envelopes import envelope

STREAM = "/v1/streams/checkout"
PAGE = "/goals?stream=checkout"
PLAN, TOLD = f"{STREAM}/predictability", f"{STREAM}/predictability/explain"


def objective(name: str, planned: float, actual: float | None, **more: Any) -> dict[str, Any]:
    """One of increment PI 12, committed."""
    return {
        "increment": "PI 12", "objective": name, "ended_at": "2026-10-02T21:59:59Z",
        "committed": True, "planned": planned, "actual": actual, **more,
    }  # fmt: skip


def told(
    included: list[dict[str, Any]] | None = None, excluded: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The objectives that are in the ratio, and those that are not."""
    window = ["2026-08-23T06:00:00Z", "2026-11-21T06:00:00Z"]
    rows = included or []
    return {"metric": "predictability", "window": window, "n": len(rows), "included": rows,
            "excluded": excluded or []}  # fmt: skip


def some() -> dict[str, Any]:
    """By path: 19 of 18 planned came of PI 12, and one of PI 13 is not rated."""
    later = {"increment": "PI 13", "ended_at": "2026-11-13T22:59:59Z"}
    included = [
        objective("Pay by instalments", 10, 8),
        objective("Guest checkout", 8, 8),
        objective("Gift cards", 5, 3, committed=False),
    ]
    excluded = [objective("Delivery slots", 8, None, reason="not_rated", **later)]
    value = {"ratio": 19 / 18, "numerator": 19, "denominator": 18, "increments": 1}
    plan = envelope("predictability", value, n=3, unit="ratio", increments=[])
    return {PLAN: plan, TOLD: told(included, excluded)}


def answers() -> dict[str, Any]:
    """Nobody entered objectives."""
    return {TOLD: told()}

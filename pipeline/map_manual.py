"""The steps of a map that no tool records, as people told of them."""

from __future__ import annotations

from typing import Any

from core.map_settings import DurationRange, ManualStep
from core.settings import ValueStream

Answer = dict[str, Any]


def with_manual(config: ValueStream, rows: list[Answer]) -> list[Answer]:
    """The steps with those that people told of in their places, all of them estimates."""
    for manual in config.steps:
        row = _manual(manual)
        while any(one["name"] == row["name"] for one in rows):
            row["name"] += " (told)"
        place = next(
            (n + 1 for n, one in enumerate(rows) if _ends_with(one, manual.after)),
            0 if not manual.after else len(rows),
        )
        rows.insert(place, row)
    return rows


def _ends_with(row: Answer, name: str) -> bool:
    return bool(name) and (row["name"] == name or name in row["stages"])


def _manual(step: ManualStep) -> Answer:
    active, wait = _days_of(step.active), _days_of(step.wait)
    reason = "an estimate: no tool records this step"
    nothing = {"share": None, "numerator": 0, "n": 0, "interval": [None, None], "reason": reason}
    known = [one for one in (active, wait) if one is not None]
    return {
        "name": step.name,
        "kind": "manual",
        "phase": "work" if step.after else "upstream",
        "team": step.team or None,
        "value": step.value or None,
        "stages": [],
        "queues": [],
        "tool": None,
        "estimated": True,
        "after": step.after or None,
        "process": {
            "kind": "estimated" if active is not None else "unknown",
            "mean_d": active,
            "estimate": _estimate(step.active),
            "logged": None,
            "p50_d": None,
            "p85_d": None,
            "observed": {},
            "n": 0,
            "reasons": [reason],
        },
        "lead": {
            "p50_d": None,
            "p85_d": None,
            "observed": {},
            "n": 0,
            "reasons": [reason],
            "mean_d": sum(known) if known else None,
        },
        "ladder": {
            "active_d": active,
            "waiting_d": wait,
            "unknown_d": 0.0,
            "gap_d": 0.0,
            "ignored_d": 0.0,
        },
        "ladder_s": None,
        "wait_by_reason_d": {} if wait is None else {"estimated": wait},
        "wip": {"now": None, "waiting_now": None, "average": None, "reason": reason},
        "throughput": {
            "entered_per_week": None,
            "left_per_week": None,
            "entered": None,
            "left": None,
            "reason": reason,
        },
        "visits": nothing,
        "skipped": None,
        "rework_share": None,
        "informed": {"told": step.told, "by": step.informed or None},
        "explain": None,
        "systems": [
            {"system": name, "tool": "manual", "share": None, "mean_d": None}
            for name in step.systems
        ],
        "first_pass_yield": nothing,
    }


def _days_of(estimate: DurationRange | None) -> float | None:
    return None if estimate is None else estimate.seconds / 86_400


def _estimate(estimate: DurationRange | None) -> Answer | None:
    if estimate is None:
        return None
    low, high = estimate.low or estimate.likely, estimate.high or estimate.likely
    return {
        "low_d": low.total_seconds() / 86_400,
        "likely_d": estimate.seconds / 86_400,
        "high_d": high.total_seconds() / 86_400,
    }

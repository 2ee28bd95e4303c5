"""A stream whose testers are short: nineteen wait for Test, four in Ready, one item is blocked."""

from __future__ import annotations

from typing import Any

from api.examples_charts import CFD
from api.examples_map import HANDOFFS, REWORK
from api.examples_teams import BLOCKED

STREAM = "/v1/streams/checkout"
_EUR = 100
_QUEUE = {
    # day: items in Ready and in Test queue: this one is the longer of the two from the 19th on
    "2026-11-17": (6, 12),
    "2026-11-18": (15, 14),
    "2026-11-19": (15, 15),
    "2026-11-20": (9, 17),
    "2026-11-21": (4, 19),
}


def _stage(name: str, state: str, team: str, inside: int, waiting: int, each_d: float | None,
           burn: int | None) -> dict[str, Any]:  # fmt: skip
    return {
        "name": name, "state": state, "team": team, "visits": 40, "p50_d": 2.0, "p85_d": 5.0,
        "waiting_d": 8.8 if state == "waiting" else 0.0, "active_d": 1.0, "visit_share": 1.0,
        "items_now": inside, "coarse_visits": 0, "waiting_now": waiting,
        "average_wait_now_d": each_d, "delay_cost_cents": 100 * _EUR, "burn_rate_cents": burn,
        "currency": "EUR",
    }  # fmt: skip


def stages() -> dict[str, Any]:
    """Ideas lie longest and cost most, but nobody has begun them."""
    rows = [
        _stage("Ideas", "new", "", 60, 60, 90.0, 400_000 * _EUR),
        _stage("Ready", "waiting", "", 4, 4, 3.0, 5_000 * _EUR),
        _stage("Build", "active", "web", 7, 1, 2.0, None),
        _stage("Test queue", "waiting", "", 19, 19, 21.0, 15_000 * _EUR),
        _stage("Test", "active", "qa", 2, 0, None, 0),
        _stage("Done", "done", "", 0, 0, None, 0),
    ]
    behind = f"{STREAM}/stages/explain"
    return {"items": rows, "next": None, "caveats": [], "explain": behind}


_LEFT = {
    # day: done and dropped up to it
    "2026-11-17": (100, 10),
    "2026-11-18": (101, 10),
    "2026-11-19": (103, 10),
    "2026-11-20": (103, 11),
    "2026-11-21": (106, 11),
}


def _reached(day: str) -> dict[str, int]:
    """Nothing came back: what is beyond a boundary is what lies there and what went on."""
    (ready, test), (done, gone) = _QUEUE[day], _LEFT[day]
    inside = [("Done", done + gone), ("Test", 2), ("Test queue", test), ("Build", 7)]
    beyond, lines = 0, {}
    for name, many in [*inside, ("Ready", ready), ("Ideas", 60)]:
        beyond += many
        lines[name] = beyond
    return lines


def cfd() -> dict[str, Any]:
    """Five days."""
    point = CFD["points"][0]
    return CFD | {
        "boundaries": [
            {"name": name, "state": state}
            for name, state in (
                ("Ideas", "new"), ("Ready", "waiting"), ("Build", "active"),
                ("Test queue", "waiting"), ("Test", "active"), ("Done", "done"),
            )
        ],
        "points": [
            point | {
                "start": day, "end": f"{day}T23:00:00Z",
                "reached": _reached(day), "cancelled": _LEFT[day][1],
                "occupancy": {
                    "Ideas": 60, "Ready": ready, "Build": 7, "Test queue": test, "Test": 2},
            }
            for day, (ready, test) in _QUEUE.items()
        ],
    }  # fmt: skip


def answers() -> dict[str, Any]:
    """By path."""
    return {
        f"{STREAM}/stages": stages(),
        f"{STREAM}/cfd": cfd(),
        f"{STREAM}/blocked": BLOCKED,
        f"{STREAM}/handoffs": HANDOFFS,
        f"{STREAM}/rework": REWORK | {"items": [REWORK["items"][0] | {"lost_each_d": 2.5}]},
    }

"""A value stream map as the API answers it: four steps, one of them estimated, one loop."""

from __future__ import annotations

from typing import Any

_STREAM = "/v1/streams/checkout"


def _share(part: int, whole: int) -> dict[str, Any]:
    return {
        "share": part / whole if whole else None,
        "numerator": part,
        "n": whole,
        "interval": [None, None],
        "reason": None if whole else "nothing was there in this window",
    }


def _step(name: str, waiting: float, active: float, **more: Any) -> dict[str, Any]:
    times = {"p50_d": active, "p85_d": None, "observed": {"p85_d": waiting + active}, "n": 9}
    return {
        "name": name,
        "kind": "stage",
        "phase": "work",
        "team": name.lower(),
        "value": "added",
        "stages": [f"{name} queue", name],
        "queues": [f"{name} queue"],
        "tool": None,
        "estimated": False,
        "after": None,
        "process": {
            **times, "kind": "upper_bound", "estimate": None, "mean_d": active, "reasons": [],
        },
        "lead": {**times, "mean_d": waiting + active, "reasons": []},
        "ladder": {
            "active_d": active, "waiting_d": waiting, "unknown_d": 0.0, "gap_d": 0.0,
            "ignored_d": 0.0,
        },
        "ladder_s": {"active": 1, "waiting": 1},
        "wait_by_reason_d": {"queue": waiting},
        "wip": {"now": 3, "waiting_now": 2, "average": 2.5, "reason": None},
        "throughput": {
            "entered_per_week": 1.0, "left_per_week": 1.0, "entered": 9, "left": 9, "reason": None,
        },
        "visits": _share(9, 9),
        "skipped": 0,
        "rework_share": 0.1,
        "informed": {"told": "system", "by": f"moved to {name} queue"},
        "explain": f"{_STREAM}/map/explain?step={name}",
        "systems": [{"system": "jira", "tool": "tracker", "share": None, "mean_d": None}],
        "first_pass_yield": _share(7, 9),
        **more,
    }  # fmt: skip


def document() -> dict[str, Any]:
    """Build waits 2 d and takes 3, Test waits 6 and takes 1, Release waits 1 and takes 1; a chat
    before them is guessed at 3 d of waiting.
    """
    chat = _step(
        "Chat", 3.0, 0.0,
        kind="manual", phase="upstream", estimated=True, explain=None, queues=[], stages=[],
        informed={"told": "people", "by": "request in #shop-ideas"}, value="necessary", team=None,
        wip={"now": None, "waiting_now": None, "average": None, "reason": "an estimate"},
    )  # fmt: skip
    edge = {
        "from": "Build", "to": "Test", "from_team": "build", "to_team": "test", "handoff": True,
        "moves": 10, "items": 9, "complete_accurate": _share(7, 9), "survey": None,
        "survey_reason": "no receiver was asked", "shown": True,
        "explain": f"{_STREAM}/map/explain?from_step=Build&to_step=Test",
    }  # fmt: skip
    loop = {
        "from": "Test", "to": "Build", "returns": 2, "deliveries": _share(2, 9), "lost_d": 4.0,
        "lost_each_d": 2.0, "waited_d": 1.0, "cost_cents": None, "valued": 0, "unvalued": 2,
        "cost_reason": "nobody valued what came back here", "shown": True, "explain": "",
    }  # fmt: skip
    return {
        "title": "Checkout",
        "window": ["2026-08-23T06:00:00Z", "2026-11-21T06:00:00Z"],
        "n": 9,
        "grade": "C",
        "value": {"p50": 12.0, "p85": None, "rolled_complete_accurate": 7 / 9},
        "observed": {"p85": 20.0},
        "clock": "idea_to_release",
        "boundaries": {
            "trigger": {"text": "a shopper asks", "per_week": 0.8, "configured": True},
            "recipient": {"text": "shoppers", "configured": True},
            "done": {"text": "in production", "per_week": 0.7, "configured": True},
        },
        "ladder": {
            "n": 9, "total_s": 1, "total_d": 14.0, "active_d": 5.0, "waiting_d": 9.0,
            "estimated_d": 3.0, "reason": None,
            "phases": {"upstream_d": 0.0, "work_d": 12.0, "downstream_d": 2.0},
        },
        "steps": [
            chat,
            _step("Build", 2.0, 3.0),
            _step("Test", 6.0, 1.0),
            _step("Release", 1.0, 1.0),
        ],
        "edges": [edge],
        "rework": [loop],
        "paths": {
            "paths": [{"steps": ["Build", "Test", "Release"], "shown": True}],
        },
    }  # fmt: skip

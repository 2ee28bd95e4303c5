"""Improvements for the page tests: one that held, one that only was proposed, and a standard."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Answer = dict[str, Any]

LIMITS = {"centre": 10.0, "lower": 2.9, "upper": 17.1, "range_limit": 8.7}
BEFORE = (10.0, 12.0, 8.0, 10.0, 12.0, 8.0, 10.0, 12.0)
AFTER = (9.0, 8.0, 9.0, 7.0, 9.0, 8.0, 9.0, 7.0)


def week(number: int, value: float, n: int = 3) -> Answer:
    """The nth week from Monday 5 January 2026 on."""
    start, end = _monday(number), _monday(number + 1)
    return {"start": start, "end": f"{end}T00:00:00Z", "key": None, "n": n, "value": value}


def _monday(number: int) -> str:
    day = 5 + 7 * number
    month = 1
    for length in (31, 28, 31, 30, 31):
        if day <= length:
            break
        day, month = day - length, month + 1
    return f"2026-{month:02}-{day:02}"


def opened(point: Answer) -> Answer:
    address = "/v1/streams/checkout/metrics/flow_time/explain"
    return {**point, "explain": f"{address}?from={point['start']}&to={point['end']}"}


DECIDED = {
    "rule": "run", "side": "below", "from": _monday(8), "to": _monday(15), "points": 8, "keys": [],
}  # fmt: skip
WORDS = (
    "It held: 8 weeks in a row under the average of before, 10 d, from 2 Mar 2026 to 20 Apr 2026."
)


def row(number: int = 1, **more: Any) -> Answer:
    """One that held."""
    return {
        "id": number,
        "stream": "checkout",
        "title": "Two more testers",
        "hypothesis": "work waits for a tester",
        "metric": "flow_time",
        "step": None,
        "unit": "d",
        "wanted": "below",
        "target": {"value": 9.0, "by": "2026-06-30"},
        "owner": "team test",
        "scenario": None,
        "who": "anna",
        "at": "2026-02-27T09:00:00Z",
        "status": "held",
        "changed_at": "2026-03-01T23:00:00Z",
        "changed_on": "2026-03-02",
        "until": "2026-06-30",
        "per": "week",
        "before": LIMITS,
        "n": 8,
        "mean": 8.25,
        "verdict": {
            "outcome": "held",
            "final": False,
            "words": WORDS,
            "decided_by": DECIDED,
            "signals": [DECIDED],
            "usual": [],
            "needed": {},
        },
        **more,
    }


def proposed(number: int = 2) -> Answer:
    """One that has not started."""
    nothing = dict.fromkeys(
        ("changed_at", "changed_on", "until", "per", "before", "mean", "verdict")
    )
    return row(number, title="Ask product first", status="proposed", n=0, **nothing)


def held() -> Answer:
    """All of the one that held."""
    guard = {
        "metric": "step_wait", "step": "Release", "team": "platform", "unit": "d",
        "before": {"n": 8, "mean": 2.0}, "after": {"n": 8, "mean": 5.0}, "worse": True,
        "signal": DECIDED | {"side": "above"}, "reason": None,
        "explain": "/v1/streams/checkout/map/explain?step=Release",
        "words": "The wait in Release (platform) got worse: 2 d before, 5 d since.",
    }  # fmt: skip
    calm = guard | {
        "metric": "velocity", "step": None, "team": None, "unit": "items a week", "worse": False,
        "before": {"n": 8, "mean": 3.0}, "after": {"n": 8, "mean": 3.0}, "signal": None,
        "words": "Velocity is not worse: 3 a week before, 3 a week since.",
    }  # fmt: skip
    return row() | {
        "levers": None,
        "target_met": True,
        "baseline": {
            "from": "2026-01-04T23:00:00Z",
            "to": "2026-03-01T23:00:00Z",
            "known_at": "2026-03-02T09:00:00Z",
            "variant": "mean",
            "per": "week",
            "definitions": ["flow_time@1", "value_stream_map@1", "velocity@1"],
            "grade": "B",
            "reasons": ["n<59"],
            "n": 8,
            "provisional": True,
            "limits": LIMITS,
            "signals": [],
            "points": [week(n, value) for n, value in enumerate(BEFORE)],
        },
        "restated": {
            "would_move": True, "points": 2, "limits": LIMITS, "definitions": [], "reason": None,
        },
        "after": {
            "n": 8,
            "deliveries": 24,
            "mean": 8.25,
            "began_before": 2,
            "points": [opened(week(n, value)) for n, value in enumerate(AFTER, 8)],
            "explain": "/v1/streams/checkout/metrics/flow_time/explain?from=2026-03-01",
        },
        "guards": [guard, calm],
        "caveats": [
            "the limits are provisional: 8 weeks before it",
            "2 points of the baseline are other ones by the records of today; the frozen limits"
            " stay",
        ],
        "log": [
            _line(1, "started", "both began", "anna"),
            _line(2, "tried", "<b>moved</b> the test data", "bo"),
        ],
    }  # fmt: skip


def waiting() -> Answer:
    """All of the one that was proposed."""
    nothing = dict.fromkeys(("levers", "target_met", "baseline", "restated", "after"))
    return proposed() | nothing | {"guards": [], "caveats": [], "log": []}


def _line(number: int, kind: str, note: str, who: str) -> Answer:
    at = f"2026-03-{number + 1:02}T09:00:00Z"
    told = {"id": number, "kind": kind, "note": note, "who": who, "at": at}
    return {**told, "verdict": None, "standard": None}


def standard() -> Answer:
    """The second version, with one step of two owners."""
    steps = [
        {
            "name": name, "kind": "stage", "phase": "work", "team": team, "value": "added",
            "stages": [name], "queues": [], "systems": ["jira"], "informed": f"moved to {name}",
            "estimated": False, "used": True, "explain": "/v1/streams/checkout/map/explain",
        }
        for name, team in (("Build", "web"), ("Test", None))
    ]  # fmt: skip
    change = {"id": 1, "title": "Two more testers", "hypothesis": "so", "owner": "team test"}
    limits = {**LIMITS, "mean_range": 2.7}
    target = {
        "metric": "flow_time", "step": None, "team": None, "unit": "d", "n": 8, "reason": None,
        "target": {"value": 9.0, "by": "2026-06-30"}, "limits": limits,
    }  # fmt: skip
    return {
        "stream": "checkout",
        "title": "Checkout",
        "standard": {
            "version": 2,
            "at": "2026-05-01T09:00:00Z",
            "who": "anna",
            "title": "Checkout",
            "boundaries": {"trigger": "an idea", "recipient": None, "done": "in production"},
            "clock": "flow_time",
            "improvement": {**change, "verdict": WORDS},
            "steps": steps,
            "policies": [
                {"step": "Test", "kind": "limit", "text": "at most 6 items", "source": "scenario"}
            ],
            "variant": "mean",
            "per": "week",
            "targets": [target],
        },
        "versions": [
            {"version": n, "at": "2026-05-01T09:00:00Z", "who": "anna", "improvement": 1,
             "title": "Two more testers"}
            for n in (2, 1)
        ],
        "reason": None,
    }  # fmt: skip


def drift() -> Answer:
    """An owner that changed."""
    return {
        "stream": "checkout",
        "title": "Checkout",
        "version": 2,
        "since": "2026-05-01T09:00:00Z",
        "drifted": True,
        "items": [
            {
                "kind": "owner", "what": "Test", "words": "Test is with quality, and was with test",
                "worse": None, "signal": None, "explain": "/v1/streams/checkout/map/explain",
            }
        ],
        "unchecked": [{"what": "Velocity", "reason": "the standard has no limits of it"}],
        "reason": None,
    }  # fmt: skip


def no_standard() -> tuple[Answer, Answer]:
    """What is answered of a stream without one."""
    why = "no change of this stream that held was adopted yet"
    body = {"stream": "checkout", "title": "Checkout"}
    nothing: Answer = {"version": None, "since": None, "drifted": None, "items": []}
    return (
        {**body, "standard": None, "versions": [], "reason": why},
        {**body, **nothing, "unchecked": [], "reason": why},
    )


def answers() -> Answer:
    """By path."""
    base = "/v1/streams/checkout/standard"
    found: Answer = {
        "/v1/improvements": {"items": [proposed(), row()], "next": None, "total": 2},
        "/v1/improvements/1": held(),
        "/v1/improvements/2": waiting(),
        "/v1/scenarios": {"items": [], "next": None},
        base: standard(),
        f"{base}/drift": drift(),
    }
    return deepcopy(found)

"""The value stream map as it looks, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from api.examples import ENVELOPE

_EXPLAIN: Final = (
    "/v1/streams/checkout/map/explain?from=2026-08-22T14:01:00Z&to=2026-11-20T14:01:00Z"
    "&clock=idea_to_release"
)

MAP: Final[dict[str, Any]] = {
    **ENVELOPE,
    **{
        "metric": "value_stream_map",
        "definition": "value_stream_map@1",
        "value": {
            "p50": 105.84,
            "p85": None,
            "p95": None,
            "mean_d": 100.38,
            "active_d": 4.86,
            "waiting_d": 95.52,
            "unknown_d": 0.0,
            "gap_d": 0.0,
            "ignored_d": 0.0,
            "activity_ratio": 0.05,
            "cycle_efficiency": 0.03,
            "rolled_complete_accurate": 0.66,
            "rolled_first_pass_yield": 0.37,
        },
        "observed": {"p85": 178.94, "p95": 190.82},
        "n": 11,
        "excluded": {"no_commits": 2, "not_deployed": 1},
        "reasons": ["C1<0.9", "n<19", "p85 withheld: n<19", "p95 withheld: n<59"],
        "explain": _EXPLAIN,
        "unit": "d",
        "interval": {
            "p50": [13.05, 178.94],
            "p85": [112.8, None],
            "p95": [158.77, None],
            "level": 0.95,
            "method": "order-statistic",
        },
        "title": "Checkout",
        "clock": "idea_to_release",
        "currency": "EUR",
        "boundaries": {
            "trigger": {
                "text": "the idea was written down",
                "configured": False,
                "per_week": 0.78,
                "reason": None,
            },
            "recipient": {"text": None, "configured": False},
            "done": {"text": "in production", "configured": False, "per_week": 0.86},
        },
        "ladder": {
            "n": 11,
            "total_s": 95397807,
            "total_d": 100.38,
            "active_d": 4.86,
            "waiting_d": 95.52,
            "unknown_d": 0.0,
            "gap_d": 0.0,
            "ignored_d": 0.0,
            "estimated_d": None,
            "estimated_share": 0.0,
            "phases": {"upstream_d": 90.28, "work_d": 8.65, "downstream_d": 1.45},
            "reason": None,
            "note": "averages, because only averages add up; estimated steps are not in the total",
        },
        "steps": [
            {
                "name": "Build",
                "kind": "stage",
                "phase": "work",
                "team": "checkout",
                "value": "added",
                "stages": ["Ready", "Build"],
                "queues": ["Ready"],
                "tool": None,
                "estimated": False,
                "after": None,
                "process": {
                    "kind": "upper_bound",
                    "mean_d": 2.33,
                    "estimate": None,
                    "logged": {
                        "p50_d": None,
                        "p85_d": None,
                        "observed": {"p50_d": 0.33, "p85_d": 0.5},
                        "n": 4,
                        "reasons": ["p50 withheld: n<5", "p85 withheld: n<19"],
                        "stays": 16,
                        "over": 0,
                    },
                    "p50_d": 1.05,
                    "p85_d": None,
                    "observed": {"p85_d": 2.8},
                    "n": 16,
                    "reasons": ["time in an active status is at most work", "p85 withheld: n<19"],
                },
                "lead": {
                    "p50_d": 1.97,
                    "p85_d": None,
                    "observed": {"p85_d": 5.65},
                    "n": 16,
                    "reasons": ["p85 withheld: n<19"],
                    "mean_d": 5.38,
                },
                "ladder": {
                    "active_d": 2.33,
                    "waiting_d": 3.05,
                    "unknown_d": 0.0,
                    "gap_d": 0.0,
                    "ignored_d": 0.0,
                },
                "ladder_s": {
                    "active": 2216296,
                    "waiting": 2901449,
                    "unknown": 0,
                    "gap": 0,
                    "ignored": 0,
                },
                "wait_by_reason_d": {"queue": 2.88, "blocked": 0.01, "approval": 0.16},
                "wip": {"now": 0, "waiting_now": 0, "average": 0.69, "reason": None},
                "throughput": {
                    "entered_per_week": 1.17,
                    "left_per_week": 1.24,
                    "entered": 15,
                    "left": 16,
                    "reason": None,
                },
                "visits": {
                    "share": 1.0,
                    "numerator": 11,
                    "n": 11,
                    "interval": [0.74, 1.0],
                    "reason": None,
                },
                "skipped": 0,
                "rework_share": 0.16,
                "informed": {"told": "system", "by": "moved to Ready"},
                "explain": f"{_EXPLAIN}&step=Build",
                "systems": [
                    {"system": "jira", "tool": "tracker", "share": None, "mean_d": None},
                    {"system": "snow", "tool": "change_approval", "share": 0.09, "mean_d": 0.17},
                    {"system": "jenkins, gitlab", "tool": "ci", "share": 1.0, "mean_d": 0.01},
                    {"system": "gitlab", "tool": "commit", "share": 1.0, "mean_d": 1.23},
                    {"system": "jenkins, gitlab", "tool": "release", "share": 0.09, "mean_d": 0.0},
                    {"system": "gitlab", "tool": "review", "share": 1.0, "mean_d": 0.79},
                ],
                "first_pass_yield": {
                    "share": 0.64,
                    "numerator": 7,
                    "n": 11,
                    "interval": [0.35, 0.85],
                    "reason": None,
                },
            }
        ],
        "edges": [
            {
                "from": "Build",
                "to": "Review",
                "from_team": "checkout",
                "to_team": "checkout",
                "handoff": False,
                "moves": 16,
                "items": 11,
                "complete_accurate": {
                    "share": 0.73,
                    "numerator": 8,
                    "n": 11,
                    "interval": [0.43, 0.9],
                    "reason": None,
                    "kind": "proxy",
                    "note": "an upper bound: what the receiver repairs in silence is not seen",
                },
                "survey": None,
                "survey_reason": "no receiver was asked",
                "shown": True,
                "explain": f"{_EXPLAIN}&from_step=Build&to_step=Review",
            }
        ],
        "rework": [
            {
                "from": "Review",
                "to": "Build",
                "returns": 4,
                "deliveries": {
                    "share": 0.27,
                    "numerator": 3,
                    "n": 11,
                    "interval": [0.1, 0.57],
                    "reason": None,
                },
                "lost_d": 8.61,
                "lost_each_d": 2.15,
                "waited_d": 0.0,
                "cost_cents": 0,
                "valued": 1,
                "unvalued": 3,
                "cost_reason": None,
                "shown": True,
                "explain": f"{_EXPLAIN}&from_step=Review&to_step=Build",
            }
        ],
        "handoffs": {
            "per_delivery": {"p50": 1.0, "p85": 1.0, "mean": 0.82, "n": 11},
            "total": 9,
            "between": [
                {
                    "from_team": "product",
                    "to_team": "checkout",
                    "handoffs": 9,
                    "items": 9,
                    "explain": f"{_EXPLAIN}&from_team=product&to_team=checkout",
                }
            ],
            "reason": None,
        },
        "paths": {
            "asked_share": 1.0,
            "shown": 7,
            "covered": 1.0,
            "count": 7,
            "n": 11,
            "reason": None,
            "paths": [
                {
                    "steps": ["Ideas", "Analysis", "Build", "Review", "Test"],
                    "deliveries": 5,
                    "share": 0.45,
                    "shown": True,
                }
            ],
        },
        "tools": [
            {
                "tool": "commit",
                "system": "gitlab",
                "p50_d": 0.92,
                "p85_d": None,
                "observed": {"p85_d": 2.76},
                "n": 11,
                "reason": None,
            }
        ],
        "first_use": {
            "p50_d": None,
            "p85_d": None,
            "observed": {},
            "n": 0,
            "reason": "nothing tells when a delivery was first used",
        },
        "completeness": {
            "share": 0.81,
            "parts": [
                {
                    "name": "boundaries",
                    "filled": 0,
                    "fields": 3,
                    "missing": [
                        'map = { trigger = "..." }',
                        'map = { recipient = "..." }',
                        'map = { done = "..." }',
                    ],
                },
                {
                    "name": "steps and owners",
                    "filled": 4,
                    "fields": 6,
                    "missing": ['Ideas: team = "..."', 'Release queue: team = "..."'],
                },
            ],
        },
        "caveats": [],
    },
}

EDGES: Final[dict[str, Any]] = {
    "items": MAP["edges"],
    "next": None,
    "rolled_complete_accurate": 0.66,
    "rolled_first_pass_yield": 0.37,
    "caveats": [],
}

REWORK: Final[dict[str, Any]] = {
    "items": MAP["rework"],
    "next": None,
    "rework_share": 0.08,
    "currency": "EUR",
    "caveats": [],
}

HANDOFFS: Final[dict[str, Any]] = {**MAP["handoffs"], "caveats": []}

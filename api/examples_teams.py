"""Time by team and what is blocked, as they look, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

from api.examples import ENVELOPE
from pipeline.blocked_answers import SPLIT

_WINDOW = "from=2026-08-23T06:00:00Z&to=2026-11-21T06:00:00Z"
_STREAM = "/v1/streams/checkout"
_USUAL: Final[dict[str, Any]] = {
    **ENVELOPE,
    "unit": "d",
    "observed": {},
    "interval": {},
    "excluded": {},
    "reasons": [],
}

TEAMS: Final[dict[str, Any]] = {
    **_USUAL,
    "metric": "team_time",
    "definition": "team_time@1",
    "value": {
        "total_d": 400,
        "active_d": 150,
        "waiting_d": 250,
        "blocked_d": 40,
        "unknown_d": 0,
        "ignored_d": 0,
        "gap_d": 0,
        "known_share": 0.75,
    },
    "n": 42,
    "explain": f"{_STREAM}/teams/explain?{_WINDOW}",
    "teams": [
        {
            "team": "web",
            "reason": None,
            "n": 42,
            "p50_d": 4.5,
            "p85_d": 9.0,
            "interval_d": {"p50": [3.5, 6.0], "p85": [7.0, 21.0]},
            "observed": {},
            "reasons": [],
            "total_d": 300.0,
            "active_d": 150.0,
            "waiting_d": 150.0,
            "blocked_d": 40.0,
            "unknown_d": 0.0,
            "ignored_d": 0.0,
            "by_stage_d": 280.0,
            "by_assignee_d": 20.0,
            "share": 0.75,
            "items_now": 9,
            "waiting_now": 4,
            "blocked_now": 1,
            "explain": f"{_STREAM}/teams/explain?{_WINDOW}&team=web",
        }
    ],
}

BLOCKED: Final[dict[str, Any]] = {
    **_USUAL,
    "metric": "blocked_time",
    "definition": "blocked_time@1",
    "value": {
        "now": 1,
        "blocked_d": 40,
        "flag_d": 25,
        "status_d": 0,
        "label_d": 0,
        "link_d": 15,
        "not_told_d": 0,
    },
    "n": 7,
    "explain": f"{_STREAM}/blocked/explain?{_WINDOW}",
    "by_reason": [
        {"reason": "flag", "items": 5, "blocked_d": 25.0, "share": 0.625},
        {"reason": "status", "items": 0, "blocked_d": 0.0, "share": 0.0},
        {"reason": "label", "items": 0, "blocked_d": 0.0, "share": 0.0},
        {"reason": "link", "items": 3, "blocked_d": 15.0, "share": 0.375},
    ],
    "split": SPLIT,
    "items": [
        {
            "key": "SHOP-412",
            "title": "Split payments",
            "type": "Story",
            "kind": "feature",
            "url": "https://acme.example/browse/SHOP-412",
            "stage": "Build",
            "team": "web",
            "since": "2026-11-18T06:00:00Z",
            "blocked_s": 259200,
            "reasons": [
                {
                    "kind": "link",
                    "detail": "is blocked by PAY-7",
                    "since": "2026-11-18T06:00:00Z",
                    "since_told": True,
                    "by": {
                        "key": "PAY-7",
                        "title": "Partial captures",
                        "type": "Story",
                        "url": "https://acme.example/browse/PAY-7",
                        "state": "in_flight",
                        "stream": "payments",
                        "stage": "Review",
                        "team": "payments",
                    },
                    "reason": None,
                }
            ],
        }
    ],
    "next": None,
}

"""Answers as they look, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

ENVELOPE: Final[dict[str, Any]] = {
    "metric": "flow_time",
    "definition": "flow_time@1",
    "scope": {"stream": "checkout"},
    "window": ["2026-08-23T06:00:00Z", "2026-11-21T06:00:00Z"],
    "as_of": "2026-11-21T06:00:00Z",
    "known_at": "2026-11-21T05:58:11Z",
    "unit": "d",
    "calendar": "elapsed",
    "value": {"p50": 6.2, "p85": 15.4, "p95": None},
    "observed": {"p95": 31.0},
    "interval": {
        "p50": [4.1, 9.3],
        "p85": [11.0, 28.2],
        "level": 0.95,
        "method": "order-statistic",
    },
    "n": 42,
    "excluded": {"cancelled": 6, "censored_start": 3},
    "coverage": {"C6": 0.98, "C8": 0.95},
    "watermarks": {"jira": "2026-11-21T05:58:11Z"},
    "history_back_to": {},
    "grade": "B",
    "reasons": ["n<59", "p95 withheld: n<59"],
    "explain": "/v1/streams/checkout/metrics/flow_time/explain"
    "?from=2026-08-23T06:00:00Z&to=2026-11-21T06:00:00Z",
}

UNLINKED: Final[dict[str, Any]] = {
    "items": [
        {
            "kind": "commit",
            "key": "3f2a91c0b7d14e6f8a5c2d9e0b1f4a7c6d8e3f20",
            "title": "SHPO-412: split payments",
            "url": "https://git.example/shop/web/-/commit/3f2a91c0b7d14e6f8a5c2d9e0b1f4a7c6d8e3f20",
            "at": "2026-11-18T09:14:00Z",
            "bot": False,
            "reason": "typo",
            "text": "SHPO-412 is no ticket, but nearly one.",
            "next_step": "write the key into the title of the commit's merge request, if it is"
            " meant",
            "line": None,
            "suggestion": {
                "ticket": "SHOP-412",
                "commit": None,
                "kind": "project",
                "sure": 0.8,
                "why": "SHPO is no project; SHOP is one letter away (P and O are swapped), and"
                " SHOP-412 was open when the text was written",
            },
            "streams": ["checkout"],
            "services": ["web"],
        }
    ],
    "next": None,
}

VERDICT = {
    "a": {"kind": "item", "key": "SHOP-412"},
    "b": {"kind": "commit", "key": "shop/web@3f2a91c0"},
    "answer": "rejected",
    "who": "anna",
    "why": "the message only mentions it",
}
WITHDRAWAL = {"who": "anna", "why": "it was the other commit"}

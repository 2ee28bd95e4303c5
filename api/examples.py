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

"""Examples of what people send of improvements."""

from __future__ import annotations

from typing import Any, Final

IMPROVEMENT: Final[dict[str, Any]] = {
    "stream": "checkout",
    "title": "Two more testers",
    "hypothesis": "work waits for a tester longer than it is worked on",
    "metric": "step_wait",
    "step": "Test",
    "target": {"value": 3.0, "by": "2026-12-31"},
    "owner": "team test",
    "scenario": 4,
    "who": "anna",
}
START: Final[dict[str, Any]] = {
    "changed_at": "2026-10-05",
    "until": "2026-12-31",
    "baseline_from": "2026-07-01",
    "per": "week",
    "variant": "mean",
    "note": "both began on Monday",
    "who": "anna",
}
LINE: Final[dict[str, Any]] = {"note": "moved the test data to the team as well", "who": "bo"}
ADOPT: Final[dict[str, Any]] = {
    "policies": [{"step": "Test", "kind": "limit", "text": "at most 6 items in the step"}],
    "note": "agreed on in the review of the quarter",
    "who": "anna",
}

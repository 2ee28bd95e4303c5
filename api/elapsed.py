"""Why an address has no working time: the reason in place of "there is no such parameter"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pipeline.working import elapsed_only

_METRIC_OF: Final = {
    "littles-law": "littles_law",
    "cfd": "cfd",
    "run-chart": "run_chart",
    "delay-cost": "delay_cost",
    "calibration": "forecast_calibration",
    "dora": "dora",
    "services": "dora",
}
"""What an address tells, by the first part of its path that is one of these."""


def told(detail: Mapping[str, Any], path: str) -> str:
    """What is wrong with one value that was sent, in words."""
    name = detail["loc"][-1]
    if name == "calendar" and detail["type"] == "extra_forbidden":
        slug = next((slug for part, slug in _METRIC_OF.items() if part in path.split("/")), "")
        return elapsed_only(slug)
    return f"{name}: {detail['msg']}"

"""Why an address does not take a parameter that others take, in place of "there is none"."""

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

_NOT_KEPT: Final = {
    "clock-skew": "it compares commits, builds, deployments and merge requests as their sources"
    " date them now, and of each source's clock only the last offset is kept",
    "audit": "which links the rules had found, and which of them people had judged, is kept only"
    " as it is now",
    "agreement": "links and what people say of them are kept only as they are now",
    "unlinked": "links are kept only as they are now",
    "quality": "coverage rests on links, and these are kept only as they are now; the coverage of a"
    " metric as it was known is in the metric's own answer",
    "incidents": "what an incident is put down to rests on links, and these are kept only as they"
    " are now",
    "journey": "a journey is drawn of records and links, and these are kept only as they are now",
    "items": "the list is of items as they are now",
    **dict.fromkeys(
        ("report", "report.md", "report.html"),
        "a report tells how its sources are doing, and that is kept only as it is now",
    ),
}
"""Why nothing can be told as it was known, by the last part of a path that is one of these."""


def told(detail: Mapping[str, Any], path: str) -> str:
    """What is wrong with one value that was sent, in words."""
    name, parts = detail["loc"][-1], path.split("/")
    if detail["type"] == "extra_forbidden":
        if name == "calendar":
            return elapsed_only(next((_METRIC_OF[one] for one in parts if one in _METRIC_OF), ""))
        if name == "known_at" and (why := not_kept(path)):
            return why
    return f"{name}: {detail['msg']}"


def not_kept(path: str) -> str:
    """Why an address can't answer as it was known; "" where it is none of those that say so."""
    parts = reversed(path.split("/"))
    return next((f"known_at: {_NOT_KEPT[one]}" for one in parts if one in _NOT_KEPT), "")

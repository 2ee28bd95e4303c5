"""Which answers can be given in working time; the others say why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.errors import BadRequestError
from pipeline.question import Question

IN_WORKING_TIME: Final = (
    "flow_time",
    "idea_to_done",
    "idea_to_release",
    "efficiency",
    "stage_time",
    "ageing",
    "sle",
    "forecast_when",
    "forecast_how_many",
    "forecast_queue",
)
_DORA: Final = "DORA metrics run on elapsed time: what is broken is broken at night, too"
_COUNTS: Final = "it counts deliveries, and a count has no calendar"

ELAPSED_ONLY: Final[Mapping[str, str]] = {
    "time_by_tool": "builds and deployments run at night and on weekends too",
    "velocity": _COUNTS,
    "load": "it counts what is in load at an instant, and a count has no calendar",
    "distribution": "its shares are of deliveries and of their elapsed active time",
    "reopen_rate": _COUNTS,
    "discard_rate": _COUNTS,
    "delay_cost": "what is late costs money on every day: values are per elapsed week",
    **dict.fromkeys(
        ("idea_to_live", "time_to_first_use", "time_to_adoption"),
        "users have a feature on weekends, too",
    ),
    "unexposed": "it counts what is switched off at an instant, and a count has no calendar",
    "realised_value": "what a feature brings is told of elapsed days",
    "outcome_coverage": _COUNTS,
    "littles_law": "load, throughput and time must be of one clock, and load is there every day",
    "cfd": "it counts who is where at the end of each period, and a count has no calendar",
    "run_chart": "it counts what was done in each period, empty ones included",
    "forecast_calibration": "forecasts are tried on elapsed days",
    **dict.fromkeys(
        (
            "change_lead_time",
            "change_lead_time_by_change",
            "deployment_frequency",
            "recovery_time",
            "change_fail_rate",
            "deployment_rework_rate",
            "dora",
        ),
        _DORA,
    ),
}
"""By the name of a metric, why it has no working time."""


def require_calendar(slug: str, asked: Question) -> None:
    """`BadRequestError`, with the reason, where working time is asked of a metric without one."""
    if asked.calendar is not None and slug in ELAPSED_ONLY:
        raise BadRequestError(elapsed_only(slug))


def elapsed_only(slug: str) -> str:
    """Why there is no working time of a metric, and what there is of it; "" names none."""
    why = f"{slug} has none: {ELAPSED_ONLY[slug]}" if slug in ELAPSED_ONLY else "not asked here"
    return f"calendar: {why}; working time is told of {', '.join(IN_WORKING_TIME)}"


def calendar_name(asked: Question) -> str:
    """The calendar of the answer, as its envelope tells it."""
    return "elapsed" if asked.calendar is None else asked.calendar.name


def told_calendar(asked: Question) -> dict[str, str]:
    """The same for answers that have no envelope; nothing where time is elapsed."""
    return {} if asked.calendar is None else {"calendar": asked.calendar.name}

"""Vectors of windows: the periods of the calendar that a window touches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from conformance.given import At, Closed, Given, iso
from core.frames import to_ts
from metrics.periods import Interval, periods


class Zoned(Given):
    """An input that is cut on a calendar."""

    time_zone: str = "UTC"

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, LookupError, OSError) as error:
            raise ValueError("no known time zone; write one like Europe/Vienna") from error
        return name


class _Periods(Zoned):
    window: Closed
    interval: Interval
    as_of: At
    week_starts: int = Field(default=0, ge=0, le=6)


def calendar_periods(given: Mapping[str, Any]) -> dict[str, Any]:
    """window, interval, time_zone, as_of, week_starts (0 Monday) -> periods: first_day, from, to,
    hours, complete.
    """
    asked = _Periods.model_validate(given)
    found = periods(
        asked.window.window,
        interval=asked.interval,
        tz=asked.time_zone,
        as_of=to_ts(asked.as_of),
        week_starts=asked.week_starts,
    )
    rows = [
        {
            "first_day": period.label,
            "from": iso(period.from_ts),
            "to": iso(period.to_ts),
            "hours": (period.to_ts - period.from_ts) / 3_600,
            "complete": period.complete,
        }
        for period in found
    ]
    return {"periods": rows}

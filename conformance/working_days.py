"""Vectors of working time: seconds and days between two moments, and histories in that time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from pydantic import Field, field_validator

from conformance.calendars import Zoned
from conformance.given import At, Closed, Given, seconds, told
from conformance.histories import Histories
from core.closed_days import holiday_problem
from core.settings import Weekday
from metrics import flow
from metrics.ageing import ageing
from metrics.facts import item_facts
from metrics.working_items import in_working_time
from metrics.working_time import WEEKDAYS, WorkingCalendar, inclusive_days, seconds_between


class _Calendar(Zoned):
    """The days that are worked, from midnight to midnight of the zone."""

    working_days: tuple[Weekday, ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri"), min_length=1
    )
    holidays: str = ""
    closed: tuple[date, ...] = ()

    @field_validator("holidays")
    @classmethod
    def _holidays(cls, code: str) -> str:
        if code and (problem := holiday_problem(code)):
            raise ValueError(problem)
        return code

    @property
    def calendar(self) -> WorkingCalendar:
        days = tuple(sorted({WEEKDAYS.index(day) for day in self.working_days}))
        return WorkingCalendar(days, self.time_zone, self.holidays, frozenset(self.closed))


class _Between(Given):
    calendar: _Calendar
    start: At = Field(alias="from")
    end: At = Field(alias="to")


def between(given: Mapping[str, Any]) -> dict[str, Any]:
    """calendar, from, to -> name, seconds, inclusive_days, and both as elapsed."""
    asked = _Between.model_validate(given)
    calendar = asked.calendar.calendar
    start, end = np.array([seconds(asked.start)]), np.array([seconds(asked.end)])
    return {
        "name": calendar.name,
        "seconds": int(calendar.seconds(start, end)[0]),
        "elapsed_seconds": int(seconds_between(start, end, None)[0]),
        "inclusive_days": int(inclusive_days(start, end, calendar.tz, calendar)[0]),
        "elapsed_inclusive_days": int(inclusive_days(start, end, calendar.tz, None)[0]),
    }


class _Asked(Histories):
    calendar: _Calendar
    window: Closed


def working_items(given: Mapping[str, Any]) -> dict[str, Any]:
    """statuses, items, rules, window, calendar -> parts (by item, days) and the metrics that have a
    working time.
    """
    asked = _Asked.model_validate(given)
    facts, calendar = item_facts(asked.inputs(), asked.fact_rules()), asked.calendar.calendar
    items = in_working_time(facts.items, facts.visits, calendar)
    window = asked.window.window
    parts: dict[str, list[dict[str, float]]] = {item.id: [] for item in asked.items}
    names = list(parts)
    for row in items.to_dict("records"):
        parts[names[int(row["item_id"]) - 1]].append(
            {f"{part}_d": int(row[f"{part}_s"]) / 86_400 for part in _PARTS}
        )
    return {
        "parts": parts,
        "flow_time": told(flow.flow_time(items, window=window, calendar=calendar)),
        "idea_to_done": told(
            flow.flow_time(items, window=window, clock="idea_to_done", calendar=calendar)
        ),
        "efficiency": told(flow.efficiency(items, window=window, staged=True)),
        "ageing": told(ageing(items, facts.visits, window=window, calendar=calendar).measure),
    }


_PARTS = ("active", "waiting", "blocked", "unknown", "ignored", "gap")

"""The query parameters that several routes share, turned into questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import Served
from metrics.periods import WEEK, Window
from pipeline.question import Question, question


class MetricQuery(BaseModel):
    """Window, rhythm and kind of work."""

    model_config = ConfigDict(extra="forbid")

    start: str | None = Field(
        default=None,
        alias="from",
        description="Begin of the window: a date (midnight in the configured zone) or a time."
        " Default: 90 days before `to`.",
        examples=["2026-08-01"],
    )
    end: str | None = Field(
        default=None,
        alias="to",
        description="End of the window, not included. Default: now.",
        examples=["2026-11-01"],
    )
    interval: str | None = Field(
        default=None, description="Also a series: day, week, month or quarter."
    )
    type: str | None = Field(default=None, description="feature, defect, risk or debt.")


MetricDep = Annotated[MetricQuery, Query()]


def asked_of(served: Served, query: MetricQuery) -> Question:
    """The question, as of the present minute; `BadRequestError` for what makes no sense."""
    return question(
        served.settings,
        as_of=served.minute(),
        start=query.start,
        end=query.end,
        interval=query.interval,
        kind=query.type,
    )


def last_weeks(asked: Question, weeks: int = 13) -> Question:
    """The running week and the complete ones before it, as sparklines draw them."""
    window = Window(asked.as_of - weeks * WEEK, asked.as_of)
    return replace(asked, window=window, interval="week")

"""Charts and forecasts of a value stream."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.asking import CalendarQuery, ChartQuery, WorkDep, ZoneQuery, asked_of, of_stream
from api.deps import Served, ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_charts import CALIBRATION, CFD, HOW_MANY, RUN_CHART, WHEN, XMR
from api.schemas_charts import (
    Calibration,
    CumulativeFlow,
    ForecastHowMany,
    ForecastWhen,
    ProcessChart,
    RunChart,
)
from api.schemas_journey import Explained
from metrics.forecast import MOST_DAYS, MOST_ITEMS
from metrics.periods import DAY, Window
from pipeline.calibration_answers import calibration_answer
from pipeline.chart_answers import cfd_answer, explain_cfd, run_chart_answer
from pipeline.forecast_answers import how_many_answer, when_answer
from pipeline.question import Question, instant
from pipeline.xmr_answers import XMR_SLUGS, xmr_answer

router = APIRouter(prefix="/streams/{name}", tags=["charts and forecasts"])

Name = Annotated[str, Path(description="The stream's name in the configuration.")]
Slug = Annotated[str, Path(description=f"One of: {', '.join(XMR_SLUGS)}.")]
_YEAR_DAYS = 364


class XmrQuery(ChartQuery, CalendarQuery):
    """Window, rhythm, calendar, and what the limits come from."""

    variant: Literal["mean", "median"] = Field(
        default="mean",
        description="mean or median; by the median one outlier can't hide itself.",
    )
    baseline: str | None = Field(
        default=None,
        description="The limits are those of the first 20 values from this date or time on, and"
        " stay. Default: the first 20 values of the window.",
        examples=["2026-06-01"],
    )


class WhenQuery(CalendarQuery):
    """The pool (`from`, `to`), the kind of work, the team, the calendar, and how many items."""

    items: int = Field(description=f"How many items, 1 to {MOST_ITEMS}.", examples=[20])


class HowManyQuery(CalendarQuery):
    """The pool (`from`, `to`), the kind of work, the team, the calendar, and the date."""

    date: str = Field(
        description=f"By the end of which day; at most {MOST_DAYS} days from now.",
        examples=["2026-12-24"],
    )


class CalibrationQuery(ZoneQuery):
    """The window in which forecasts are tried (default: 52 weeks), and how far each reaches."""

    horizon: int = Field(default=14, ge=1, le=90, description="Days that a forecast reaches.")
    pool: int = Field(default=90, ge=35, le=400, description="Days that a forecast draws from.")


def last_year(asked: Question, start: str | None) -> Question:
    """The last 52 weeks where no begin is asked for."""
    until = asked.window.to_ts
    if start is not None:
        return asked
    return replace(asked, window=Window(until - _YEAR_DAYS * DAY, until))


def _asked(served: Served, query: ChartQuery, usual: str) -> Question:
    return asked_of(served, query.model_copy(update={"interval": query.interval or usual}))


@router.get(
    "/cfd", summary="Cumulative flow", responses=answers(CumulativeFlow, named=True, example=CFD)
)
def read_cfd(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[ChartQuery, Query()]
) -> Response:
    """A point per period (default: day): the lines by stage with the band of what was cancelled,
    and as a second chart the items that are in each stage. What came and went is the value.
    """
    asked = _asked(served, query, "day")
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(cfd_answer(snapshot, stream, asked))


@router.get(
    "/cfd/explain",
    summary="The items behind cumulative flow",
    responses=answers(Explained, named=True),
)
def read_cfd_items(served: ServedDep, session: SessionDep, name: Name, query: WorkDep) -> Response:
    """Every item of the chart, when it crossed each boundary, and how far it came."""
    asked = asked_of(served, query)
    _, stream = of_stream(served, session, name, asked)
    return encoded(explain_cfd(stream, asked))


@router.get(
    "/run-chart",
    summary="Throughput, empty periods included",
    responses=answers(RunChart, named=True, example=RUN_CHART),
)
def read_run_chart(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[ChartQuery, Query()]
) -> Response:
    """Completions by period (default: week); mean and median of the complete ones."""
    asked = _asked(served, query, "week")
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(run_chart_answer(snapshot, stream, asked))


@router.get(
    "/metrics/{slug}/xmr",
    summary="Process behaviour chart",
    responses=answers(ProcessChart, named=True, example=XMR),
)
def read_xmr(
    served: ServedDep,
    session: SessionDep,
    name: Name,
    slug: Slug,
    query: Annotated[XmrQuery, Query()],
) -> Response:
    """Natural limits from moving ranges, and signals: what is more than noise. Of `velocity` a
    point per period (default: week), of the times a point per delivery in the order of its end.
    """
    asked = _asked(served, query, "week")
    snapshot, stream = of_stream(served, session, name, asked)
    since = None if query.baseline is None else instant("baseline", query.baseline, asked.tz)
    found = xmr_answer(snapshot, stream, slug, asked, variant=query.variant, baseline=since)
    return encoded(found)


@router.get(
    "/forecasts/when",
    summary="When so many items are done",
    responses=answers(ForecastWhen, named=True, example=WHEN),
)
def read_when(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[WhenQuery, Query()]
) -> Response:
    """Days and dates at 50, 85 and 95 %, exactly, from the days of the window. Null with what is
    missing under 30 completions or 5 weeks.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(when_answer(snapshot, stream, asked, query.items))


@router.get(
    "/forecasts/how-many",
    summary="How many items are done by a date",
    responses=answers(ForecastHowMany, named=True, example=HOW_MANY),
)
def read_how_many(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[HowManyQuery, Query()]
) -> Response:
    """At least so many with 50, 85 and 95 %, exactly, from the days of the window. Null with what
    is missing under 30 completions or 5 weeks.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(how_many_answer(snapshot, stream, asked, query.date))


@router.get(
    "/forecasts/calibration",
    summary="Whether forecasts held",
    responses=answers(Calibration, named=True, example=CALIBRATION),
)
def read_calibration(
    served: ServedDep,
    session: SessionDep,
    name: Name,
    query: Annotated[CalibrationQuery, Query()],
) -> Response:
    """Forecasts made again as of past days, each from the days before it, compared with what
    came; the share that held should be near the percentile.
    """
    asked = last_year(asked_of(served, query), query.start)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(
        calibration_answer(snapshot, stream, asked, horizon=query.horizon, pool_days=query.pool)
    )

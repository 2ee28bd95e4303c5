"""The query parameters that several routes share, turned into questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.deps import Served
from api.refusals import not_kept
from core.errors import BadRequestError
from metrics.periods import WEEK, Window
from pipeline.question import Calendar, Question, past_moment, question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import stream_of
from pipeline.stream_teams import require_team

_INTERVAL = "Also a series: day, week, month or quarter; at most 400 periods."

_ANSWERING = ("/v1/", "/metrics")

_KNOWN_AT = (
    "The answer as it was at this moment: a date (midnight in the configured zone) or a time."
    " Default: as it is now."
)


class WindowQuery(BaseModel):
    """The window; a parameter that nothing reads is refused, not ignored."""

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


class KnownQuery(WindowQuery):
    """The window, and as known when."""

    known_at: str | None = Field(
        default=None, description=_KNOWN_AT, examples=["2026-11-01T06:00Z"]
    )


class MomentQuery(BaseModel):
    """As known when; for what has no window."""

    model_config = ConfigDict(extra="forbid")

    known_at: str | None = Field(
        default=None, description=_KNOWN_AT, examples=["2026-11-01T06:00Z"]
    )


class KindQuery(KnownQuery):
    """Window and kind of work."""

    type: str | None = Field(default=None, description="feature, defect, risk or debt.")


class SeriesQuery(KnownQuery):
    """Window and rhythm."""

    interval: str | None = Field(default=None, description=_INTERVAL)


class WorkQuery(KindQuery):
    """Window, kind of work and team."""

    team: str | None = Field(
        default=None,
        description="Only the items of this team: of what is in load those that it has at that"
        " instant, of all else those that it had longest in process; `scope` says which.",
        examples=["web"],
    )


class ZoneQuery(WorkQuery):
    """Window, kind of work, team, and the zone in which days are cut."""

    zone: str | None = Field(
        default=None,
        description="The time zone of days, weeks and months. Default: the configured one.",
        examples=["Europe/Berlin"],
    )


class DaysQuery(KnownQuery):
    """Window and the zone in which days are cut; of all work, whatever its type and team."""

    zone: str | None = Field(
        default=None,
        description="The time zone of days. Default: the configured one.",
        examples=["Europe/Berlin"],
    )


class WorkingDaysQuery(DaysQuery):
    """The same, and whether every day counts."""

    calendar: Calendar = Field(
        default="elapsed",
        description="elapsed: every day counts. working: only the working days of `[calendar]`.",
        examples=["working"],
    )


class CalendarQuery(ZoneQuery):
    """Window, kind of work, team, and whether every day counts."""

    calendar: Calendar = Field(
        default="elapsed",
        description="elapsed: nights and weekends count. working: only the working days of"
        " `[calendar]`, each from midnight to midnight in the zone.",
        examples=["working"],
    )


class MetricQuery(CalendarQuery):
    """Window, rhythm, kind of work, team and calendar."""

    interval: str | None = Field(default=None, description=_INTERVAL)
    inclusive_days: bool = Field(
        default=False,
        description="Of times: also percentiles of the days from date to date, both counted"
        " (`inclusive_p50` and on), as Kanban charts show.",
    )


class ChartQuery(ZoneQuery):
    """Window, kind of work, team, zone and rhythm."""

    interval: str | None = Field(
        default=None, description="day, week, month or quarter; at most 400 periods."
    )


WindowDep = Annotated[WindowQuery, Query()]
KnownDep = Annotated[KnownQuery, Query()]
KindDep = Annotated[KindQuery, Query()]
CalendarDep = Annotated[CalendarQuery, Query()]
WorkDep = Annotated[WorkQuery, Query()]
SeriesDep = Annotated[SeriesQuery, Query()]
MetricDep = Annotated[MetricQuery, Query()]


def no_parameters(request: Request) -> None:
    """For addresses without parameters: `BadRequestError` for any."""
    for name in request.query_params:
        why = not_kept(request.url.path) if name == "known_at" else ""
        raise BadRequestError(why or f"{name[:40]}: there is no such parameter here")


async def each_once(request: Request) -> None:
    """For all addresses of the API, none of which takes a list: `BadRequestError` for a parameter
    that is given twice, of which one would be taken in silence. Pages read their own query.
    """
    given = [name for name, _ in request.query_params.multi_items()]
    if len(given) == len(set(given)) or not request.url.path.startswith(_ANSWERING):
        return
    twice = next(name for name in given if given.count(name) > 1)
    raise BadRequestError(f"{twice[:40]}: give it once, not {given.count(twice)} times")


NO_PARAMETERS = [Depends(no_parameters)]


def asked_of(served: Served, query: WindowQuery) -> Question:
    """The question, as of the present minute, or of that of `known_at`; `BadRequestError` for what
    makes no sense.
    """
    known_at = None
    if isinstance(query, KnownQuery) and query.known_at is not None:
        known_at = past_moment(served.settings, "known_at", query.known_at, now=served.now())
    asked = question(
        served.settings,
        as_of=served.minute() if known_at is None else known_at // 60 * 60,
        start=query.start,
        end=query.end,
        interval=query.interval
        if isinstance(query, SeriesQuery | MetricQuery | ChartQuery)
        else None,
        kind=query.type if isinstance(query, KindQuery) else None,
        zone=query.zone if isinstance(query, ZoneQuery | DaysQuery) else None,
        calendar=query.calendar
        if isinstance(query, CalendarQuery | WorkingDaysQuery)
        else "elapsed",
    )
    team = query.team if isinstance(query, WorkQuery) else None
    return replace(asked, known_at=known_at, team=team)


def snapshot_of(served: Served, session: Session, asked: Question) -> Snapshot:
    """The facts that answer the question: those of now, or as they were known."""
    if asked.known_at is None:
        return served.snapshots.present(session)
    return served.snapshots.known(session, asked.known_at)


def of_stream(
    served: Served, session: Session, name: str, asked: Question
) -> tuple[Snapshot, StreamFacts]:
    """`snapshot_of`, and in it the stream; `NotFoundError` where there is none of this name,
    `BadRequestError` for a team that there is not.
    """
    snapshot = snapshot_of(served, session, asked)
    stream = stream_of(snapshot, name)
    require_team(served.settings, stream, asked.team)
    return snapshot, stream


def last_weeks(asked: Question, weeks: int = 13) -> Question:
    """The running week and the complete ones before it, as sparklines draw them."""
    window = Window(asked.as_of - weeks * WEEK, asked.as_of)
    return replace(asked, window=window, interval="week")

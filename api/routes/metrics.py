"""Value streams and their metrics."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.asking import (
    NO_PARAMETERS,
    CalendarDep,
    CalendarQuery,
    MetricDep,
    asked_of,
    of_stream,
)
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples import ENVELOPE
from api.schemas import Envelope
from api.schemas_journey import Explained
from api.schemas_lists import Configured, StageRows, StreamRow
from pipeline.explain import explain_stream, mark_coarse
from pipeline.map_lists import ranked_stages
from pipeline.stage_answers import stages_with_coarse
from pipeline.stage_explain import explain_stages
from pipeline.stream_answers import (
    explain_address,
    stream_document,
    stream_metric,
    stream_of,
    window_caveats,
)
from pipeline.stream_measures import FLOW_SLUGS
from pipeline.tools_in_flight import SLUG, explained_in_flight, tools_in_flight
from pipeline.working import told_calendar

router = APIRouter(prefix="/streams", tags=["streams"])

Name = Annotated[str, Path(description="The stream's name in the configuration.")]
Slug = Annotated[str, Path(description=f"One of: {', '.join(FLOW_SLUGS)}.")]


class StagesQuery(CalendarQuery):
    """Window, kind of work, team, calendar, which stages, and in which order."""

    rank: Literal["wait"] | None = Field(
        default=None, description="wait: the stage in which deliveries wait longest first."
    )
    phase: Literal["upstream", "work"] | None = Field(
        default=None, description="upstream: before work is committed to; work: from then on."
    )


@router.get(
    "",
    summary="All value streams",
    responses=answers(Configured[StreamRow]),
    dependencies=NO_PARAMETERS,
)
def read_streams(served: ServedDep, session: SessionDep) -> Response:
    """Name, title, stages, services and the version of the facts, in the configured order."""
    snapshot = served.snapshots.present(session)
    rows = [stream_document(stream) for stream in snapshot.streams.values()]
    return encoded({"items": rows, "next": None, "awaited": list(snapshot.awaited.streams)})


@router.get(
    "/{name}",
    summary="One value stream",
    responses=answers(StreamRow, named=True),
    dependencies=NO_PARAMETERS,
)
def read_stream(served: ServedDep, session: SessionDep, name: Name) -> Response:
    """404 with the names that exist."""
    snapshot = served.snapshots.present(session)
    return encoded(stream_document(stream_of(snapshot, name)))


@router.get(
    "/{name}/metrics/{slug}",
    summary="One metric of a stream, in its envelope",
    responses=answers(Envelope, named=True, example=ENVELOPE),
)
def read_metric(
    served: ServedDep, session: SessionDep, name: Name, slug: Slug, query: MetricDep
) -> Response:
    """Value, unit, n, interval, exclusions, coverage and grade; with `interval` a series too."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    days = query.inclusive_days
    body = stream_metric(snapshot, served.settings, stream, slug, asked, inclusive_days=days)
    if slug == SLUG:
        body["in_flight"] = tools_in_flight(session, stream, asked)
    return encoded(body)


@router.get(
    "/{name}/metrics/{slug}/explain",
    summary="The items behind a metric",
    responses=answers(Explained, named=True),
)
def explain_metric(
    served: ServedDep, session: SessionDep, name: Name, slug: Slug, query: CalendarDep
) -> Response:
    """Every item that is in the number, and every one that is not, with the reason."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    body = explain_stream(stream, slug, asked)
    mark_coarse(body, snapshot, stream, asked)
    if slug == SLUG:
        body["in_flight"] = explained_in_flight(session, stream, asked)
    return encoded(body)


@router.get(
    "/{name}/stages",
    summary="Time, queue and cost of each stage",
    responses=answers(StageRows, named=True),
)
def read_stages(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[StagesQuery, Query()]
) -> Response:
    """In the order of the map, or the longest wait first: percentiles per visit, average days per
    delivery, what is inside now; money always in elapsed time.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    rows = stages_with_coarse(snapshot, served.settings, stream, asked)
    if query.rank is not None or query.phase is not None:
        rows = ranked_stages(session, stream, asked, rows, rank=query.rank, phase=query.phase)
    body = {
        "items": rows,
        "next": None,
        "caveats": window_caveats(snapshot, stream, asked),
        "explain": explain_address(f"/v1/streams/{name}/stages/explain", asked),
    }
    return encoded({**body, **told_calendar(asked)})


@router.get(
    "/{name}/stages/explain",
    summary="The deliveries behind the time of each stage",
    responses=answers(Explained, named=True),
)
def explain_stage_time(
    served: ServedDep, session: SessionDep, name: Name, query: CalendarDep
) -> Response:
    """Every delivery with the seconds of each of its visits, every one that is left out, with the
    reason, and what is in which stage now.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    body = explain_stages(stream, asked)
    mark_coarse(body, snapshot, stream, asked)
    return encoded(body)

"""The value stream map: as JSON and drawn, its parts, one step opened, and beside a workshop's."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS, WorkQuery, asked_of, of_stream
from api.deps import Served, ServedDep, SessionDep, encoded
from api.documented import answers, answers_to_people
from api.examples_map import EDGES, HANDOFFS, MAP, REWORK
from api.routes.metrics import Name
from api.schemas_beside import COMPARE, CompareGiven, MapBeside
from api.schemas_journey import Explained
from api.schemas_map import ValueStreamMap
from api.schemas_map_moves import MapEdges, MapHandoffs, MapLoops, StepGraph
from api.sent import described, sent
from core.map_settings import MapClock
from pipeline.map_answers import map_answer
from pipeline.map_beside import beside
from pipeline.map_explain import MapPart, explain_map
from pipeline.map_inside import step_graph
from pipeline.map_lists import edge_list, handoff_list, rework_list
from pipeline.question import question
from pipeline.stream_answers import stream_of
from web.map_list import map_list
from web.map_svg import map_svg

router = APIRouter(prefix="/streams", tags=["value stream map"])
sent_maps = APIRouter(prefix="/streams", tags=["value stream map"])
"""Of what is sent to be answered: it has problems of its own."""

_LIMIT = 256 * 1024
_CLOCK = (
    "Between which boundaries: idea_to_release, idea_to_done or flow_time. Default: as configured,"
    " else up to the release where something was released in the window."
)


class MapQuery(WorkQuery):
    """Window, kind of work, team, and the boundaries."""

    clock: MapClock | None = Field(default=None, description=_CLOCK)


class WholeMapQuery(MapQuery):
    """The same, and how much is drawn."""

    paths: float = Field(
        default=1.0,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="How much is drawn: the most common ways that together hold at least this share"
        " of the deliveries; 0: the most common one. No number changes.",
        examples=[0.8],
    )


class DrawnQuery(WholeMapQuery):
    """The same, and how it is drawn."""

    theme: Literal["auto", "light", "dark", "page"] = Field(
        default="auto",
        description="auto: as the reader prefers; light: for paper; page: the custom properties of"
        " the page that it is set in.",
    )
    headed: bool = Field(default=True, description="With the finding and the window above it.")
    layout: Literal["wide", "list"] = Field(
        default="wide", description="list: one below the other, for a narrow screen."
    )


class PartQuery(MapQuery):
    """The same, and which part."""

    step: str | None = Field(default=None, description="Only what was in this step.")
    from_step: str | None = Field(default=None, description="With `to_step`: what moved so.")
    to_step: str | None = Field(default=None, description="With `from_step`: what moved so.")
    from_team: str | None = Field(default=None, description="With `to_team`: what was handed so.")
    to_team: str | None = Field(default=None, description="With `from_team`: what was handed so.")


MapDep = Annotated[MapQuery, Query()]


@router.get(
    "/{name}/map",
    summary="The value stream map",
    responses=answers(ValueStreamMap, named=True, example=MAP),
)
def read_map(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[WholeMapQuery, Query()]
) -> Response:
    """Boundaries, steps with their owners and tools, process, wait and lead time, work in progress,
    %C&A, rework, handoffs, the ways that work takes, and the ladder whose parts add up.
    """
    return encoded(_map(served, session, name, query))


def _map(served: Served, session: Any, name: str, query: WholeMapQuery) -> dict[str, Any]:
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return map_answer(
        session,
        snapshot,
        served.settings,
        stream,
        asked,
        clock=query.clock or "",
        share=query.paths,
    )


_SVG: dict[int | str, dict[str, Any]] = {
    **answers(ValueStreamMap, named=True),
    200: {
        "description": "The map as an SVG of its own.",
        "content": {"image/svg+xml": {"schema": {"type": "string"}}},
    },
}


@router.get(
    "/{name}/map.svg",
    summary="The value stream map, drawn",
    responses=_SVG,
    response_class=Response,
)
def read_drawing(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[DrawnQuery, Query()]
) -> Response:
    """For a page, a wiki or paper: light and dark, every step with its words and a link."""
    document = _map(served, session, name, query)
    draw = map_list if query.layout == "list" else map_svg
    return Response(
        draw(document, theme=query.theme, headed=query.headed), media_type="image/svg+xml"
    )


@router.get(
    "/{name}/map/explain",
    summary="The deliveries behind the map",
    responses=answers(Explained, named=True),
)
def explain_of_map(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[PartQuery, Query()]
) -> Response:
    """Every delivery with its seconds between the boundaries, in a step, or lost in a loop, and
    those that the map leaves out, with the reason.
    """
    asked = asked_of(served, query)
    _, stream = of_stream(served, session, name, asked)
    part = MapPart(query.step, query.from_step, query.to_step, query.from_team, query.to_team)
    return encoded(explain_map(session, stream, asked, part, clock=query.clock or ""))


@router.get(
    "/{name}/map/steps/{step}",
    summary="One step opened",
    responses=answers(StepGraph, named=True),
)
def read_step(
    served: ServedDep,
    session: SessionDep,
    name: Name,
    step: Annotated[str, Path(description="The name of a step, or of a stage in it.")],
    query: MapDep,
) -> Response:
    """Its statuses, builds, reviews and approvals, and what directly followed what."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    found = step_graph(session, snapshot, stream, asked, step, clock=query.clock or "")
    return encoded(found)


@router.get(
    "/{name}/edges",
    summary="%C&A between steps",
    responses=answers(MapEdges, named=True, example=EDGES),
)
def read_edges(served: ServedDep, session: SessionDep, name: Name, query: MapDep) -> Response:
    """The weakest handover first, with n and interval."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(edge_list(session, snapshot, stream, asked, clock=query.clock or ""))


@router.get(
    "/{name}/rework",
    summary="Where work bounces back",
    responses=answers(MapLoops, named=True, example=REWORK),
)
def read_rework(served: ServedDep, session: SessionDep, name: Name, query: MapDep) -> Response:
    """Loops to earlier steps with how often, the time lost, and what their waiting cost."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    found = rework_list(session, snapshot, served.settings, stream, asked, clock=query.clock or "")
    return encoded(found)


@router.get(
    "/{name}/handoffs",
    summary="Which teams hand work to which",
    responses=answers(MapHandoffs, named=True, example=HANDOFFS),
)
def read_handoffs(served: ServedDep, session: SessionDep, name: Name, query: MapDep) -> Response:
    """Changes of the owning team per delivery, and between which teams."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(handoff_list(session, snapshot, stream, asked, clock=query.clock or ""))


@sent_maps.post(
    "/{name}/map/compare",
    summary="A workshop's map beside the measured one",
    responses={404: answers(MapBeside, named=True)[404], **answers_to_people(MapBeside)},
    openapi_extra=described(
        CompareGiven, "Steps, owners, tools and estimates of a workshop, as JSON.", COMPARE
    ),
    dependencies=NO_PARAMETERS,
)
async def read_beside(served: ServedDep, name: Name, request: Request) -> Response:
    """Each gap between what people believed and what is measured, named in words. Nothing is
    kept.
    """
    given = await sent(request, CompareGiven, limit=_LIMIT)
    return await run_in_threadpool(partial(_beside, served, name, given))


def _beside(served: Served, name: str, given: CompareGiven) -> Response:
    asked = question(served.settings, as_of=served.minute(), start=given.start, end=given.end)
    with served.database.read() as session:
        snapshot = served.snapshots.present(session)
        stream = stream_of(snapshot, name)
        measured = map_answer(
            session, snapshot, served.settings, stream, asked, clock=given.clock or ""
        )
    return encoded(beside(measured, given.map))

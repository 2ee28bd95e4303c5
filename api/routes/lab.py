"""The lab: the model of a stream, what a change of it would do, and changes kept under a name."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS, KnownDep, KnownQuery, asked_of, of_stream
from api.deps import Served, ServedDep, SessionDep, encoded
from api.documented import COMMON, accepts_from_people, answers, answers_to_people
from api.routes.metrics import Name
from api.schemas_lab import LAB_CHANGE, SCENARIO, LabChange, LabNow
from api.schemas_lists import Listed
from api.schemas_scenarios import ChangeGiven, ScenarioGiven, ScenarioRow
from api.sent import described, sent
from core.errors import BadRequestError
from pipeline.lab import lab_model, require_model
from pipeline.lab_answers import change_answer, lab_answer
from pipeline.scenarios import (
    Entered,
    enter_scenario,
    scenario_of,
    scenario_row,
    scenario_rows,
    words_of,
)

streams = APIRouter(prefix="/streams", tags=["lab"])
previews = APIRouter(prefix="/streams", tags=["lab"])
router = APIRouter(prefix="/scenarios", tags=["lab"])
_LIMIT = 64 * 1024
_SENT = "The levers that are moved, and the window of the facts that the model is made of."
_ENTERED = "A stream, the levers that are moved, what it is called, who enters it and why."

Number = Annotated[int, Path(ge=1, lt=2**63, description="The scenario's `id`.")]


class ScenariosQuery(BaseModel):
    """Of which stream."""

    model_config = ConfigDict(extra="forbid")

    stream: str | None = Field(default=None, description="Only of this stream.")


@streams.get(
    "/{name}/lab",
    summary="The model of a stream, its levers, and whether it may speak in numbers",
    responses=answers(LabNow, named=True),
)
def read_lab(served: ServedDep, session: SessionDep, name: Name, query: KnownDep) -> Response:
    """Made of the facts of the window; it reproduces the stream as it is, or says by what it
    misses.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(lab_answer(snapshot, served.settings, stream, asked))


@previews.post(
    "/{name}/lab",
    summary="What a change of a stream would do",
    responses={**answers_to_people(LabChange), 404: answers(LabChange, named=True)[404]},
    openapi_extra=described(ChangeGiven, _SENT, LAB_CHANGE),
    dependencies=NO_PARAMETERS,
)
async def try_change(served: ServedDep, request: Request, name: Name) -> Response:
    """Played beside the stream as it is, under the same chances: whether the wait goes or only
    moves, to whom, and what that costs. Nothing is written.
    """
    given = await sent(request, ChangeGiven, limit=_LIMIT)
    return await run_in_threadpool(partial(_changed, served, name, given))


def _changed(served: Served, name: str, given: ChangeGiven) -> Response:
    query = KnownQuery.model_validate(
        {"from": given.start, "to": given.end, "known_at": given.known_at}
    )
    asked = asked_of(served, query)
    with served.database.read() as session:
        snapshot, stream = of_stream(served, session, name, asked)
        return encoded(change_answer(snapshot, served.settings, stream, asked, given.levers))


@router.get(
    "",
    summary="Changes kept under a name",
    responses={**COMMON, **answers(Listed[ScenarioRow])},
)
def read_scenarios(
    served: ServedDep, session: SessionDep, query: Annotated[ScenariosQuery, Query()]
) -> Response:
    """As people entered them, the newest first."""
    known = [one.name for one in served.settings.streams]
    if query.stream is not None and query.stream not in known:
        raise BadRequestError(f"stream: one of {', '.join(known) or 'none is configured'}")
    return encoded({"items": scenario_rows(session, stream=query.stream), "next": None})


@router.post(
    "",
    summary="Keep a change under a name",
    status_code=202,
    responses=accepts_from_people(ScenarioRow, again="The same was kept before."),
    openapi_extra=described(ScenarioGiven, _ENTERED, SCENARIO),
    dependencies=NO_PARAMETERS,
)
async def keep_scenario(served: ServedDep, request: Request) -> Response:
    """Refused where a lever can't be moved. What it would do is told by its `verdict`."""
    given = await sent(request, ScenarioGiven, limit=_LIMIT)
    entered = await run_in_threadpool(partial(_entered, served, given))
    served.forget_version()
    answer = encoded(entered.row)
    answer.status_code = 202 if entered.new else 200
    return answer


def _entered(served: Served, given: ScenarioGiven) -> Entered:
    words = words_of(name=given.name, who=given.who, why=given.why)
    asked = asked_of(served, KnownQuery())
    with served.database.read() as session:
        _, stream = of_stream(served, session, given.stream, asked)
        today = require_model(lab_model(served.settings, stream, asked))
    return enter_scenario(
        served.database, today, stream=given.stream, levers=given.levers, words=words
    )


@router.get(
    "/{number}",
    summary="A change kept under a name",
    responses={**COMMON, **answers(ScenarioRow, named=True)},
    dependencies=NO_PARAMETERS,
)
def read_scenario(session: SessionDep, number: Number) -> Response:
    """As it was entered."""
    return encoded(scenario_row(scenario_of(session, number)))


class KnownAtQuery(BaseModel):
    """As known when."""

    model_config = ConfigDict(extra="forbid")

    known_at: str | None = Field(
        default=None,
        description="On what was known at this moment, of the 90 days before it. Default: now.",
        examples=["2026-11-01T06:00Z"],
    )


@router.get(
    "/{number}/verdict",
    summary="What a kept change would do",
    responses={**COMMON, **answers(LabChange, named=True)},
)
def read_scenario_verdict(
    served: ServedDep, session: SessionDep, number: Number, query: Annotated[KnownAtQuery, Query()]
) -> Response:
    """On the facts of the last 90 days: as the stream moves, so does the verdict."""
    kept = scenario_of(session, number)
    asked = asked_of(served, KnownQuery(known_at=query.known_at))
    snapshot, stream = of_stream(served, session, kept.stream, asked)
    return encoded(change_answer(snapshot, served.settings, stream, asked, kept.levers))

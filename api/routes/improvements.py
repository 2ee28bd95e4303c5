"""Improvements: proposed, started with a frozen baseline, judged, and adopted as the standard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS, KnownQuery, asked_of
from api.deps import Served, ServedDep, SessionDep, encoded
from api.documented import COMMON, NOT_KNOWN, accepts_from_people, answers
from api.examples_improvements import ADOPT, IMPROVEMENT, LINE, START
from api.schemas_improvements import (
    ImprovementBody,
    ImprovementGiven,
    ImprovementRow,
    LineGiven,
    StartGiven,
)
from api.schemas_lists import Page
from api.schemas_standards import AdoptGiven
from api.sent import described, sent
from core.errors import BadRequestError
from pipeline.improvement_answers import (
    improvement_answer,
    list_improvements,
    verdict_answer,
)
from pipeline.improvement_entering import Beginning, Proposal, beginning_of, plan_of
from pipeline.improvement_judged import judged
from pipeline.improvements import (
    ADOPTED,
    STARTED,
    Kept,
    has,
    improvement_of,
    line,
    note,
    propose,
    said,
    start,
    stop,
)
from pipeline.snapshot import Snapshot
from pipeline.standards import adopt, require_held, standard_document
from pipeline.stream_answers import stream_of

router = APIRouter(prefix="/improvements", tags=["improvements"])
_LIMIT = 64 * 1024
Number = Annotated[int, Path(ge=1, lt=2**63, description="The improvement's `id`.")]
Taking = Callable[[Served, Any], Kept]


class ImprovementsQuery(BaseModel):
    """A page of them, of which stream."""

    model_config = ConfigDict(extra="forbid")

    stream: str | None = Field(default=None, description="Only of this stream.")
    limit: int = Field(default=50, ge=1, le=200, description="At most 200.")
    cursor: str | None = Field(
        default=None, max_length=400, description="`next` of the page before."
    )


@router.get(
    "",
    summary="What is being improved, and what it did",
    responses={**COMMON, **answers(Page[ImprovementRow])},
)
def read_improvements(
    served: ServedDep, session: SessionDep, query: Annotated[ImprovementsQuery, Query()]
) -> Response:
    """The newest first, each with its verdict against its frozen baseline."""
    known = [one.name for one in served.settings.streams]
    if query.stream is not None and query.stream not in known:
        raise BadRequestError(f"stream: one of {', '.join(known) or 'none is configured'}")
    snapshot = served.snapshots.present(session)
    told = list_improvements(
        session,
        snapshot,
        served.settings,
        stream=query.stream,
        cursor=query.cursor,
        limit=query.limit,
        now=served.minute(),
    )
    return encoded(told)


@router.get(
    "/{number}",
    summary="One improvement with its evidence",
    responses={**COMMON, **answers(ImprovementBody, named=True)},
    dependencies=NO_PARAMETERS,
)
def read_improvement(served: ServedDep, session: SessionDep, number: Number) -> Response:
    """The frozen baseline, every point since the change, the verdict, whether the waiting only
    moved to another step, and the log.
    """
    return encoded(_whole(served, session, number))


@router.post(
    "",
    summary="Propose an improvement",
    status_code=202,
    responses=accepts_from_people(ImprovementBody, again="The same was proposed before."),
    openapi_extra=described(
        ImprovementGiven, "The change, its metric and target, and who has it.", IMPROVEMENT
    ),
    dependencies=NO_PARAMETERS,
)
async def propose_improvement(served: ServedDep, request: Request) -> Response:
    """A future state with its target, owner and day. Nothing is judged before it starts."""
    return await _taken(served, request, ImprovementGiven, _proposed)


@router.post(
    "/{number}/start",
    summary="Start an improvement, and freeze its baseline",
    status_code=202,
    responses={
        **accepts_from_people(ImprovementBody, again="It runs already, by its first baseline."),
        **NOT_KNOWN,
    },
    openapi_extra=described(StartGiven, "When the change was made, until when it counts.", START),
    dependencies=NO_PARAMETERS,
)
async def start_improvement(served: ServedDep, request: Request, number: Number) -> Response:
    """The points before the change, their limits and the versions of the definitions are written
    down as they are known now. What is restated later does not move them.
    """
    return await _taken(served, request, StartGiven, partial(_started, number))


@router.post(
    "/{number}/log",
    summary="Note what was tried",
    status_code=202,
    responses={
        **accepts_from_people(ImprovementBody, again="The last line says the same."),
        **NOT_KNOWN,
    },
    openapi_extra=described(LineGiven, "What was tried, and who says so.", LINE),
    dependencies=NO_PARAMETERS,
)
async def note_improvement(served: ServedDep, request: Request, number: Number) -> Response:
    """A line more; none is ever changed or taken away."""
    return await _taken(served, request, LineGiven, partial(_noted, number))


@router.post(
    "/{number}/stop",
    summary="Stop an improvement",
    status_code=202,
    responses={
        **accepts_from_people(ImprovementBody, again="It was stopped before."),
        **NOT_KNOWN,
    },
    openapi_extra=described(LineGiven, "Why it ends, and who says so.", LINE),
    dependencies=NO_PARAMETERS,
)
async def stop_improvement(served: ServedDep, request: Request, number: Number) -> Response:
    """What was known of it then is kept with the line; nothing that comes later is judged."""
    return await _taken(served, request, LineGiven, partial(_stopped, number))


@router.post(
    "/{number}/adopt",
    summary="Make a change that held the standard",
    status_code=202,
    responses={
        **accepts_from_people(ImprovementBody, again="It is the standard already."),
        **NOT_KNOWN,
    },
    openapi_extra=described(AdoptGiven, "Rules that no tool records, and who says so.", ADOPT),
    dependencies=NO_PARAMETERS,
)
async def adopt_improvement(served: ServedDep, request: Request, number: Number) -> Response:
    """Steps, owners, policies and targets with limits of the improved stream are written down as
    its next version. Refused where it did not hold.
    """
    return await _taken(served, request, AdoptGiven, partial(_adopted, number))


async def _taken(
    served: Served, request: Request, model: type[BaseModel], take: Taking
) -> Response:
    given = await sent(request, model, limit=_LIMIT)
    return await run_in_threadpool(partial(_answered, served, take, given))


def _answered(served: Served, take: Taking, given: Any) -> Response:
    kept = take(served, given)
    served.forget_version()
    with served.database.read() as session:
        answer = encoded(_whole(served, session, kept.one.id))
    answer.status_code = 202 if kept.new else 200
    return answer


def _whole(served: Served, session: Session, number: int) -> dict[str, Any]:
    kept = improvement_of(session, number)
    snapshot = served.snapshots.present(session)
    found = judged(session, snapshot, served.settings, kept, now=served.minute())
    return improvement_answer(session, kept, found)


def _proposed(served: Served, given: ImprovementGiven) -> Kept:
    told = given.model_dump(exclude={"who", "target"}) | given.target.model_dump()
    title, who = line("title", given.title), line("who", given.who)
    with served.database.read() as session:
        stream = stream_of(served.snapshots.present(session), given.stream)
        plan = plan_of(session, stream, Proposal(**told))
    return propose(
        served.database, stream=given.stream, title=title, plan=plan, who=who, now=served.now()
    )


def _started(number: int, served: Served, given: StartGiven) -> Kept:
    told = said(who=given.who, note=given.note, needed=False)
    begin = Beginning(given.changed_at, given.until, given.baseline_from, given.variant, given.per)
    now = served.now()
    with served.database.read() as session:
        kept, snapshot = _present(served, session, number)
        if has(kept.log, STARTED):
            return kept
        frozen = beginning_of(session, snapshot, served.settings, kept.one, begin, now=now)
    return start(served.database, number, frozen, told, now=now)


def _noted(number: int, served: Served, given: LineGiven) -> Kept:
    told = said(who=given.who, note=given.note)
    return note(served.database, number, told, now=served.now())


def _stopped(number: int, served: Served, given: LineGiven) -> Kept:
    told = said(who=given.who, note=given.note)
    with served.database.read() as session:
        kept, snapshot = _present(served, session, number)
        found = judged(session, snapshot, served.settings, kept, now=served.minute())
        verdict = None if found is None else verdict_answer(found)
    return stop(served.database, number, verdict, told, now=served.now())


def _adopted(number: int, served: Served, given: AdoptGiven) -> Kept:
    told = said(who=given.who, note=given.note, needed=False)
    with served.database.read() as session:
        kept, snapshot = _present(served, session, number)
        if has(kept.log, ADOPTED):
            return kept
        found = judged(session, snapshot, served.settings, kept, now=served.minute())
        held = require_held(kept, found)
        asked = asked_of(served, KnownQuery())
        policies = [
            {
                "step": line("step", one.step, needed=False),
                "kind": one.kind,
                "text": line("text", one.text),
            }
            for one in given.policies
        ]
        document = standard_document(
            session, snapshot, served.settings, asked, kept, held, policies
        )
    return adopt(served.database, number, document, told, now=served.now())


def _present(served: Served, session: Session, number: int) -> tuple[Kept, Snapshot]:
    return improvement_of(session, number), served.snapshots.present(session)

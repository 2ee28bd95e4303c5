"""In which order delay costs least."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS
from api.deps import Served, ServedDep, encoded
from api.documented import NOT_KNOWN, answers_to_people
from api.examples_sequences import SEQUENCE
from api.schemas_sequences import ItemGiven, Sequence, SequenceGiven
from api.sent import described, sent
from core.errors import FieldError
from pipeline.sequences import Named, sequence_answer
from pipeline.stream_answers import stream_of

router = APIRouter(prefix="/sequences", tags=["delay cost"])
_LIMIT = 64 * 1024
_SENT = "The stream, and its queue or the items; what is given goes before what is known."


@router.post(
    "",
    summary="The order of work in which delay costs least",
    responses={**answers_to_people(Sequence), **NOT_KNOWN},
    openapi_extra=described(SequenceGiven, _SENT, SEQUENCE),
    dependencies=NO_PARAMETERS,
)
async def read_sequence(served: ServedDep, request: Request) -> Response:
    """Of a queue as it stands now, or of named items: today's order and the cheapest, with ranges,
    the places that are too close to call, and what could not be placed and why. Nothing is kept.
    """
    given = await sent(request, SequenceGiven, limit=_LIMIT)
    return await run_in_threadpool(partial(_ordered, served, given))


def _ordered(served: Served, given: SequenceGiven) -> Response:
    named = [_named(place, one) for place, one in enumerate(given.items)]
    if len({one.key for one in named}) < len(named):
        raise FieldError("items", "an item is named twice")
    with served.database.read() as session:
        stream = stream_of(served.snapshots.present(session), given.stream)
        found = sequence_answer(
            served.settings, stream, stage=given.stage, named=named, as_of=served.minute()
        )
    return encoded(found)


def _named(place: int, one: ItemGiven) -> Named:
    days = None
    if one.duration_days is not None:
        low = one.duration_days if one.duration_low_days is None else one.duration_low_days
        high = one.duration_days if one.duration_high_days is None else one.duration_high_days
        if not low <= one.duration_days <= high:
            raise FieldError(f"items.{place}.duration_days", "lies between its low and its high")
        days = (low, one.duration_days, high)
    value = None if one.value is None else one.value.model_dump()
    scores = one.wsjf
    told = None if scores is None else (scores.value, scores.time, scores.risk, scores.size)
    return Named(one.key, value, days, told)

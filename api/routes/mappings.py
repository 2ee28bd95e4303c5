"""The mapping of each stream: as it is, what it lacks, and what another one would do."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS
from api.deps import Served, ServedDep, SessionDep, encoded
from api.documented import COMMON, answers, answers_to_people
from api.schemas_lists import Listed
from api.schemas_mappings import PREVIEW, MappingRow, Preview, PreviewGiven, Unmapped
from api.sent import described, sent
from core.config_checks import problems_of
from core.errors import BadRequestError, ConfigError, DeliveryError, FieldError
from core.settings import Settings
from pipeline.mapping_answers import mappings, unmapped
from pipeline.mapping_preview import Proposal, preview
from pipeline.question import past_moment, question

router = APIRouter(prefix="/mappings", tags=["definitions"])
_LIMIT = 64 * 1024
_SENT = "Streams as the configuration has them, as JSON, and the window of the numbers."
_turn = Lock()
"""One at a time: each computes all facts of the streams that would change."""


class MappingsQuery(BaseModel):
    """Of which stream."""

    model_config = ConfigDict(extra="forbid")

    stream: str | None = Field(default=None, description="Only of this stream.")


class UnmappedQuery(MappingsQuery):
    """Of which stream, and since when."""

    since: str | None = Field(
        default=None,
        description="Only what was first seen from then on: a date (midnight in the configured"
        " zone) or a time.",
        examples=["2026-11-20"],
    )


@router.get(
    "",
    summary="Which status is in which stage",
    responses={**COMMON, **answers(Listed[MappingRow], named=True)},
)
def read_mappings(
    served: ServedDep, session: SessionDep, query: Annotated[MappingsQuery, Query()]
) -> Response:
    """By stream its stages in order, each with its statuses, their ids, and since when."""
    return encoded(mappings(session, served.snapshots.present(session), query.stream))


@router.get(
    "/unmapped", summary="What no line maps", responses={**COMMON, **answers(Unmapped, named=True)}
)
def read_unmapped(
    served: ServedDep, session: SessionDep, query: Annotated[UnmappedQuery, Query()]
) -> Response:
    """Statuses in no stage and types of no kind, with the line of the configuration that would map
    them; the longest time first.
    """
    since = query.since
    found = unmapped(
        session,
        served.settings,
        served.snapshots.present(session),
        as_of=served.minute(),
        stream=query.stream,
        since_ts=None
        if since is None
        else past_moment(served.settings, "since", since, now=served.now()),
    )
    return encoded(found)


@router.post(
    "/preview",
    summary="What another mapping would do to history",
    responses=answers_to_people(Preview),
    openapi_extra=described(PreviewGiven, _SENT, PREVIEW),
    dependencies=NO_PARAMETERS,
)
async def read_preview(served: ServedDep, request: Request) -> Response:
    """By stream: which statuses move, how many items and days that touches, and the headline
    numbers of one window under both mappings. Nothing is written.
    """
    given = await sent(request, PreviewGiven, limit=_LIMIT)
    return await run_in_threadpool(partial(_previewed, served, given))


def _previewed(served: Served, given: PreviewGiven) -> Response:
    proposed = _proposed(served.settings, given)
    asked = question(served.settings, as_of=served.minute(), start=given.start, end=given.end)
    if not _turn.acquire(blocking=False):
        raise DeliveryError("another preview is being computed; ask again soon", status=503)
    try:
        with served.database.read() as session:
            snapshot = served.snapshots.present(session)
            proposal = Proposal(proposed, whole=False)
            return encoded(preview(session, snapshot, served.settings, proposal, asked))
    except ConfigError as error:
        raise BadRequestError(str(error)) from error
    finally:
        _turn.release()


def _proposed(settings: Settings, given: PreviewGiven) -> Settings:
    """The settings with what was sent in its place; `FieldError` for what does not fit."""
    if b"\\u0000" in orjson.dumps(given.model_dump(mode="json")):
        raise FieldError("streams", "a text holds a character that none may hold")
    named = {one.name: one for one in given.streams}
    if len(named) < len(given.streams):
        raise FieldError("streams", "a name is used twice; give each its own")
    kept = [named.pop(one.name, one) for one in settings.streams]
    merged = {
        "streams": (*kept, *named.values()),
        "types": given.types or settings.types,
        "cost_of_delay": given.cost_of_delay or settings.cost_of_delay,
    }
    proposed = settings.model_copy(update=merged)
    for loc, what in problems_of(proposed):
        raise FieldError(".".join(str(part) for part in loc)[:200], what[:200])
    return proposed

"""What changed since a poll, and news as they come for who would rather wait."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS
from api.deps import Served, ServedDep, SessionDep, encoded
from api.documented import COMMON, answers, problem_told
from api.errors import problem
from api.examples_changes import CHANGES, NEWS
from api.schemas_changes import ChangesBody
from api.watching import MOST
from pipeline.changes import changes_since
from pipeline.freshness import versions
from pipeline.source_status import source_standings

router = APIRouter(tags=["polling"])
line = APIRouter(tags=["polling"])

_LONGEST = 30_000
_RETRY_S = 15
LINE_S = 600.0
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events, until who asked leaves.",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": NEWS}},
    },
    422: COMMON[422],
    429: problem_told("Too many wait", f"{MOST} wait for news already: poll /v1/changes", 429),
    503: COMMON[503],
}


class ChangesQuery(BaseModel):
    """Since which poll."""

    model_config = ConfigDict(extra="forbid")

    since: str | None = Field(
        default=None,
        max_length=_LONGEST,
        description="`cursor` of the poll before. Without it nothing has changed yet.",
    )


@router.get(
    "/changes",
    summary="What changed since a poll",
    responses=answers(ChangesBody, example=CHANGES),
)
def read_changes(
    served: ServedDep, session: SessionDep, query: Annotated[ChangesQuery, Query()]
) -> Response:
    """Which streams, sources and items are other than at the poll whose `cursor` is given, and the
    cursor for the next one. Nothing is missed between two polls, however far apart they are.
    """
    snapshot = served.snapshots.present(session)
    return encoded(changes_since(session, snapshot, query.since))


@line.get(
    "/stream",
    summary="News as they come",
    responses=_STREAMED,
    response_class=Response,
    dependencies=NO_PARAMETERS,
)
async def stream_news(request: Request, served: ServedDep) -> Response:
    """An event `news` at once, and one each time that something moved. `facts` is another where a
    fact, a definition or what somebody entered is: then what is shown is worth asking for again.
    `version` is another then, too, and where a source is being read, was read or failed. A comment
    every 15 seconds keeps the line open.
    """
    if served.watch.full:
        why = f"{MOST} wait for news already: poll /v1/changes instead"
        found = problem(429, why, request.url.path)
        found.headers["retry-after"] = str(_RETRY_S)
        return found
    return StreamingResponse(_events(served), media_type="text/event-stream", headers=_HEADERS)


async def _events(served: Served) -> AsyncIterator[bytes]:
    """Until the line is so old that who listens has to show anew who it is."""
    until = time.monotonic() + LINE_S
    async for version in served.watch.news():
        if time.monotonic() > until:
            return
        if not version:
            yield b": still here\n\n"
            continue
        told = await run_in_threadpool(_news, served)
        yield b"event: news\nretry: %d\ndata: %s\n\n" % (_RETRY_S * 1000, orjson.dumps(told))


def _news(served: Served) -> dict[str, Any]:
    """Two marks, one of which moves with facts alone, and how each source is doing."""
    with served.database.read() as session:
        present = versions(session)
        sources = source_standings(session, served.settings, as_of=served.now())
    return {"version": _mark(str(present)), "facts": _mark(present.facts), "sources": sources}


def _mark(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

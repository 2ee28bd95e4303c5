"""The connected sources, how each is doing, and how it signs in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS
from api.deps import ServedDep, SessionDep, encoded
from api.documented import accepts_from_people, answers
from api.examples_sources import AGAIN, CREDENTIALS, WAITING
from api.schemas_again import AgainGiven, AgainNoted
from api.schemas_credentials import CredentialsBody
from api.schemas_lists import Listed
from api.schemas_sources import SourceRow
from api.sent import described, sent
from core.errors import NotFoundError
from pipeline.again import note_again
from pipeline.credentials import credentials_answer
from pipeline.source_status import source_rows

router = APIRouter(prefix="/sources", tags=["sources"])
asked = APIRouter(prefix="/sources", tags=["sources"])
"""What is asked of sources, and not told of them: it has no ETag."""
_LIMIT = 16 * 1024
Named = Annotated[str, Path(description="The source's name in the configuration.")]


@router.get(
    "", summary="All sources", responses=answers(Listed[SourceRow]), dependencies=NO_PARAMETERS
)
def read_sources(served: ServedDep, session: SessionDep) -> Response:
    """State, last success, lateness, counts, and each stream with its error or note."""
    rows = source_rows(session, served.settings, as_of=served.minute())
    return encoded({"items": rows, "next": None})


@router.get(
    "/{name}",
    summary="One source",
    responses=answers(SourceRow, named=True),
    dependencies=NO_PARAMETERS,
)
def read_source(served: ServedDep, session: SessionDep, name: Named) -> Response:
    """404 with the names that exist."""
    rows = source_rows(session, served.settings, as_of=served.minute())
    for row in rows:
        if row["name"] == name:
            return encoded(row)
    known = ", ".join(row["name"] for row in rows) or "none"
    raise NotFoundError(f'there is no source "{name}"; known: {known}')


@router.get(
    "/{name}/credentials",
    summary="How a source signs in",
    responses=answers(CredentialsBody, named=True, example=CREDENTIALS),
    dependencies=NO_PARAMETERS,
)
def read_credentials(served: ServedDep, session: SessionDep, name: Named) -> Response:
    """Where each secret comes from, how old it is, whether others may read it or it is sent without
    encryption, and what to do. Never a secret.
    """
    as_of = served.minute()
    return encoded(credentials_answer(session, served.settings, name, as_of=as_of))


@asked.post(
    "/{name}/again",
    summary="Read one project again",
    status_code=202,
    responses=accepts_from_people(
        AgainNoted, again="It is waiting already, and is read once.", example=WAITING
    ),
    openapi_extra=described(AgainGiven, "Which part of the source.", AGAIN),
    dependencies=NO_PARAMETERS,
)
async def read_again(served: ServedDep, request: Request, name: Named) -> Response:
    """For admins. All of it is read again with the next pass of the source, by `headwater serve`,
    `headwater worker` or `headwater sync`; of the rest only what changed. Safe to repeat: what is
    stored stays, and is written only where it differs.
    """
    told = await sent(request, AgainGiven, limit=_LIMIT)
    noted = await run_in_threadpool(note_again, served.settings, served.database, name, told.name)
    answer = encoded({"source": noted.source, "name": noted.name, "state": "waiting"})
    answer.status_code = 202 if noted.new else 200
    return answer

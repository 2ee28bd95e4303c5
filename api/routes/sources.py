"""The connected sources, how each is doing, and how it signs in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.asking import NO_PARAMETERS
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_sources import CREDENTIALS
from api.schemas_credentials import CredentialsBody
from api.schemas_lists import Listed, SourceRow
from core.errors import NotFoundError
from pipeline.credentials import credentials_answer
from pipeline.source_status import source_rows

router = APIRouter(prefix="/sources", tags=["sources"])
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

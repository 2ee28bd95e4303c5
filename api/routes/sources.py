"""The connected sources and how each is doing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.asking import NO_PARAMETERS
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.schemas_lists import Listed, SourceRow
from core.errors import NotFoundError
from pipeline.source_status import source_rows

router = APIRouter(prefix="/sources", tags=["sources"])


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
def read_source(
    served: ServedDep,
    session: SessionDep,
    name: Annotated[str, Path(description="The source's name in the configuration.")],
) -> Response:
    """404 with the names that exist."""
    rows = source_rows(session, served.settings, as_of=served.minute())
    for row in rows:
        if row["name"] == name:
            return encoded(row)
    known = ", ".join(row["name"] for row in rows) or "none"
    raise NotFoundError(f'there is no source "{name}"; known: {known}')

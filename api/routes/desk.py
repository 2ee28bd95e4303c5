"""Change requests and incidents by their numbers, with the chain to code and tickets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.asking import NO_PARAMETERS
from api.deps import SessionDep, encoded
from api.documented import answers
from api.schemas_desk import ChangeBody, IncidentBody
from pipeline.desk_links import change_document, incident_document

router = APIRouter(tags=["service desk"])

Number = Annotated[str, Path(description="The number, in any case.", examples=["CHG0030001"])]


@router.get(
    "/change-requests/{number}",
    summary="One change request: what was done under it",
    responses=answers(ChangeBody, named=True),
    dependencies=NO_PARAMETERS,
)
def read_change_request(session: SessionDep, number: Number) -> Response:
    """Its deployments, builds, commits, tickets and incidents, each with the evidence."""
    return encoded(change_document(session, number))


@router.get(
    "/incidents/{number}",
    summary="One incident: what it is put down to",
    responses=answers(IncidentBody, named=True),
    dependencies=NO_PARAMETERS,
)
def read_incident(session: SessionDep, number: Number) -> Response:
    """Verdict, every candidate, and what the likeliest deployment brought."""
    return encoded(incident_document(session, number))

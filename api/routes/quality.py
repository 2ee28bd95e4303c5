"""How much of the truth the data shows, and what would make it more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.asking import NO_PARAMETERS, WindowQuery, asked_of
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.schemas_lists import Listed, QualityRow
from api.schemas_verdicts import AgreementRows
from pipeline.agreement import agreement
from pipeline.service_answers import service_of
from pipeline.stream_answers import stream_of
from pipeline.trust import quality_rows

router = APIRouter(prefix="/quality", tags=["quality"])


class QualityQuery(WindowQuery):
    """A window, and a scope."""

    stream: str | None = Field(default=None, description="Only rows of this stream.")
    service: str | None = Field(default=None, description="Only rows of this service.")


@router.get("", summary="Coverage measures, the worst first", responses=answers(Listed[QualityRow]))
def read_quality(
    served: ServedDep, session: SessionDep, query: Annotated[QualityQuery, Query()]
) -> Response:
    """Numerator, denominator, what to do, and the configuration line that does it."""
    snapshot = served.snapshots.present(session)
    rows = quality_rows(snapshot, served.settings, asked_of(served, query))
    if query.stream is not None:
        stream_of(snapshot, query.stream)
    if query.service is not None:
        service_of(snapshot, query.service)
    for name, wanted in (("stream", query.stream), ("service", query.service)):
        if wanted is not None:
            rows = [row for row in rows if row["scope"].get(name) == wanted]
    return encoded({"items": rows, "next": None})


@router.get(
    "/agreement",
    summary="How far the rules and people agree about links",
    responses=answers(AgreementRows),
    dependencies=NO_PARAMETERS,
)
def read_agreement(session: SessionDep) -> Response:
    """Of each rule the links that people judged, and of those the share that they confirmed."""
    return encoded(agreement(session))

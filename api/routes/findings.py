"""Findings of a value stream in words, and the items behind each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.asking import asked_of, of_stream
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_findings import FINDINGS
from api.routes.maps import MapDep, MapQuery
from api.routes.metrics import Name
from api.schemas_findings import Findings, Kind
from api.schemas_journey import Explained
from pipeline.findings import explain_findings, findings_answer

router = APIRouter(prefix="/streams", tags=["value stream map"])


class FindingQuery(MapQuery):
    """The question of the map, and which finding."""

    kind: Kind = Field(default="biggest_delay", description="Of which kind.")
    about: str | None = Field(
        default=None,
        max_length=600,
        description="The `title` of the finding. Default: the first of its kind.",
        examples=["Queue before Test"],
    )


@router.get(
    "/{name}/findings",
    summary="Findings in words",
    responses=answers(Findings, named=True, example=FINDINGS),
)
def read_findings(served: ServedDep, session: SessionDep, name: Name, query: MapDep) -> Response:
    """The biggest delay, the most common rework loop, the handoff to simplify, where ageing work
    piles up, the approval that never rejects, the batch that waits for a release, and what waits
    before work begins: each with items, time, money, confidence and what to try next.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    clock = query.clock or ""
    return encoded(findings_answer(session, snapshot, served.settings, stream, asked, clock=clock))


@router.get(
    "/{name}/findings/explain",
    summary="The items behind a finding",
    responses=answers(Explained, named=True),
)
def explain_of_finding(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[FindingQuery, Query()]
) -> Response:
    """Exactly the items that it counts, each with the seconds that it names: waited, lost in the
    loop, or of age; and what the map leaves out, with the reason.
    """
    asked = asked_of(served, query)
    _, stream = of_stream(served, session, name, asked)
    found = explain_findings(
        session, stream, asked, kind=query.kind, about=query.about, clock=query.clock or ""
    )
    return encoded(found)

"""Flow predictability of a stream, from the objectives that people entered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.asking import KnownQuery, asked_of, of_stream
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.routes.metrics import Name
from api.schemas_journey import Explained
from api.schemas_objectives import PredictabilityBody
from pipeline.predictability_answers import explain_predictability, predictability_answer

router = APIRouter(prefix="/streams", tags=["streams"])

KnownDep = Annotated[KnownQuery, Query()]


@router.get(
    "/{name}/predictability",
    summary="How much of what was planned was delivered",
    responses=answers(PredictabilityBody, named=True),
)
def read_predictability(
    served: ServedDep, session: SessionDep, name: Name, query: KnownDep
) -> Response:
    """Of the increments that ended in the window; `headwater objectives FILE` enters objectives."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(predictability_answer(session, snapshot, stream, asked))


@router.get(
    "/{name}/predictability/explain",
    summary="The objectives behind the predictability",
    responses=answers(Explained, named=True),
)
def explain_objectives(
    served: ServedDep, session: SessionDep, name: Name, query: KnownDep
) -> Response:
    """Every objective that is in the number, and every one that is not, with the reason."""
    asked = asked_of(served, query)
    _, stream = of_stream(served, session, name, asked)
    return encoded(explain_predictability(session, stream, asked))

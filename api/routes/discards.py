"""What a stream began and threw away."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.asking import WorkDep, asked_of, of_stream
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_discards import DISCARDS
from api.routes.metrics import Name
from api.schemas_discards import DiscardsBody
from pipeline.discards import discards_answer

router = APIRouter(prefix="/streams", tags=["flow"])


@router.get(
    "/{name}/discards",
    summary="What was begun and thrown away",
    responses=answers(DiscardsBody, named=True, example=DISCARDS),
)
def read_discards(served: ServedDep, session: SessionDep, name: Name, query: WorkDep) -> Response:
    """Deliveries cancelled in the window after their commitment: from which stage, how much work
    and waiting went into each, and what that waiting cost; the most work first.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(discards_answer(snapshot, served.settings, stream, asked))

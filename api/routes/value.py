"""What became of items once their code was live: what is switched on, used, and worth what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.asking import KnownQuery, MomentQuery, WorkDep, asked_of, of_stream, snapshot_of
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_value import OUTCOMES, UNEXPOSED
from api.routes.metrics import Name
from api.schemas_value import OutcomesBody, UnexposedBody
from pipeline.item_outcomes import outcomes_answer
from pipeline.unexposed_list import unexposed_answer

router = APIRouter(tags=["value"])


@router.get(
    "/streams/{name}/unexposed",
    summary="What is shipped and not switched on",
    responses=answers(UnexposedBody, named=True, example=UNEXPOSED),
)
def read_unexposed(served: ServedDep, session: SessionDep, name: Name, query: WorkDep) -> Response:
    """As of the end of the window: how many, how old, what they burn, and each item."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(unexposed_answer(snapshot, served.settings, stream, asked))


@router.get(
    "/items/{key}/outcomes",
    summary="Whether an item brought what was claimed of it",
    responses=answers(OutcomesBody, named=True, example=OUTCOMES),
)
def read_outcomes(
    served: ServedDep,
    session: SessionDep,
    key: Annotated[str, Path(description="A key that the item has or had.", examples=["SHOP-412"])],
    query: Annotated[MomentQuery, Query()],
) -> Response:
    """When it was seen, live, used and adopted, every event behind that, and what it was worth."""
    asked = asked_of(served, KnownQuery(known_at=query.known_at))
    snapshot = snapshot_of(served, session, asked)
    if not snapshot.streams:
        snapshot.later.require_any()
    return encoded(outcomes_answer(session, snapshot, served.settings, key, asked))

"""What waiting costs in a value stream: the ledger, and the items that burn most."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.asking import KnownQuery, MomentQuery, SeriesQuery, WorkQuery, asked_of, of_stream
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_cost import BURNING, COSTS
from api.examples_sequences import QUEUE_ORDER
from api.routes.metrics import Name
from api.schemas_cost import BurningRows, CostRows
from api.schemas_journey import Explained
from api.schemas_sequences import QueueOrder
from pipeline.burning_items import burning_answer
from pipeline.cost_answers import cost_answer
from pipeline.cost_explain import explain_cost
from pipeline.cost_parts import By
from pipeline.sequences import queue_order

router = APIRouter(prefix="/streams", tags=["delay cost"])


class ClockQuery(WorkQuery):
    """Window, kind of work, team, and from when on waiting counts."""

    clock: Literal["commitment", "idea"] = Field(
        default="commitment",
        description="From when on waiting costs: commitment, or idea, with the time before it.",
    )


class SplitQuery(ClockQuery):
    """The same, and how the cost is split."""

    by: By = Field(
        default="stage",
        description="stage, team, reason, kind, item (that waited) or owner (of the value: the"
        " item, or its parent).",
    )


class CostQuery(SplitQuery, SeriesQuery):
    """The same, and a rhythm."""


class PartQuery(SplitQuery):
    """The same, and one part of the split."""

    part: str = Field(
        default="",
        max_length=512,
        description="Only of this part of the split `by`, as a row of it is named: each delivery"
        " with what its waiting there cost. Default: of the whole.",
        examples=["Test"],
    )


class QueueQuery(MomentQuery):
    """Which queue, and as known when."""

    stage: str | None = Field(
        default=None,
        max_length=200,
        description="The queue. Default: the stage in which waiting burns most.",
        examples=["Test"],
    )


@router.get(
    "/{name}/delay-cost",
    summary="What waiting cost, by stage, team, reason, kind or item",
    responses=answers(CostRows, named=True, example=COSTS),
)
def read_delay_cost(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[CostQuery, Query()]
) -> Response:
    """Integer cents; the parts add up to the whole to the cent. Ranges are of 2000 draws, the same
    in every answer. Unvalued items are counted apart.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    found = cost_answer(snapshot, served.settings, stream, asked, by=query.by, clock=query.clock)
    return encoded(found)


@router.get(
    "/{name}/delay-cost/explain",
    summary="The items behind the delay cost",
    responses=answers(Explained, named=True),
)
def explain_delay_cost(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[PartQuery, Query()]
) -> Response:
    """Every delivery that was charged, and every one that waited and was not, with the reason:
    unvalued, or off the critical path of its parent. With `part` those that waited there.
    """
    asked = asked_of(served, query)
    _, stream = of_stream(served, session, name, asked)
    return encoded(explain_cost(stream, asked, query.clock, by=query.by, part=query.part))


@router.get(
    "/{name}/delay-cost/items",
    summary="Which item in flight burns most",
    responses=answers(BurningRows, named=True, example=BURNING),
)
def read_burning(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[WorkQuery, Query()]
) -> Response:
    """As of now, the dearest week first: cost so far, what it may still cost until it is done
    (K7), the risk of deadlines, and whose estimate it is. The window says which items are a team's.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(burning_answer(snapshot, served.settings, stream, asked))


@router.get(
    "/{name}/sequence",
    summary="The order of a queue in which delay costs least",
    responses=answers(QueueOrder, named=True, example=QUEUE_ORDER),
)
def read_queue_order(
    served: ServedDep, session: SessionDep, name: Name, query: Annotated[QueueQuery, Query()]
) -> Response:
    """Of what waits in a stage now: today's order and the cheapest, as `POST /v1/sequences` answers
    it; `order` is null, with the reason, where nothing can be put in order.
    """
    asked = asked_of(served, KnownQuery(known_at=query.known_at))
    _, stream = of_stream(served, session, name, asked)
    return encoded(queue_order(served.settings, stream, stage=query.stage, as_of=asked.as_of))

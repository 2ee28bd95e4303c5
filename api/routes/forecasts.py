"""The forecast of the queue of a stream's parents or releases."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.asking import DaysQuery, WorkingDaysQuery, asked_of, of_stream
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_forecasts import QUEUE, QUEUE_CALIBRATION, QUEUE_ONE
from api.routes.charts import last_year
from api.schemas_forecasts import ForecastQueue, ForecastQueueOne, QueueCalibration
from api.schemas_journey import Explained
from pipeline.group_calibration import queue_calibration
from pipeline.group_forecasts import MOST_GROWTH, Beside, Plan
from pipeline.group_rows import explain_queue, one_answer, queue_answer
from pipeline.grouped import Of
from pipeline.queue_groups import MOST_FIRST, Dormant, Order

router = APIRouter(prefix="/streams/{name}/forecasts/queue", tags=["charts and forecasts"])

Name = Annotated[str, Path(description="The stream's name in the configuration.")]
Key = Annotated[
    str,
    Path(
        description="The key of a parent, or the name of a release, with open items.",
        examples=["SHOP-15"],
    ),
]
AskedOf = Annotated[
    Of,
    Field(
        description="parent: what stands above items, such as epics. release: what they are"
        " planned for, the versions of Jira and milestones of GitLab that are not out yet."
    ),
]
_LONGEST = MOST_FIRST * 64


class QueueQuery(WorkingDaysQuery):
    """The pool (`from`, `to`), the calendar, and the plan: who waits for whom."""

    of: AskedOf = "parent"
    order: Order | None = Field(
        default=None,
        description="begun: the one begun earliest leads, then those not begun, by age. due:"
        " the earliest date leads. smallest: the one with the fewest open items leads. Without it"
        " begun of parents, due of releases.",
    )
    first: str = Field(
        default="",
        max_length=_LONGEST,
        description=f"Keys that stand before all others, with commas between; at most"
        f" {MOST_FIRST}.",
        examples=["SHOP-15,SHOP-150"],
    )
    growth: float = Field(
        default=0.0,
        ge=0,
        le=MOST_GROWTH,
        description="By which share of what remains each of them is still to grow.",
        examples=[0.2],
    )
    beside: Beside = Field(
        default="goes_on",
        description="goes_on: work that belongs to none of them goes on at its past rate. waits:"
        " it waits until all of them are done.",
    )
    dormant: Dormant = Field(
        default="left_out",
        description="Items unbegun for longer than 95 % of what was begun in the last year."
        " left_out: the dates are of the rest. counted: they stand in the queue.",
    )

    def plan(self) -> Plan:
        """The order of the queue that is asked for."""
        keys = tuple(one for part in self.first.split(",") if (one := part.strip()))
        return Plan(self.order, keys, self.growth, self.beside, self.dormant, self.of)


class QueueTriedQuery(DaysQuery):
    """The window in which dates are tried (default: 52 weeks), and how far apart."""

    of: AskedOf = "parent"
    horizon: int = Field(default=14, ge=1, le=90, description="Days from one trial to the next.")
    pool: int = Field(default=90, ge=35, le=400, description="Days that a forecast draws from.")


QueueDep = Annotated[QueueQuery, Query()]


@router.get(
    "",
    summary="When each parent or release is done",
    responses=answers(ForecastQueue, named=True, example=QUEUE),
)
def read_queue(served: ServedDep, session: SessionDep, name: Name, query: QueueDep) -> Response:
    """Every parent, or every release, with open items: dates at 50, 85 and 95 %, exactly, in one
    queue, for their items share the people; against its date where it has one. Null with what is
    missing under 30 completions or 5 weeks.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(queue_answer(snapshot, stream, asked, query.plan()))


@router.get(
    "/explain",
    summary="The completions behind the queue",
    responses=answers(Explained, named=True),
)
def read_queue_pool(
    served: ServedDep, session: SessionDep, name: Name, query: QueueDep
) -> Response:
    """The deliveries of the pool that the queue is forecast from; left out is what was done beside
    the parents or releases.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(explain_queue(snapshot, stream, asked, query.plan()))


@router.get(
    "/calibration",
    summary="Whether the dates of parents or releases held",
    responses=answers(QueueCalibration, named=True, example=QUEUE_CALIBRATION),
)
def read_queue_calibration(
    served: ServedDep,
    session: SessionDep,
    name: Name,
    query: Annotated[QueueTriedQuery, Query()],
) -> Response:
    """The queue of past days forecast again, each from the days before it, in the usual order; the
    share of the dates that held should be near the percentile.
    """
    asked = last_year(asked_of(served, query), query.start)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(
        queue_calibration(
            snapshot, stream, asked, horizon=query.horizon, pool_days=query.pool, of=query.of
        )
    )


@router.get(
    "/{key:path}",
    summary="One parent or release of the queue",
    responses=answers(ForecastQueueOne, named=True, example=QUEUE_ONE),
)
def read_queue_one(
    served: ServedDep, session: SessionDep, name: Name, key: Key, query: QueueDep
) -> Response:
    """Its items with their places in the queue, and what stands before its last one."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(one_answer(snapshot, stream, asked, query.plan(), key))

"""Little's law, ageing work and the service level expectation of a stream."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.asking import CalendarQuery, WorkDep, asked_of, of_stream
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_kanban import AGEING, LITTLES_LAW, SLE
from api.routes.metrics import Name
from api.schemas_journey import Explained
from api.schemas_kanban import AgeingBody, LittlesLawBody, SleBody
from core.errors import BadRequestError
from pipeline.ageing_list import SORTS, AgeingQuery, list_ageing
from pipeline.kanban import PERCENTS, Promise, littles_law_answer, sle_answer
from pipeline.kanban_explain import explain_ageing, explain_littles_law, explain_sle

router = APIRouter(prefix="/streams", tags=["streams"])


class PromiseQuery(CalendarQuery):
    """Window, kind of work, team, calendar, and the expectation."""

    percent: int = Field(
        default=85, description="The level of the expectation: 50, 70, 85 or 95.", examples=[85]
    )
    within_d: float | None = Field(
        default=None,
        gt=0,
        le=3650,
        allow_inf_nan=False,
        description="An expectation of your own in days of the calendar, instead of that of the"
        " history.",
        examples=[12],
    )

    @property
    def promise(self) -> Promise:
        """`BadRequestError` for another level."""
        if self.percent not in PERCENTS:
            raise BadRequestError(f"percent: one of {', '.join(map(str, PERCENTS))}")
        return Promise(self.percent, self.within_d)


class AgeingParameters(PromiseQuery):
    """The same, with filters, order and page."""

    stage: str | None = Field(default=None, description="Only what is in this stage.")
    breach_p: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Only what is late with at least this probability, observed ones included.",
    )
    sort: str = Field(default="-age", description=f"One of: {', '.join(SORTS)}.")
    limit: int = Field(default=50, ge=1, le=500, description="At most 500.")
    cursor: str | None = Field(
        default=None, max_length=400, description="`next` of the page before."
    )


PromiseDep = Annotated[PromiseQuery, Query()]


@router.get(
    "/{name}/littles-law",
    summary="Whether load, throughput and time fit",
    responses=answers(LittlesLawBody, named=True, example=LITTLES_LAW),
)
def read_littles_law(
    served: ServedDep, session: SessionDep, name: Name, query: WorkDep
) -> Response:
    """r, what it is made of, each assumption with its figure, and the banner."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(littles_law_answer(snapshot, stream, asked))


@router.get(
    "/{name}/littles-law/explain",
    summary="The items behind Little's law",
    responses=answers(Explained, named=True),
)
def explain_law(served: ServedDep, session: SessionDep, name: Name, query: WorkDep) -> Response:
    """Every delivery in load in the window, with its seconds in it."""
    asked = asked_of(served, query)
    _, stream = of_stream(served, session, name, asked)
    return encoded(explain_littles_law(stream, asked))


@router.get(
    "/{name}/ageing",
    summary="How old what is in load is, and what will be late",
    responses=answers(AgeingBody, named=True, example=AGEING),
)
def read_ageing(
    served: ServedDep,
    session: SessionDep,
    name: Name,
    query: Annotated[AgeingParameters, Query()],
) -> Response:
    """As of the end of the window, which is also the history; `zones`: the ages at which past work
    had left each stage. Keyset pages, `next` until null.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    which = AgeingQuery(
        stage=query.stage,
        breach_p=query.breach_p,
        sort=query.sort,
        limit=query.limit,
        cursor=query.cursor,
    )
    found = list_ageing(snapshot, stream, asked, query.promise, which)
    return encoded({**found, "currency": served.settings.cost_of_delay.currency})


@router.get(
    "/{name}/ageing/explain",
    summary="The items behind the ageing, and their history",
    responses=answers(Explained, named=True),
)
def explain_ages(served: ServedDep, session: SessionDep, name: Name, query: PromiseDep) -> Response:
    """What is in load, and all that pace, expectation and probability rest on."""
    asked = asked_of(served, query)
    _, stream = of_stream(served, session, name, asked)
    return encoded(explain_ageing(stream, asked, query.promise))


@router.get(
    "/{name}/sle",
    summary="What can be promised, and whether it was kept",
    responses=answers(SleBody, named=True, example=SLE),
)
def read_sle(served: ServedDep, session: SessionDep, name: Name, query: PromiseDep) -> Response:
    """Days at 50, 70, 85 and 95 %, the adherence with its Wilson interval, in all and by type."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(sle_answer(snapshot, stream, asked, query.promise))


@router.get(
    "/{name}/sle/explain",
    summary="The items behind the expectation",
    responses=answers(Explained, named=True),
)
def explain_expectation(
    served: ServedDep, session: SessionDep, name: Name, query: PromiseDep
) -> Response:
    """Those done in the window and, as `history`, those from which the expectation comes."""
    asked = asked_of(served, query)
    _, stream = of_stream(served, session, name, asked)
    return encoded(explain_sle(stream, asked, query.promise))

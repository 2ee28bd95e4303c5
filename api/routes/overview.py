"""The first screen in one answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.asking import KindDep, KindQuery, asked_of, last_weeks, snapshot_of
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.schemas import Overview
from api.schemas_journey import Explained
from pipeline.overview import overview
from pipeline.overview_explain import Pooled, explain_overview

router = APIRouter(tags=["overview"])


class PooledQuery(KindQuery):
    """Window, kind of work, and which number of the headline."""

    metric: Pooled = Field(
        "idea_to_release", description="The number: `idea_to_release` or `delay_cost`."
    )


@router.get(
    "/overview", summary="All streams and services, with the headline", responses=answers(Overview)
)
def read_overview(served: ServedDep, session: SessionDep, query: KindDep) -> Response:
    """Streams ordered by what their waiting costs, the DORA five of each service, and in the
    headline how long, where it waits, what it costs and how far that can be trusted.
    """
    asked = asked_of(served, query)
    snapshot = snapshot_of(served, session, asked)
    return encoded(overview(snapshot, served.settings, asked, last_weeks(asked)))


@router.get(
    "/overview/explain",
    summary="The items behind a number of the headline",
    responses=answers(Explained),
)
def explain_headline(
    served: ServedDep, session: SessionDep, query: Annotated[PooledQuery, Query()]
) -> Response:
    """Every item of all streams that is in the number, and every one that is not, each with its
    stream.
    """
    asked = asked_of(served, query)
    return encoded(explain_overview(snapshot_of(served, session, asked), query.metric, asked))

"""The first screen in one answer."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.asking import KindDep, asked_of, last_weeks, snapshot_of
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.schemas import Overview
from pipeline.overview import overview

router = APIRouter(tags=["overview"])


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

"""How much of the truth the data shows, and what would make it more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.asking import MetricQuery, asked_of
from api.deps import ServedDep, SessionDep, encoded
from pipeline.trust import quality_rows

router = APIRouter(prefix="/quality", tags=["quality"])


class QualityQuery(MetricQuery):
    """A window, and at most one scope."""

    stream: str | None = None
    service: str | None = None


@router.get("", summary="Coverage measures, the worst first")
def read_quality(
    served: ServedDep, session: SessionDep, query: Annotated[QualityQuery, Query()]
) -> Response:
    """Numerator, denominator, what to do, and the configuration line that does it."""
    snapshot = served.snapshots.present(session)
    rows = quality_rows(snapshot, served.settings, asked_of(served, query))
    for name, wanted in (("stream", query.stream), ("service", query.service)):
        if wanted is not None:
            rows = [row for row in rows if row["scope"].get(name) == wanted]
    return encoded({"items": rows, "next": None})

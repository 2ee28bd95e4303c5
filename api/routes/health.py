"""For whoever watches the process: is it up, can it answer."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.deps import ServedDep, encoded
from api.documented import answers
from api.schemas_lists import Status
from store.migrate import require_current

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="The process is up", responses=answers(Status))
def read_health() -> Response:
    """Always `{"status": "ok"}`."""
    return encoded({"status": "ok"})


@router.get("/readyz", summary="The database answers", responses=answers(Status))
def read_readiness(served: ServedDep) -> Response:
    """An error when the database can't be reached."""
    require_current(served.database.engine)
    return encoded({"status": "ready"})

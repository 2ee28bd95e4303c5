"""For whoever watches the process: is it up, can it answer."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.deps import Served, ServedDep, encoded
from api.documented import answers
from api.schemas_lists import Readiness, Status
from core.errors import StoreError
from store.migrate import current, require_current, versions

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="The process is up", responses=answers(Status))
async def read_health() -> Response:
    """Always `{"status": "ok"}`: answered by the loop itself, so that neither a database that hangs
    nor requests that wait for it make the process look dead. Restart it where this fails.
    """
    return encoded({"status": "ok"})


@router.get("/readyz", summary="Requests may be sent here", responses=answers(Readiness))
def read_readiness(served: ServedDep) -> Response:
    """503 while the database can't be reached or is not migrated, and from the moment on at which
    the process was asked to stop. One that runs stays ready when a newer Headwater migrates the
    database: it goes on until it is replaced.
    """
    if served.stopping:
        raise StoreError("this process stops: send requests to another one")
    return encoded({"status": "ready", "migration": _migration(served)})


def _migration(served: Served) -> str:
    found = current(served.database.engine)
    if not (served.was_ready and found and found not in versions()):
        require_current(served.database.engine)
        served.was_ready = True
    return found

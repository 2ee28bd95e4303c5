"""Events that tools without a connector report: CDEvents, alone or inside CloudEvents."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS
from api.bodies import body_of
from api.deps import ServedDep, encoded
from api.documented import NO_SOURCE, accepts
from api.schemas_pushed import EventsTaken
from connectors.cloudevents import BATCH, STRUCTURED
from connectors.hook_signatures import Delivery
from pipeline.events import expect_events, take_events

router = APIRouter(prefix="/events", tags=["pushed"])
_OBJECT = {"schema": {"type": "object"}}
_BODY = {
    "requestBody": {
        "description": "CDEvents 0.4 or 0.5.",
        "content": {
            STRUCTURED: _OBJECT,
            BATCH: {"schema": {"type": "array", "items": {"type": "object"}}},
            "application/json": _OBJECT,
        },
    }
}


@router.post(
    "",
    summary="Changes, builds, deployments, incidents and tickets of any tool",
    status_code=202,
    responses={**accepts(EventsTaken, again="All of them were known."), **NO_SOURCE},
    openapi_extra=_BODY,
    dependencies=NO_PARAMETERS,
)
async def take(served: ServedDep, request: Request) -> Response:
    """With the secret of a source of kind `events` as bearer token, or a signature made with it. An
    event is known by its source and id: sending it again changes nothing.
    """
    headers = dict(request.headers)
    expect_events(served.settings, Delivery(headers, b""))
    delivery = Delivery(headers, await body_of(request, instead="send several batches"))
    found = await run_in_threadpool(take_events, served.settings, served.database, delivery)
    answer = encoded(found)
    answer.status_code = 202 if found.new else 200
    return answer

"""Webhooks of the sources: hints of what to read again, taken in within milliseconds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS
from api.bodies import body_of
from api.deps import ServedDep, encoded
from api.documented import accepts
from api.schemas_pushed import HookTaken
from connectors.hook_signatures import Delivery
from pipeline.hooks import expect_hook, take_hook

router = APIRouter(prefix="/hooks", tags=["pushed"])
_RESPONSES = accepts(HookTaken, again="It came before, and nothing was done.")
_BODY = {
    "requestBody": {
        "description": "The webhook, as the vendor sends it.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}
Source = Annotated[str, Path(description="The source's name in the configuration.")]
Secret = Annotated[str, Path(description="Jenkins only, for plugins that send no headers.")]


@router.post(
    "/{source}",
    summary="A webhook of a source",
    status_code=202,
    responses=_RESPONSES,
    openapi_extra=_BODY,
    dependencies=NO_PARAMETERS,
)
async def take(served: ServedDep, request: Request, source: Source) -> Response:
    """Verified by the secrets in `hooks` of the source. What it names is read again within
    seconds.
    """
    return await _taken(served, request, source)


@router.post(
    "/{source}/{secret}",
    summary="A webhook whose secret is in the address",
    status_code=202,
    responses=_RESPONSES,
    openapi_extra=_BODY,
    dependencies=NO_PARAMETERS,
)
async def take_by_address(
    served: ServedDep, request: Request, source: Source, secret: Secret
) -> Response:
    """As above, for Jenkins plugins that can't send a header. Use it over HTTPS only."""
    return await _taken(served, request, source, secret)


async def _taken(served: ServedDep, request: Request, source: str, secret: str = "") -> Response:
    headers = dict(request.headers)
    expect_hook(served.settings, source, Delivery(headers, b"", secret))
    delivery = Delivery(headers, await body_of(request), secret)
    found = await run_in_threadpool(take_hook, served.settings, served.database, source, delivery)
    answer = encoded(found)
    answer.status_code = 200 if found.status == "duplicate" else 202
    return answer

"""Erases a person, for admins."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS
from api.deps import ServedDep, encoded
from api.documented import BUSY, answers, answers_to_people
from api.examples_privacy import ERASED, ERASURE
from api.schemas_privacy import ErasureGiven, ErasureTold
from api.sent import described, sent
from api.signed import FRESH, require_signed_in
from pipeline.erasing import erase, look

router = APIRouter(prefix="/privacy", tags=["access"])
_LIMIT = 16 * 1024
_TOLD = "Whom, and whether it is only to be told; not in the address, which logs keep."


@router.post(
    "/erase",
    summary="Erase a person, or tell what that would change",
    responses={
        **answers_to_people(ErasureTold),
        **answers(ErasureTold, named=True, example=ERASED),
        **BUSY,
    },
    openapi_extra=described(ErasureGiven, _TOLD, ERASURE),
    dependencies=NO_PARAMETERS,
)
async def erase_person(served: ServedDep, request: Request) -> Response:
    """For admins. Every word by which the tools know the person gives way to a stand-in, in all
    that is stored; numbers about work stay. It can't be undone: ask with `dry_run` first.
    """
    account = require_signed_in(served, request, "headwater privacy erase")
    told = await sent(request, ErasureGiven, limit=_LIMIT)
    if told.dry_run:
        found = await run_in_threadpool(look, served.database, told.person, told.also)
    else:
        found = await run_in_threadpool(
            erase, served.database, told.person, told.also, who=account.name
        )
        served.forget_version()
    answer = encoded(found)
    answer.headers.update(FRESH)
    return answer

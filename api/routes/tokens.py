"""Tokens, for admins: the list, a new one, and the end of one."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS
from api.deps import ServedDep, encoded
from api.documented import UNKEPT, answers, makes
from api.examples_tokens import GIVEN, MADE, TOKEN, TOKENS
from api.own_pages import require_own_page
from api.schemas_lists import Listed
from api.schemas_tokens import TokenGiven, TokenMade, TokenRow
from api.sent import described, sent
from api.signed import FRESH, require_signed_in
from pipeline.access_tokens import lasting, list_tokens, make_token, revoke, told_of
from pipeline.clock import now_ts

router = APIRouter(prefix="/tokens", tags=["access"])
_LIMIT = 16 * 1024
_WHAT = "Its name, what it may do, of which streams, and for how long."
Number = Annotated[int, Path(ge=1, lt=2**63, description="The token's `id`.")]


@router.get(
    "",
    summary="All tokens that there ever were",
    responses={**UNKEPT, **answers(Listed[TokenRow], example=TOKENS)},
    dependencies=NO_PARAMETERS,
)
def read_tokens(served: ServedDep) -> Response:
    """For admins; the newest first, never a secret."""
    return _fresh({"items": list_tokens(served.database, now=now_ts()), "next": None})


@router.post(
    "",
    summary="Make a token",
    status_code=201,
    responses=makes(TokenMade, example=MADE),
    openapi_extra=described(TokenGiven, _WHAT, GIVEN),
    dependencies=NO_PARAMETERS,
)
async def make(served: ServedDep, request: Request) -> Response:
    """For admins. The secret is in this answer and nowhere else; the token counts at once."""
    account = require_signed_in(served, request, "headwater token create")
    told = await sent(request, TokenGiven, limit=_LIMIT)
    now = now_ts()
    made = await run_in_threadpool(
        partial(
            make_token,
            served.settings,
            served.database,
            name=told.name,
            role=told.role,
            streams=tuple(told.streams),
            lasts=lasting(told.expires),
            who=account.name,
            now=now,
        )
    )
    return _fresh({**told_of(made.token, now), "secret": made.secret}, status=201)


@router.delete(
    "/{token_id}",
    summary="Revoke a token",
    responses=makes(TokenRow, example=TOKEN, status=200, named=True),
    dependencies=NO_PARAMETERS,
)
def end(served: ServedDep, request: Request, token_id: Number) -> Response:
    """For admins. It lets nobody in from now on, nor a browser that came in with it."""
    account = require_signed_in(served, request, "headwater token revoke")
    require_own_page(request)
    now = now_ts()
    ended = revoke(served.database, token_id, who=account.name, now=now)
    return _fresh(told_of(ended, now))


def _fresh(body: dict[str, object], *, status: int = 200) -> Response:
    response = encoded(body)
    response.status_code = status
    response.headers.update(FRESH)
    return response

"""Signing in and out in a browser: by the identity provider, or by a token."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.access import Access, account_in
from api.bodies import body_of
from api.cookies import cookie
from api.deps import encoded
from api.gate import origin_of
from api.oidc import OidcSignIn
from api.sign_in_attempt import LASTS_S, attempt_of, begun, own_page
from api.sign_in_page import sign_in_page
from core.errors import DeliveryError, SignInError
from pipeline import sign_ins
from pipeline.clock import now_ts

_FRESH = {"cache-control": "no-store"}
_MOST = 4096

router = APIRouter(include_in_schema=False)
provided = APIRouter(include_in_schema=False)
"""The way to the identity provider and back."""


def _access(request: Request) -> Access:
    found: Access = request.app.state.access
    return found


def _steps(request: Request) -> OidcSignIn:
    found: OidcSignIn = request.app.state.oidc
    return found


AccessDep = Annotated[Access, Depends(_access)]
StepsDep = Annotated[OidcSignIn, Depends(_steps)]
There = Annotated[str, Query(alias="next", max_length=3000)]


@router.get("/signin")
def read_page(access: AccessDep, there: There = "/", ended: bool = False) -> Response:
    """Where people who are not signed in are led to."""
    return sign_in_page(access.settings.auth.mode, there=own_page(there), ended=ended)


@router.post("/signin")
async def take_token(access: AccessDep, request: Request, there: There = "/") -> Response:
    """The form of that page."""
    try:
        if not access.cookies.is_own(request.scope):
            raise SignInError("this came from another site: sign in here", status=403)
        content, _ = await run_in_threadpool(
            sign_ins.begin_by_token,
            access.database,
            access.settings.auth,
            await _token_sent(request),
            now=now_ts(),
            origin=origin_of(request.scope),
        )
    except (SignInError, DeliveryError) as error:
        return _refused(access, request, error, own_page(there))
    return _let_in(access, own_page(there), content)


@router.post("/signout")
def sign_out(access: AccessDep, request: Request) -> Response:
    """`next` is where to go; the identity provider's own address where that ends its session."""
    account, content = account_in(request), cookie(request.scope, access.cookies.session)
    if account is not None and content is not None:
        sign_ins.end(access.database, content, account, now=now_ts())
    access.forget()
    steps: OidcSignIn | None = request.app.state.oidc
    response = encoded({"next": (steps and steps.leaving()) or "/signin?ended=true"})
    access.cookies.drop(response, access.cookies.session)
    response.headers["cache-control"] = "no-store"
    return response


@provided.get("/signin/oidc")
def leave(access: AccessDep, steps: StepsDep, request: Request, there: There = "/") -> Response:
    """To the identity provider."""
    attempt = begun(there)
    try:
        response = RedirectResponse(steps.leave(attempt), 303, _FRESH)
    except SignInError as error:
        return _refused(access, request, error, attempt.there)
    access.cookies.put(response, access.cookies.attempt, attempt.cookie(), seconds=LASTS_S)
    return response


@provided.get("/signin/callback")
def come_back(access: AccessDep, steps: StepsDep, request: Request) -> Response:
    """From the identity provider."""
    attempt = attempt_of(cookie(request.scope, access.cookies.attempt))
    there = attempt.there if attempt else "/"
    try:
        person = steps.come_back(attempt, dict(request.query_params))
    except SignInError as error:
        response = _refused(access, request, error, there)
    else:
        content = sign_ins.begin(
            access.database,
            access.settings.auth,
            person.account,
            person.role,
            now=now_ts(),
            origin=origin_of(request.scope),
        )
        response = _let_in(access, there, content)
    access.cookies.drop(response, access.cookies.attempt)
    return response


def _let_in(access: Access, there: str, content: str) -> Response:
    response = RedirectResponse(there, 303, _FRESH)
    seconds = int(access.settings.auth.session.total_seconds())
    access.cookies.put(response, access.cookies.session, content, seconds=seconds)
    access.forget()
    return response


def _refused(
    access: Access, request: Request, error: SignInError | DeliveryError, there: str
) -> Response:
    """The page again, with the reason; in the audit log, too."""
    subject = f"{request.method} {request.url.path}"
    access.note_refused("", subject, str(error), origin_of(request.scope))
    return sign_in_page(
        access.settings.auth.mode, there=there, problem=str(error), status=error.status
    )


async def _token_sent(request: Request) -> str:
    """The field of the form; `SignInError` where it is not one."""
    sent = (await body_of(request, limit=_MOST)).decode("utf-8", "replace")
    try:
        return parse_qs(sent, max_num_fields=5).get("token", [""])[0].strip()
    except ValueError as error:
        raise SignInError("this is no form of ours: enter a token") from error

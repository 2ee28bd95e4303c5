"""Who asks, and, for admins, who did what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import account_in
from api.asking import NO_PARAMETERS
from api.deps import ServedDep, SessionDep, encoded
from api.documented import UNKEPT, answers
from api.examples_account import ACCOUNT, AUDIT
from api.schemas_account import AccountBody, AuditRow
from api.schemas_lists import Listed
from core.accounts import Account
from core.errors import BadRequestError
from pipeline.audit_log import ACTIONS, list_events
from pipeline.times import iso

router = APIRouter(tags=["access"])
_FRESH = {"cache-control": "no-store"}


class AuditQuery(BaseModel):
    """A page of the log, of which account and action."""

    model_config = ConfigDict(extra="forbid")

    who: str | None = Field(default=None, max_length=300, description="Only of this account.")
    action: str | None = Field(default=None, description=f"One of {', '.join(ACTIONS)}.")
    limit: int = Field(default=50, ge=1, le=500, description="At most 500.")
    cursor: str | None = Field(
        default=None, max_length=400, description="`next` of the page before."
    )


@router.get(
    "/account",
    summary="Who asks, and what they may do",
    responses={**UNKEPT, **answers(AccountBody, example=ACCOUNT)},
    dependencies=NO_PARAMETERS,
)
def read_account(served: ServedDep, request: Request) -> Response:
    """The account of the token or the sign-in. Never kept, here or on the way."""
    mode = served.settings.auth.mode
    return _fresh(_told(account_in(request), mode))


@router.get(
    "/audit-log",
    summary="Who came in, who was refused, who changed what",
    responses={**UNKEPT, **answers(Listed[AuditRow], example=AUDIT)},
)
def read_audit_log(session: SessionDep, query: Annotated[AuditQuery, Query()]) -> Response:
    """For admins; the newest first. Accounts are joined to nothing that people did in the tools."""
    if query.action is not None and query.action not in ACTIONS:
        raise BadRequestError(f"action: one of {', '.join(ACTIONS)}")
    found = list_events(
        session, cursor=query.cursor, limit=query.limit, who=query.who, action=query.action
    )
    return _fresh(found)


def _told(account: Account | None, mode: str) -> dict[str, object]:
    return {
        "mode": mode,
        "account": account and account.name,
        "role": account and account.role,
        "streams": sorted(account.streams) if account else [],
        "may_write": account is None or account.may("analyst"),
        "may_see_audit_log": account is None or account.may("admin"),
        "by_cookie": account is not None and account.by_cookie,
        "ends_at": iso(account.ends_ts) if account else None,
    }


def _fresh(body: dict[str, object]) -> Response:
    response = encoded(body)
    response.headers.update(_FRESH)
    return response

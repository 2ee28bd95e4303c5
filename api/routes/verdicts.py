"""What people say about links: confirm, reject, add, withdraw; and all that was said."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS
from api.deps import Served, ServedDep, SessionDep, encoded
from api.documented import COMMON, NOT_KNOWN, accepts_from_people, answers
from api.examples import VERDICT, WITHDRAWAL
from api.schemas_lists import Page
from api.schemas_verdicts import EndGiven, VerdictGiven, VerdictRow, WithdrawalGiven
from api.sent import described, sent
from pipeline.verdict_rows import list_verdicts
from pipeline.verdicts import Asked, Taken, judge, withdraw

router = APIRouter(prefix="/verdicts", tags=["verdicts"])
_LIMIT = 64 * 1024


_SAID = "Both ends of the link, what is said of it, who says it, and why."
_TAKEN_BACK = "Who takes it back, and why; not in the address, which logs keep."
Number = Annotated[int, Path(ge=1, lt=2**63, description="The verdict's `id`.")]


class VerdictsQuery(BaseModel):
    """A page of what was said."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=500, description="At most 500.")
    cursor: str | None = Field(
        default=None, max_length=400, description="`next` of the page before."
    )


@router.get(
    "",
    summary="What people say about links",
    responses={**COMMON, **answers(Page[VerdictRow])},
)
def read_verdicts(session: SessionDep, query: Annotated[VerdictsQuery, Query()]) -> Response:
    """The newest first, with those that were replaced or withdrawn: follow `next` until it is
    null.
    """
    return encoded(list_verdicts(session, cursor=query.cursor, limit=query.limit))


@router.post(
    "",
    summary="Confirm, reject or add a link",
    status_code=202,
    responses=accepts_from_people(VerdictRow, again="The same was said before, and counts."),
    openapi_extra=described(VerdictGiven, _SAID, VERDICT),
    dependencies=NO_PARAMETERS,
)
async def say(served: ServedDep, request: Request) -> Response:
    """It counts within seconds while `headwater serve` or `headwater worker` collects, else with
    the next `headwater sync`; a later verdict on the same link replaces it.
    """
    told = await sent(request, VerdictGiven, limit=_LIMIT)
    words = {"answer": told.answer, "who": told.who, "why": told.why}
    noted = partial(judge, served.database, _asked("a", told.a), _asked("b", told.b), **words)
    taken = await run_in_threadpool(noted)
    return _answered(served, taken)


@router.delete(
    "/{number}",
    summary="Withdraw a verdict",
    status_code=202,
    responses={
        **accepts_from_people(VerdictRow, again="It was withdrawn before."),
        **NOT_KNOWN,
    },
    openapi_extra=described(WithdrawalGiven, _TAKEN_BACK, WITHDRAWAL),
    dependencies=NO_PARAMETERS,
)
async def take_back(served: ServedDep, request: Request, number: Number) -> Response:
    """The rules decide again. The verdict stays in the list, and the answer is a new one that
    says `withdrawn`.
    """
    told = await sent(request, WithdrawalGiven, limit=_LIMIT)
    noted = partial(withdraw, served.database, number, who=told.who, why=told.why)
    return _answered(served, await run_in_threadpool(noted))


def _asked(field: str, given: EndGiven) -> Asked:
    return Asked(field, **given.model_dump())


def _answered(served: Served, taken: Taken) -> Response:
    served.forget_version()
    answer = encoded(taken.row)
    answer.status_code = 202 if taken.new else 200
    return answer

"""What people say that items are worth: enter, withdraw, and all that was said."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.asking import NO_PARAMETERS
from api.deps import Served, ServedDep, SessionDep, encoded
from api.documented import COMMON, NOT_KNOWN, accepts_from_people, answers
from api.examples_cost import VALUE, VALUE_WITHDRAWN
from api.schemas_cost import ValueGiven, ValueRow, ValueWithdrawn
from api.schemas_lists import Page
from api.sent import described, sent
from pipeline.estimates import Proposed, Taken, list_values, value_item, withdraw_value

router = APIRouter(prefix="/values", tags=["delay cost"])
_LIMIT = 64 * 1024
_SAID = "Whose value, its profile, its amounts, who says so, and why."
_BACK = "Who takes it back, and why."
Key = Annotated[str, Path(max_length=512, description="The item's key.", examples=["SHOP-412"])]


class ValuesQuery(BaseModel):
    """Of which item, and a page of what was said."""

    model_config = ConfigDict(extra="forbid")

    key: str | None = Field(default=None, max_length=512, description="Only of this item.")
    limit: int = Field(default=50, ge=1, le=500, description="At most 500.")
    cursor: str | None = Field(
        default=None, max_length=400, description="`next` of the page before."
    )


@router.get("", summary="What items are worth", responses={**COMMON, **answers(Page[ValueRow])})
def read_values(
    served: ServedDep, session: SessionDep, query: Annotated[ValuesQuery, Query()]
) -> Response:
    """The newest first, with those that were replaced or withdrawn: who said what when, and why.
    The tracker's field is not in it.
    """
    found = list_values(
        session, served.settings, key=query.key, cursor=query.cursor, limit=query.limit
    )
    return encoded(found)


@router.post(
    "",
    summary="Say what an item is worth",
    status_code=202,
    responses=accepts_from_people(ValueRow, again="The same was said before, and counts."),
    openapi_extra=described(ValueGiven, _SAID, VALUE),
    dependencies=NO_PARAMETERS,
)
async def say(served: ServedDep, request: Request) -> Response:
    """It counts at once, before the tracker's field, and in place of what was said before, which is
    kept. A parent's value is charged for the child that is on its critical path.
    """
    told = await sent(request, ValueGiven, limit=_LIMIT)
    given = Proposed(told.key, told.source, _said(told), told.who, told.why)
    taken = await run_in_threadpool(partial(value_item, served.settings, served.database, given))
    return _answered(served, taken)


@router.delete(
    "/{key}",
    summary="Withdraw what was said of an item",
    status_code=202,
    responses={
        **accepts_from_people(ValueRow, again="It was withdrawn before."),
        **NOT_KNOWN,
    },
    openapi_extra=described(ValueWithdrawn, _BACK, VALUE_WITHDRAWN),
    dependencies=NO_PARAMETERS,
)
async def take_back(served: ServedDep, request: Request, key: Key) -> Response:
    """The tracker's field counts again, or the value of the parent. What was said stays listed."""
    told = await sent(request, ValueWithdrawn, limit=_LIMIT)
    noted = partial(
        withdraw_value,
        served.settings,
        served.database,
        key,
        source=told.source,
        who=told.who,
        why=told.why,
    )
    return _answered(served, await run_in_threadpool(noted))


def _said(given: ValueGiven) -> dict[str, Any]:
    return given.model_dump(exclude={"key", "source", "who", "why"})


def _answered(served: Served, taken: Taken) -> Response:
    served.forget_version()
    answer = encoded(taken.row)
    answer.status_code = 202 if taken.new else 200
    return answer

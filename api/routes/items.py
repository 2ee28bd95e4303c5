"""Work items: lists, and the journey of one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.asking import NO_PARAMETERS
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.schemas_journey import JourneyBody
from api.schemas_lists import ItemRow, Page
from pipeline.item_list import SORTS, STATES, ItemQuery, list_items
from pipeline.journey import journey_of
from pipeline.journey_document import journey_document

router = APIRouter(prefix="/items", tags=["items"])


class ItemsQuery(BaseModel):
    """Filters, order and page of a list of items."""

    model_config = ConfigDict(extra="forbid")

    stream: str | None = Field(default=None, description="Only items of this stream.")
    state: str | None = Field(default=None, description=f"One of: {', '.join(STATES)}.")
    type: str | None = Field(default=None, description="feature, defect, risk or debt.")
    q: str | None = Field(default=None, max_length=200, description="Words in key or title.")
    blocked: bool | None = Field(default=None, description="Only blocked items, or only others.")
    sort: str = Field(default="-age", description=f"One of: {', '.join(SORTS)}.")
    limit: int = Field(default=50, ge=1, le=500, description="At most 500.")
    cursor: str | None = Field(
        default=None, max_length=400, description="`next` of the page before."
    )


@router.get(
    "", summary="Work items with their state now", responses=answers(Page[ItemRow], named=True)
)
def read_items(
    served: ServedDep, session: SessionDep, query: Annotated[ItemsQuery, Query()]
) -> Response:
    """Keyset pages: follow `next` until it is null."""
    asked = ItemQuery(
        stream=query.stream,
        state=query.state,
        kind=query.type,
        text=query.q,
        blocked=query.blocked,
        sort=query.sort,
        limit=query.limit,
        cursor=query.cursor,
    )
    snapshot = served.snapshots.present(session)
    return encoded(list_items(snapshot, served.settings, asked, as_of=served.minute()))


@router.get(
    "/{key}/journey",
    summary="One item's whole life, across tools",
    responses=answers(JourneyBody, named=True),
    dependencies=NO_PARAMETERS,
)
def read_journey(
    served: ServedDep,
    session: SessionDep,
    key: Annotated[str, Path(description="A key that the item has or had.", examples=["SHOP-412"])],
) -> Response:
    """Every wait and its reason, every commit, build, deployment, change and incident, with
    evidence.
    """
    snapshot = served.snapshots.present(session)
    journey = journey_of(session, key, as_of_ts=served.minute())
    return encoded(journey_document(snapshot, served.settings, journey))

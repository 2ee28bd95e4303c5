"""What was restated, when and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.schemas_lists import Listed
from api.schemas_restatements import RestatementRow
from pipeline.question import past_moment
from pipeline.restatements import RestatementQuery, restatements

router = APIRouter(prefix="/restatements", tags=["restatements"])


class RestatementsQuery(BaseModel):
    """Which changes, and the page."""

    model_config = ConfigDict(extra="forbid")

    since: str | None = Field(
        default=None,
        description="Only what was recorded from then on: a date (midnight in the configured zone)"
        " or a time.",
        examples=["2026-11-01"],
    )
    stream: str | None = Field(default=None, description="Only of this stream.")
    service: str | None = Field(default=None, description="Only of this service.")
    metric: str | None = Field(default=None, description="Only what this metric reads.")
    item: str | None = Field(default=None, max_length=255, description="Only of this item.")
    everything: bool = Field(
        default=False,
        description="Also what changes in the ordinary course of the work, or while history comes.",
    )
    limit: int = Field(default=50, ge=1, le=500, description="At most 500.")
    cursor: str | None = Field(
        default=None, max_length=400, description="`next` of the page before."
    )


@router.get(
    "",
    summary="Facts that changed after they had been told",
    responses=answers(Listed[RestatementRow], named=True),
)
def read_restatements(
    served: ServedDep, session: SessionDep, query: Annotated[RestatementsQuery, Query()]
) -> Response:
    """The newest first, each with what changed, from what to what, when and why."""
    since = query.since
    asked = RestatementQuery(
        since_ts=None
        if since is None
        else past_moment(served.settings, "since", since, now=served.now()),
        stream=query.stream,
        service=query.service,
        metric=query.metric,
        item=query.item,
        everything=query.everything,
        limit=query.limit,
        cursor=query.cursor,
    )
    return encoded(restatements(session, served.snapshots.present(session), asked))

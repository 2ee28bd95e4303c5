"""What each metric means, and in which version; when that, a mapping, or a service changed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.asking import NO_PARAMETERS
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.schemas_definitions import DefinitionChangeRow, DefinitionPage
from api.schemas_lists import DefinitionRow, Listed
from metrics.registry import METRICS
from pipeline.definition_changes import changes_answer
from pipeline.definition_pages import definition_page, definition_row

router = APIRouter(prefix="/definitions", tags=["definitions"])

Asked = Annotated[
    str,
    Path(
        max_length=200,
        description="A metric, as `flow_time`, or a version of it, as `flow_time@1`.",
        examples=["flow_time@1"],
    ),
]


class ChangesQuery(BaseModel):
    """Which changes, and the page."""

    model_config = ConfigDict(extra="forbid")

    stream: str | None = Field(default=None, description="Only of this stream.")
    service: str | None = Field(
        default=None, description="Only of what counts as a delivery of this service."
    )
    metric: str | None = Field(default=None, description="Only of this metric's definition.")
    limit: int = Field(default=50, ge=1, le=500, description="At most 500.")
    cursor: str | None = Field(
        default=None, max_length=400, description="`next` of the page before."
    )


@router.get(
    "", summary="All metrics", responses=answers(Listed[DefinitionRow]), dependencies=NO_PARAMETERS
)
def read_definitions() -> Response:
    """Slug, title, other names, unit, version, what grades it, and the page that explains it."""
    return encoded({"items": [definition_row(one) for one in METRICS.values()], "next": None})


@router.get(
    "/changes",
    summary="When definitions and mappings changed",
    responses=answers(Listed[DefinitionChangeRow], named=True),
)
def read_changes(
    served: ServedDep, session: SessionDep, query: Annotated[ChangesQuery, Query()]
) -> Response:
    """The newest first: what changed in words, and the headline of the 90 days before it under the
    old definition and under the new one.
    """
    snapshot = served.snapshots.present(session)
    return encoded(changes_answer(session, snapshot, **query.model_dump()))


@router.get(
    "/{definition}",
    summary="What one metric means",
    responses=answers(DefinitionPage, named=True),
    dependencies=NO_PARAMETERS,
)
def read_definition(definition: Asked) -> Response:
    """Formula, edge cases, source, coverages and a worked example; 404 names the versions that
    there are.
    """
    return encoded(definition_page(definition))

"""The last weeks of a stream on one page: as JSON, as Markdown, as one HTML file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.asking import WindowQuery, asked_of
from api.deps import Served, ServedDep, SessionDep, encoded
from api.documented import Responses, answers
from api.routes.metrics import Name
from api.schemas_reports import ReportBody
from pipeline.report import report_answer
from pipeline.report_weeks import MOST_WEEKS
from pipeline.stream_answers import stream_of
from web.report_cells import Page
from web.report_html import report_html
from web.report_markdown import report_markdown
from web.report_page import report_page

router = APIRouter(prefix="/streams/{name}", tags=["streams"])


class ReportQuery(BaseModel):
    """Which weeks."""

    model_config = ConfigDict(extra="forbid")

    weeks: int = Field(
        default=1,
        ge=1,
        le=MOST_WEEKS,
        description=f"How many whole weeks, up to the last one; at most {MOST_WEEKS}.",
        examples=[1],
    )
    running: bool = Field(
        default=False,
        description="The running week is the last of them; `complete` is false then.",
    )


ReportDep = Annotated[ReportQuery, Query()]


def _page(kind: str, what: str) -> Responses:
    content = {kind: {"schema": {"type": "string"}}}
    return {**answers(ReportBody, named=True), 200: {"description": what, "content": content}}


@router.get(
    "/report",
    summary="The last weeks on one page",
    responses=answers(ReportBody, named=True),
)
def read_report(served: ServedDep, session: SessionDep, name: Name, query: ReportDep) -> Response:
    """Numbers beside the weeks before, what their charts say, waits, ageing, what is blocked, what
    was released, and the sources.
    """
    return encoded(_told(served, session, name, query))


@router.get(
    "/report.md",
    summary="The same as Markdown",
    responses=_page("text/markdown", "The report as a page of Markdown."),
    response_class=Response,
)
def read_report_text(
    served: ServedDep, session: SessionDep, name: Name, query: ReportDep
) -> Response:
    """For mails and wikis; its links lead to `public_url` of `[auth]`."""
    return Response(
        report_markdown(_whole_page(served, session, name, query)), media_type="text/markdown"
    )


@router.get(
    "/report.html",
    summary="The same as one HTML file",
    responses=_page("text/html", "The report as a file that loads nothing; prints on one A4 page."),
    response_class=Response,
)
def read_report_page(
    served: ServedDep, session: SessionDep, name: Name, query: ReportDep
) -> Response:
    """For mails, boards and paper; light or dark as the reader has it."""
    return Response(report_html(_whole_page(served, session, name, query)), media_type="text/html")


def _whole_page(served: Served, session: Session, name: str, query: ReportQuery) -> Page:
    told = _told(served, session, name, query)
    return report_page(told, base=served.settings.auth.public_url)


def _told(served: Served, session: Session, name: str, query: ReportQuery) -> dict[str, Any]:
    snapshot = served.snapshots.present(session)
    stream = stream_of(snapshot, name)
    asked = asked_of(served, WindowQuery())
    return report_answer(
        session,
        snapshot,
        served.settings,
        stream,
        asked,
        weeks=query.weeks,
        running=query.running,
    )

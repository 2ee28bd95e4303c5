"""How much of the truth the data shows, and what would make it more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.asking import NO_PARAMETERS, WindowDep, WindowQuery, asked_of
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples import UNLINKED
from api.examples_quality import AUDIT, CLOCK_SKEW, COVERED
from api.schemas_covered import CoveredBody
from api.schemas_lists import Listed, QualityRow
from api.schemas_quality import AuditBody, ClockSkew
from api.schemas_unlinked import UnlinkedRow, UnlinkedSummary
from api.schemas_verdicts import AgreementRows
from pipeline.agreement import agreement
from pipeline.audit import audit
from pipeline.clock_skew import clock_skew
from pipeline.covered import covered_answer
from pipeline.quality import all_quality_rows
from pipeline.service_answers import service_of
from pipeline.stream_answers import stream_of
from pipeline.unlinked_answers import UnlinkedQuery, unlinked_page, unlinked_summary
from pipeline.unlinked_words import KINDS

router = APIRouter(prefix="/quality", tags=["quality"])


class QualityQuery(WindowQuery):
    """A window, and a scope."""

    stream: str | None = Field(default=None, description="Only rows of this stream.")
    service: str | None = Field(default=None, description="Only rows of this service.")


@router.get(
    "",
    summary="Coverage measures, the worst first",
    responses=answers(Listed[QualityRow], named=True),
)
def read_quality(
    served: ServedDep, session: SessionDep, query: Annotated[QualityQuery, Query()]
) -> Response:
    """Numerator, denominator, what to do, and the configuration line that does it."""
    snapshot = served.snapshots.present(session)
    rows = all_quality_rows(session, snapshot, served.settings, asked_of(served, query))
    if query.stream is not None:
        stream_of(snapshot, query.stream)
    if query.service is not None:
        service_of(snapshot, query.service)
    for name, wanted in (("stream", query.stream), ("service", query.service)):
        if wanted is not None:
            rows = [row for row in rows if row["scope"].get(name) == wanted]
    return encoded({"items": rows, "next": None})


class CoveredQuery(BaseModel):
    """Which rows."""

    model_config = ConfigDict(extra="forbid")

    covered: bool | None = Field(
        default=None, description="`false`: only what is in no stream and no service."
    )


@router.get(
    "/coverage",
    summary="Which projects, repositories and jobs are in no stream and no service",
    responses=answers(CoveredBody, example=COVERED),
)
def read_covered(
    served: ServedDep, session: SessionDep, query: Annotated[CoveredQuery, Query()]
) -> Response:
    """Who has what, what nobody has first, with the configuration line that would name it; and
    repositories that builds are made from and no source reads.
    """
    return encoded(covered_answer(session, served.settings, only=query.covered))


class UnlinkedParts(WindowQuery):
    """A window, a scope and a kind."""

    kind: str | None = Field(default=None, description=f"One of: {', '.join(KINDS)}.")
    stream: str | None = Field(default=None, description="Only of this stream.")
    service: str | None = Field(default=None, description="Only of this service.")
    reason: str | None = Field(
        default=None, max_length=48, description="Only what has this likely reason."
    )

    def wanted(self) -> UnlinkedQuery:
        return UnlinkedQuery(self.kind, self.stream, self.service, self.reason)


class UnlinkedPage(UnlinkedParts):
    """The same, in pages."""

    limit: int = Field(default=50, ge=1, le=500, description="At most 500.")
    cursor: str | None = Field(
        default=None, max_length=400, description="`next` of the page before."
    )


@router.get(
    "/unlinked",
    summary="What should be linked and is not, with its likely reason",
    responses=answers(Listed[UnlinkedRow], named=True, example=UNLINKED),
)
def read_unlinked(
    served: ServedDep, session: SessionDep, query: Annotated[UnlinkedPage, Query()]
) -> Response:
    """Done items, commits, deployments, incidents; the newest first within each kind."""
    snapshot = served.snapshots.present(session)
    asked = asked_of(served, query)
    page = unlinked_page(
        session, snapshot, query.wanted(), asked, limit=query.limit, cursor=query.cursor
    )
    return encoded(page)


@router.get(
    "/unlinked/summary",
    summary="How much is not linked, by reason and week",
    responses=answers(UnlinkedSummary, named=True),
)
def read_unlinked_summary(
    served: ServedDep, session: SessionDep, query: Annotated[UnlinkedParts, Query()]
) -> Response:
    """Per kind: how many of how many, the reasons with next steps, and the trend by week."""
    snapshot = served.snapshots.present(session)
    return encoded(unlinked_summary(session, snapshot, query.wanted(), asked_of(served, query)))


@router.get(
    "/agreement",
    summary="How far the rules and people agree about links",
    responses=answers(AgreementRows),
    dependencies=NO_PARAMETERS,
)
def read_agreement(session: SessionDep) -> Response:
    """Of each rule the links that people judged, and of those the share that they confirmed."""
    return encoded(agreement(session))


@router.get(
    "/clock-skew",
    summary="Whether the clocks of the tools agree",
    responses=answers(ClockSkew, example=CLOCK_SKEW),
)
def read_clock_skew(served: ServedDep, session: SessionDep, query: WindowDep) -> Response:
    """Causes after their effects by check and pair of tools, with the worst of them; the clock of
    each source against ours; items that end before they begin.
    """
    snapshot = served.snapshots.present(session)
    asked = asked_of(served, query)
    return encoded(clock_skew(session, snapshot, served.settings, asked))


class AuditQuery(BaseModel):
    """The month of the sample."""

    model_config = ConfigDict(extra="forbid")

    month: str | None = Field(
        default=None,
        description="The month whose commits are drawn from. Default: the last whole one.",
        examples=["2026-10"],
    )


@router.get(
    "/audit",
    summary="A sample of links for a person to judge",
    responses=answers(AuditBody, example=AUDIT),
)
def read_audit(
    served: ServedDep, session: SessionDep, query: Annotated[AuditQuery, Query()]
) -> Response:
    """Thirty links of tickets and commits of the month, the same ones for everybody; of the judged
    ones the share that is right, with its interval.
    """
    snapshot = served.snapshots.present(session)
    asked = asked_of(served, WindowQuery())
    return encoded(audit(session, snapshot, served.settings, asked, query.month))

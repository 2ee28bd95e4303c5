"""The shapes of the service desk: incidents with what they are put down to, and change requests."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape, Time
from api.schemas_verdicts import EndRow, PairRow, VerdictRow


class WhyRow(Shape):
    """A rule, how sure it is by itself, and a sentence that a person can check."""

    rule: str
    confidence: float
    evidence: str


class LinkedRow(Shape):
    """Something that is linked, how surely by all rules together, and why."""

    name: str
    title: str
    at: Time
    url: str
    confidence: float
    why: list[WhyRow]


class CandidateRow(LinkedRow):
    """A deployment that something speaks against."""

    pairs: list[PairRow] = Field(description="The links that say so, to the incident or a copy.")


_VERDICT = Literal["attributed", "not_change_related", "unattributed"]


class IncidentRow(Shape):
    """An incident with its verdict; `candidates` are all deployments that anything speaks against,
    the surest first.
    """

    number: str
    title: str
    url: str
    opened_at: Time
    resolved_at: Time
    verdict: _VERDICT | None
    method: str | None = Field(description="explicit, remediation, reference, proximity or none.")
    confidence: float | None
    reason: str | None = Field(description="Why it is attributed to nothing; null where it is.")
    candidates: list[CandidateRow]
    ends: dict[str, EndRow] = Field(description="What the pairs of the candidates join.")
    verdicts: list[VerdictRow] = Field(description="What people say about its links now.")


class IncidentBody(IncidentRow):
    """An incident, and what the deployment that it is put down to brought."""

    kind: str
    state: str
    duplicates: list[str]
    changes: list[LinkedRow]
    builds: list[LinkedRow]
    commits: list[LinkedRow]
    tickets: list[LinkedRow]


class ChangeBody(Shape):
    """A change request, and what was done under it; at most 500 rows of each kind."""

    kind: str
    number: str
    title: str
    type: str
    state: str
    url: str
    created_at: Time
    requested_at: Time
    approved_at: Time
    started_at: Time
    finished_at: Time
    deployments: list[LinkedRow]
    builds: list[LinkedRow]
    commits: list[LinkedRow]
    tickets: list[LinkedRow]
    incidents: list[LinkedRow]

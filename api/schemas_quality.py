"""The shapes of answers about clocks and the audit of links."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape, Time
from api.schemas_lists import Listed

Interval = list[float | None]


class WrongOrder(Shape):
    """A cause that is dated after its effect."""

    lag_s: int = Field(description="Effect minus cause: negative.")
    cause: str
    cause_url: str
    cause_at: Time
    effect: str
    effect_url: str
    effect_at: Time


class SkewRow(Shape):
    """One check between two sources."""

    check: Literal["commit_before_build", "build_before_deployment", "creation_before_merge"]
    meaning: str
    cause_source: str
    effect_source: str
    pairs: int
    out_of_order: int
    share: float | None
    interval: Interval
    median_lag_s: float | None = Field(description="Of the pairs out of order; null without any.")
    worst: list[WrongOrder] = Field(description="At most 20.")


class SourceClock(Shape):
    """The clock of a source minus ours, by HTTP `Date`, at its last answer."""

    source: str
    clock_offset_s: int | None
    limit_s: int
    beyond: bool | None
    reason: str | None
    at: Time


class StreamViolations(Shape):
    """Items done in the window in whose history something ends before it begins."""

    stream: str
    items: int
    with_violations: int
    keys: list[str] = Field(description="At most 20.")


class ClockSkew(Listed[SkewRow]):
    """Whether clocks agree: pairs of tools, sources, and items."""

    start: str = Field(alias="from")
    end: str = Field(alias="to")
    sources: list[SourceClock]
    streams: list[StreamViolations]


class AuditRow(Shape):
    """A link of the sample; who judges it sees neither rule nor confidence."""

    ticket: str
    ticket_title: str
    ticket_url: str
    repository: str
    sha: str
    commit_title: str
    commit_url: str
    judged: Literal["confirmed", "rejected"] | None
    command: str = Field(description="Confirms it; `reject` instead of `confirm` rejects it.")


class Precision(Shape):
    """Right links of those judged; null with the reason where nobody judged one."""

    share: float | None
    interval: Interval
    confirmed: int
    judged: int
    reason: str | None


class Recall(Shape):
    """What a sample of links can't tell: how many tickets and commits have one."""

    id: Literal["C1", "C2"]
    share: float | None
    numerator: int
    denominator: int


class AuditBody(Listed[AuditRow]):
    """The sample of a month."""

    month: str
    start: str = Field(alias="from")
    end: str = Field(alias="to")
    complete: bool = Field(description="Whether the month is over.")
    population: int = Field(description="Links of the month that count, from which it is drawn.")
    wanted: int
    precision: Precision
    recall: list[Recall]
    how: str

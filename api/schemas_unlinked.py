"""The shapes of what is not linked: rows with their likely reason, and sums."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape, Time
from api.schemas_lists import Listed


class Suggestion(Shape):
    """For a person to judge, never a link: which ticket may be meant, how sure that is, and why."""

    ticket: str
    commit: str | None = Field(description="Of an item: the sha of the commit that may mean it.")
    kind: Literal["separator", "stray", "small", "project", "number", "title"]
    sure: float = Field(description="0 to 1; a judgement.")
    why: str


class UnlinkedRow(Shape):
    """Something that should be linked and is not, with its likely reason."""

    kind: Literal["item", "commit", "deployment", "incident"]
    key: str = Field(description="Key of an item, sha of a commit, number of an incident.")
    title: str
    url: str = Field(description="At its source; empty where it is not known.")
    at: Time = Field(description="Done, committed, finished or opened.")
    bot: bool
    reason: str
    text: str = Field(description="The reason in words.")
    next_step: str
    line: str | None = Field(description="A line of the configuration that helps.")
    suggestion: Suggestion | None
    streams: list[str]
    services: list[str]


class UnlinkedReason(Shape):
    """How many have this reason, and what a person can do."""

    reason: str
    count: int
    text: str
    next_step: str
    line: str | None


class UnlinkedWeek(Shape):
    """One week: what there was and what of it is not linked; null where there was nothing."""

    start: str = Field(description="Its first day in the configured zone.")
    end: Time
    complete: bool = Field(description="False for the running week.")
    population: int
    unlinked: int | None
    share: float | None


class UnlinkedKind(Shape):
    """One kind of thing. What bots made is in `bots` and in `reasons` alone."""

    kind: Literal["item", "commit", "deployment", "incident"]
    title: str
    population: int
    unlinked: int
    share: float | None = Field(description="Null where there was nothing to link.")
    bots: int
    reasons: list[UnlinkedReason]
    trend: list[UnlinkedWeek] = Field(description="Empty where one reason is asked for.")


class UnlinkedSummary(Listed[UnlinkedKind]):
    """What is not linked, by kind, reason and week; the window is cut to whole days."""

    start: Time = Field(alias="from")
    end: Time = Field(alias="to")
    history_back_to: dict[str, str] = Field(
        description="Sources of which something of the window is still to be read, and from when on"
        " they are whole; the shares may change with it."
    )

"""The shape of what is in a stream or a service, and what is in none."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape, Time


class CoveredCount(Shape):
    """How many there are, and how many of them are covered."""

    known: int
    covered: int


class CoveredRow(Shape):
    """A project, a repository or a job, and who has it."""

    kind: Literal["project", "repository", "job"]
    source: str | None = Field(
        description="Null: builds are made from this repository, and no source reads it."
    )
    name: str = Field(description="Key, path or full name; the address of what is not read.")
    count: int = Field(description="Items, commits or builds that are stored.")
    last_at: Time = Field(description="The last change, commit or begin of a build; null: none.")
    covered: bool
    streams: list[str]
    services: list[str]
    line: str | None = Field(description="Where it would be named; null where it is.")


class CoveredBody(Shape):
    """What belongs to no stream and no service first."""

    counts: dict[str, CoveredCount] = Field(description="By kind, of all rows.")
    beyond: str = Field(description="What is not compared.")
    items: list[CoveredRow]
    next: None = None

"""The shape of the questions about a stream."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Number, Shape, Time
from api.schemas_lists import Listed


class QuestionProof(Shape):
    """One thing behind a question."""

    kind: Literal["item", "deployment", "incident"]
    key: str = Field(
        description="Of an item its key, of an incident its number, of a deployment"
        " its version or sha."
    )
    title: str
    url: str
    at: Time
    note: str = Field(description="What was seen of it.")


class QuestionRow(Shape):
    """One pattern that a game with numbers would leave behind, and whether it is there."""

    id: str
    game: str = Field(description="What would leave this pattern; not what was done.")
    question: str
    state: Literal["asked", "quiet", "not_looked_at"]
    reason: str | None = Field(description="Why it could not be looked at.")
    seen: str | None = Field(description="What was seen, in a sentence; also where it is quiet.")
    figures: dict[str, Number | None]
    since: Time = Field(description="When the first of it happened; null unless it is asked.")
    rule: str = Field(description="What is counted, and from when on it is asked.")
    harmless: str | None = Field(description="A harmless explanation.")
    look_at: str | None
    total: int = Field(description="How many things fit the pattern.")
    evidence: list[QuestionProof] = Field(
        description="In order of time; the last 200 where there are more."
    )


class Questions(Listed[QuestionRow]):
    """Questions about a stream: those asked first, then the quiet ones, then the others."""

    stream: str
    window: list[str]
    known_at: Time = Field(description="Null: as it is now.")
    asked: int = Field(description="How many are asked.")
    caveats: list[str]

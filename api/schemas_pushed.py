"""The shapes of the answers to what is pushed to us."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape


class HookTaken(Shape):
    """What became of a webhook."""

    status: Literal["noted", "duplicate", "ignored"]
    event: str = Field(description="As the vendor calls it.", examples=["pull_request.opened"])
    hints: int = Field(description="How many things will be read again.")
    reason: str = Field(description="Why it was ignored; empty where it was not.")


class EventsTaken(Shape):
    """What became of the events of one request; all of them are stored, or none."""

    events: int = Field(description="How many were sent.")
    new: int = Field(description="How many were not known by their source and id.")
    duplicates: int
    kept: int = Field(
        description="New ones that nothing is made of, or nothing before what they belong to is"
        " reported: kept as they came."
    )

"""The shapes of definitions: what a metric means, and when that, or a mapping, changed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Envelope, Shape, Time
from api.schemas_lists import DefinitionRow


class DefinitionPage(DefinitionRow):
    """One definition: formula, edge cases, source and worked example, in Markdown."""

    version: int
    in_flight: Literal["no", "also", "only"] = Field(
        description="Whether it counts what is in flight: beside what happened in the window, or"
        " only, at its end."
    )
    formula: str
    edge_cases: list[str]
    source: str
    worked_example: str
    tests: list[str] = Field(description="The tests that hold the worked example.")
    reads: dict[str, list[str]] = Field(
        description="By fact the columns that it reads; a change of one restates it."
    )
    changes: str = Field(description="The address that lists when it changed.")


class NumberPair(Shape):
    """One metric of one window under both definitions."""

    metric: str
    before: Envelope = Field(description="As it was told before the change: `known_at` is that.")
    after: Envelope | None = Field(description="Null until facts follow the new definition.")


class DefinitionChangeRow(Shape):
    """When a mapping, what counts as a delivery, or a metric's definition became another one."""

    at: str = Field(description="Since when the new one holds.")
    stream: str | None = Field(description="Whose mapping or services changed.")
    service: str | None = Field(description="Which service it is of.")
    definition: str = Field(
        description="`mapping`; `deliveries`: what counts as one, and of which service; or the"
        " metric.",
        examples=["mapping"],
    )
    concerns: list[str] | None = Field(
        description="The metrics whose numbers change with it; null: all of the stream, or the"
        " metric itself."
    )
    what: list[str] = Field(
        description="What changed, in words.",
        examples=[['stage Review: status "Code Review" active -> waiting']],
    )
    known_at: Time = Field(
        description="With this as `known_at` every address answers by the old definition."
    )
    window: list[str] | None = Field(description="The 90 days before the change.")
    numbers: list[NumberPair] = Field(description="The headline of that window under both.")

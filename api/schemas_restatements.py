"""The shape of what was restated."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape

Told = str | int | float | bool | None


class ChangedField(Shape):
    """A field of a fact; both null where it was not known."""

    field: str = Field(examples=["done_at"])
    before: Told = Field(alias="from")
    to: Told


class RestatementRow(Shape):
    """A fact that changed after it had been told."""

    at: str = Field(description="When the change was recorded.")
    what: Literal["changed", "gone", "found"] = Field(
        description="`found`: of a time already told, and not known then."
    )
    fact: Literal["item", "stage_visit", "tool_time", "change", "request", "deployment", "incident"]
    stream: str | None
    service: str | None
    key: str | None = Field(description="Key of the item, sha, number; of a deployment our id.")
    part: int | None = Field(description="Which delivery of the item, or which visit.")
    changes: list[ChangedField] = Field(description="Empty for what was found.")
    metrics: list[str] = Field(description="The metrics that read what changed.")
    restates: bool = Field(description="Whether it touches a time already told.")
    cause: str = Field(description="records, mapping, rebuild or history.")
    journey: str | None = Field(description="The address of the item's journey.")

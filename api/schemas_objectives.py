"""The shape of flow predictability."""

from __future__ import annotations

from pydantic import Field

from api.schemas import Envelope, Shape, Time


class IncrementRow(Shape):
    """One increment that ended in the window."""

    increment: str
    ended_at: Time
    ratio: float | None = Field(description="Null while an objective is not rated.")
    planned: float = Field(description="Planned value of the committed objectives.")
    actual: float | None = Field(description="Actual value of all objectives.")
    objectives: int
    not_rated: int


class PredictabilityBody(Envelope):
    """Actual value of all objectives over the planned value of the committed ones."""

    increments: list[IncrementRow] = Field(description="In order of time.")

"""The shapes of reading one project again."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Shape


class AgainGiven(BaseModel):
    """Which part of a source is to be read again."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        min_length=1,
        max_length=500,
        description="A project or repository by its path, or a job, as the source names it.",
        examples=["shop/web"],
    )


class AgainNoted(Shape):
    """It is read again with the next pass of the source."""

    source: str
    name: str
    state: Literal["waiting"] = Field(description="Until a pass of the source has read it.")

"""What people say of a value stream map: its boundaries, and the steps that no tool records."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from core.source_settings import Duration, Model

MapClock = Literal["idea_to_release", "idea_to_done", "flow_time"]
Value = Literal["added", "necessary", "waste", ""]


class DurationRange(Model):
    """An estimate: "about 3 days", or from low over likely to high."""

    low: Duration | None = None
    likely: Duration
    high: Duration | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = self.low or self.likely, self.high or self.likely
        if not low <= self.likely <= high:
            raise ValueError("write low, likely and high in this order")
        return self

    @property
    def seconds(self) -> int:
        return int(self.likely.total_seconds())


def _range(value: Any) -> Any:
    return {"likely": value} if isinstance(value, str | timedelta) else value


Estimate = Annotated[DurationRange, BeforeValidator(_range)]
Text = Annotated[str, Field(max_length=200)]


class ManualStep(Model):
    """A step that no tool records. `after`: the stage or manual step that it follows; "": it comes
    first. `told`: who tells the step that there is work, `informed` in which words.
    """

    name: Text = Field(min_length=1)
    after: Text = ""
    team: Text = ""
    systems: tuple[Text, ...] = ()
    active: Estimate | None = None
    wait: Estimate | None = None
    value: Value = ""
    told: Literal["people", "system"] = "people"
    informed: Text = ""


class ReceiverSurvey(Model):
    """What those who receive work of a stage said when asked two things: could you use it as it
    came, without correcting, adding or asking; and what was missing (V4). `usable` of `answers`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: Text = Field(alias="from", min_length=1)
    to: Text = Field(min_length=1)
    on: date
    answers: int = Field(ge=1, le=1_000_000)
    usable: int = Field(ge=0)
    missing: tuple[Text, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        if self.usable > self.answers:
            raise ValueError("usable is how many of the answers were yes: at most all of them")
        return self


class StreamMap(Model):
    """Boundaries in words, and the clock between them; "" is chosen by what is known."""

    trigger: Text = ""
    recipient: Text = ""
    done: Text = ""
    clock: MapClock | Literal[""] = ""

"""The shapes of changes to be tried: what is sent to the lab, and scenarios that are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Shape, Time

Text = Annotated[str, Field(max_length=100)]
_LEVERS = (
    "By lever its value, as people write them: `Test.people` `+2`, `Test.limit` `6`, `Test.batch`"
    " `daily`, `Test.wait` `-50 %`, `Test.usable` `85 %`, `Test.approve` `80 %`, `Test.automate`"
    " `50 %`, `Test.remove` `eliminated`, `Build.merge` `Review`, `Test.order` `shortest`,"
    " `Test.owner` `web`, `arrivals.cap` `6`, `mix.defect` `10 %`. At most 12."
)


class ChangeGiven(BaseModel):
    """What is changed of a stream, and on which data."""

    model_config = ConfigDict(extra="forbid")

    levers: dict[Text, Text] = Field(description=_LEVERS, max_length=12)
    start: str | None = Field(
        default=None,
        alias="from",
        max_length=40,
        description="Begin of the window that the model is made of: a date or a time. Default: 90"
        " days before `to`.",
    )
    end: str | None = Field(
        default=None, alias="to", max_length=40, description="Its end. Default: now."
    )
    known_at: str | None = Field(
        default=None, max_length=40, description="On what was known at this moment. Default: now."
    )


class ScenarioGiven(BaseModel):
    """A change of a stream under a name, to be looked at again."""

    model_config = ConfigDict(extra="forbid")

    stream: str = Field(max_length=64, description="The `name` of a value stream.")
    name: str = Field(max_length=1000, description="What it is called, at most 100 characters.")
    levers: dict[Text, Text] = Field(description=_LEVERS, max_length=12)
    who: str = Field(max_length=1000, description="Who enters it, at most 100 characters.")
    why: str = Field(default="", max_length=5000, description="Why; at most 500 characters.")


class ScenarioRow(Shape):
    """A change of a stream that somebody entered."""

    id: int
    stream: str
    name: str
    levers: dict[str, str]
    who: str
    why: str
    at: Time
    verdict: str = Field(description="The address of what it would do.")

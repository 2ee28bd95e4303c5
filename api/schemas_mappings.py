"""The shapes of mappings: as they are, what they lack, and what another one would do."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Envelope, Shape, Time
from api.schemas_lists import Listed
from core.settings import CostOfDelay, Types, ValueStream

_STREAM = {
    "name": "checkout",
    "items": {"source": "jira", "projects": ["SHOP"], "types": ["Story", "Bug"]},
    "stages": [
        {"name": "Ideas", "state": "new", "statuses": ["Backlog"]},
        {"name": "Build", "state": "active", "statuses": ["In Progress"]},
        {"name": "Review", "state": "waiting", "statuses": ["In Review"]},
        {"name": "Done", "state": "done", "statuses": ["Done"]},
    ],
    "reopen_window": "7d",
}
PREVIEW = {
    "streams": [_STREAM],
    "types": {"defect": ["Bug", "Incident"]},
    "cost_of_delay": {"field": "Cost of delay per week"},
    "from": "2026-08-01",
    "to": "2026-11-01",
}


class PreviewGiven(BaseModel):
    """Streams as the configuration has them, as JSON: each takes the place of the one of its name.
    Nothing of sources, databases or secrets is taken.
    """

    model_config = ConfigDict(extra="forbid")

    streams: tuple[ValueStream, ...] = Field(
        default=(), max_length=20, description="Whole [[streams]] tables; others stay as they are."
    )
    types: Types | None = Field(default=None, description="The whole [types] table.")
    cost_of_delay: CostOfDelay | None = Field(
        default=None, description="The whole [cost_of_delay] table."
    )
    start: str | None = Field(
        default=None, alias="from", max_length=40, description="Default: 90 days before `to`."
    )
    end: str | None = Field(default=None, alias="to", max_length=40, description="Default: now.")


class MappedStatus(Shape):
    """A status of a stage."""

    status: str
    id: str = Field(description="The tracker's own.")
    since: Time = Field(description="Null: always.")


class MappedStage(Shape):
    """A stage, and what it holds."""

    name: str
    state: str
    team: str
    value: str
    statuses: list[MappedStatus]


class MappingRow(Shape):
    """The mapping of one stream; without stages the tracker's categories decide."""

    stream: str
    title: str
    stages: list[MappedStage]


class UnmappedRow(Shape):
    """A status that is in no stage, or a type that no kind names."""

    stream: str
    what: Literal["status", "type"]
    name: str
    id: str | None = Field(description="The tracker's own, of a status.")
    since: str = Field(description="When an item was first in it; of a type, when one was made.")
    items: int = Field(description="How many are or were in it.")
    items_now: int = Field(description="How many of them are in it now; of a type, are not over.")
    days: float = Field(description="All their time in it; of a type, from begin to end.")
    line: str = Field(description="The line of the configuration that would map it.")
    where: str = Field(description="Where that line belongs, and what else it may say.")


class MovedStatus(Shape):
    """A status that would mean another thing."""

    status: str
    change: Literal["moved", "mapped", "unmapped"]
    before: str = Field(examples=["Review (active)"])
    after: str = Field(examples=["Review (waiting)"])
    items: int
    days: float = Field(description="Time in it up to now that would count otherwise.")


class TouchedItems(Shape):
    """How many items count now, and would; of how many a fact would be another one."""

    present: int
    proposed: int
    touched: int
    days: float = Field(description="The days of all statuses that move.")


class TouchedFacts(Shape):
    """How many facts would be other ones, gone or new."""

    fact: Literal["item", "stage_visit"]
    changed: int
    gone: int
    found: int
    restated: int = Field(description="Of these, how many touch a time already told.")


class PreviewedNumber(Shape):
    """One metric under both mappings."""

    metric: str
    present: Envelope | None = Field(description="Null for a stream that is new.")
    proposed: Envelope


class PreviewedStream(Shape):
    """What would change in one stream."""

    stream: str
    title: str
    same: bool
    what: list[str] = Field(description="What changes, in words.")
    beside: list[str] = Field(description="Keys that differ and touch no fact of its items.")
    unknown_statuses: list[str] = Field(description="Named, and known to no tracker.")
    notes: list[str] = Field(description="What these numbers can't know.")
    statuses: list[MovedStatus]
    items: TouchedItems | None
    facts: list[TouchedFacts]
    metrics: list[PreviewedNumber]


class Preview(Shape):
    """What another mapping would do to history. Nothing of it is written."""

    same: bool = Field(description="Nothing that facts rest on would change.")
    window: list[str]
    as_of: str
    streams: list[PreviewedStream]
    removed: list[str] = Field(description="Streams that would be no more.")
    elsewhere: list[str] = Field(description="Other tables that differ.")
    waiting: int = Field(description="Items that changed and are not measured yet.")


class Unmapped(Listed[UnmappedRow]):
    """What no line maps, the longest time first."""

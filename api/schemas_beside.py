"""The shapes of a workshop's map, and of what it says beside the measured one."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Shape
from core.map_settings import MapClock
from core.workshop_map import WorkshopMap

Days = float | None


class CompareGiven(BaseModel):
    """A map as people drew it, and the window of what it is laid beside."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    map: WorkshopMap
    start: str | None = Field(default=None, alias="from")
    end: str | None = Field(default=None, alias="to")
    clock: MapClock | None = None


COMPARE: Final[dict[str, Any]] = {
    "map": {
        "title": "Workshop of 12 October",
        "steps": [
            {"name": "Build", "owner": "web", "active": "3d", "wait": "1d", "tools": ["gitlab"]},
            {"name": "Test", "active": {"low": "2h", "likely": "4h", "high": "1d"}, "wait": "1d"},
        ],
        "rework": [{"from": "Test", "to": "Build", "share": 0.05}],
        "handoffs": 2,
    },
    "from": "2026-08-01",
    "to": "2026-11-01",
    "clock": "idea_to_done",
}


class MapSums(Shape):
    """Days of waiting and of activity."""

    wait_d: Days
    active_d: Days


class BelievedSums(MapSums):
    """The same as drawn in the workshop."""

    title: str | None


class StepPair(Shape):
    """A step as drawn, and the measured one that it is; null: no tool records it."""

    believed: str
    measured: str | None
    believed_wait_d: Days
    measured_wait_d: Days
    believed_active_d: Days
    measured_active_d: Days
    believed_owner: str | None
    measured_owner: str | None


class MapGap(Shape):
    """One difference in words; `size` in days decides the order."""

    kind: Literal[
        "wait", "active", "owner", "tools", "complete_accurate", "rework", "handoffs", "lead",
        "not_measured", "not_believed", "value",
    ]  # fmt: skip
    step: str
    text: str
    believed: float | None
    measured: float | None
    size: float
    factor: float | None = Field(description="Measured by believed; null where there is none.")


class MapBeside(Shape):
    """A workshop's map beside the measured one."""

    stream: str
    window: list[str]
    clock: str
    n: int
    believed: BelievedSums
    measured: MapSums
    steps: list[StepPair]
    gaps: list[MapGap]
    reason: str | None

"""Parts that the inputs of several kinds have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from core.frames import NONE, from_ts, to_ts
from metrics.measure import Measure
from metrics.periods import Window


class Given(BaseModel):
    """A part of an input; a name that nothing reads is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _usual(at: datetime) -> datetime:
    if not 1971 <= at.year <= 9998:
        raise ValueError("a year from 1971 to 9998")
    return at.astimezone(UTC)


At = Annotated[AwareDatetime, AfterValidator(_usual)]
"""A moment with its offset; a year with which epoch seconds are of use."""


class Span(Given):
    """The half-open time `[from, to)`; `to` missing: it lasts."""

    since: At = Field(alias="from")
    until: At | None = Field(default=None, alias="to")


class Closed(Given):
    """The half-open time `[from, to)`."""

    since: At = Field(alias="from")
    until: At = Field(alias="to")

    @property
    def window(self) -> Window:
        return Window(to_ts(self.since), to_ts(self.until))


def iso(ts: int) -> str | None:
    """`2026-01-05T09:00:00Z`, and None for none."""
    at = from_ts(int(ts))
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def seconds(ts: datetime | None) -> int:
    """Epoch seconds, `NONE` for none."""
    return NONE if ts is None else to_ts(ts)


def told(measure: Measure) -> dict[str, Any]:
    """A measure as vectors name its parts: the values, and beside them what they rest on."""
    bounds = {name: list(pair) for name, pair in measure.interval.items()}
    return {
        **{name: None if one is None else float(one) for name, one in measure.value.items()},
        "n": measure.n,
        "interval": bounds,
        "excluded": dict(measure.excluded),
        "parts": {name: float(count) for name, count in measure.parts.items()},
        "reasons": list(measure.reasons),
    }

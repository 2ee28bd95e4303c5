"""DORA's yearly survey as dated context: where a number of ours falls among the answers that the
survey offered. Never a level, a badge or a goal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import inf
from typing import Any, Final

UNCONFIRMED: Final = "not confirmed in a primary source"

CAUTIONS: Final = (
    "Read them for one application or service at a time.",
    "Do not blend unlike teams or services into one number.",
    "Do not make them goals: a measure that is a goal is met, not improved.",
    "No single metric tells enough: read the five together.",
    "They are no competition between teams; compare a service with its own past.",
    "Do not let measuring eat the improving.",
)
"""DORA's own, of the guide to its software delivery metrics."""

COMPARED: Final[Mapping[str, str]] = {
    "change_lead_time": "p50",
    "deployment_frequency": "per_week",
    "recovery_time": "p50",
    "change_fail_rate": "ratio",
    "deployment_rework_rate": "ratio",
}
"""By metric the value that is looked for among the answers."""


@dataclass(frozen=True)
class Bucket:
    """An answer that could be ticked, in the survey's words: at least `least`, less than `under`,
    in hours, deployments a week, or as a share.
    """

    metric: str
    text: str
    least: float
    under: float
    source: str
    confirmed: bool


@dataclass(frozen=True)
class Figure:
    """A number that an edition told of teams, in `unit`; it is no answer to choose."""

    metric: str
    text: str
    value: float
    unit: str
    source: str
    confirmed: bool


@dataclass(frozen=True)
class Group:
    """How many of the teams asked the survey put into one of its groups."""

    name: str
    share: float
    source: str
    confirmed: bool


@dataclass(frozen=True)
class Edition:
    """What the survey of a year told."""

    year: int
    note: str
    groups: Sequence[Group]
    answers: Sequence[Bucket]
    figures: Sequence[Figure]

    def of(self, metric: str) -> list[Bucket]:
        """The answers told for a metric, in their order."""
        return [one for one in self.answers if one.metric == metric]


@cache
def editions() -> tuple[Edition, ...]:
    """All years, the oldest first."""
    text = files("metrics").joinpath("survey.toml").read_text(encoding="utf-8")
    return tuple(_edition(one) for one in tomllib.loads(text)["edition"])


def newest_with(metric: str) -> Edition | None:
    """The last year that told answers for a metric; None where none did."""
    found = [one for one in editions() if one.of(metric)]
    return found[-1] if found else None


def placed(edition: Edition, metric: str, value: float) -> Bucket | None:
    """The answer that a value falls under; None where the answers told leave it out."""
    fitting = (one for one in edition.of(metric) if one.least <= value < one.under)
    return next(fitting, None)


def _edition(told: Mapping[str, Any]) -> Edition:
    def rows(name: str) -> list[dict[str, Any]]:
        usual = {"source": told["source"], "confirmed": True}
        found = [{**usual, **row} for row in told.get(name, ())]
        return [{**row, "source": row["source"] if row["confirmed"] else ""} for row in found]

    bounds = {"least": 0.0, "under": inf}
    return Edition(
        year=told["year"],
        note=told.get("note", ""),
        groups=[Group(**row) for row in rows("groups")],
        answers=[Bucket(**{**bounds, **row}) for row in rows("answers")],
        figures=[Figure(**row) for row in rows("figures")],
    )

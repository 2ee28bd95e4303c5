"""The dates of a queue, corrected by how late past dates of the stream came (K7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from metrics.lateness import Lateness, lateness
from metrics.periods import DAY, Window
from pipeline.forecast_answers import later, today
from pipeline.group_calibration import past_dates
from pipeline.group_forecasts import Plan
from pipeline.question import Question
from pipeline.queue_groups import usual_order
from pipeline.snapshot import Snapshot, StreamFacts

Answer = dict[str, Any]
_YEAR: Final = 364 * DAY
_TRIED_EVERY: Final = 14
_POOL_DAYS: Final = 90


@dataclass(frozen=True)
class Late:
    """What became of past dates, judged by the `items` that a group had when its date was told, and
    by all that it has `grown` to have. missing: why nothing is corrected, "" where it is.
    """

    items: Lateness | None
    grown: Lateness | None
    missing: str

    def told(self) -> Answer:
        """By percentile the multiples of p50; null, with the reason, where nothing is corrected."""
        both = {"items": self.items, "grown": self.grown}
        nothing = dict.fromkeys(("p50", "p85", "p95"))
        return {
            **{name: one.factors() if one else nothing for name, one in both.items()},
            "tried": self.items.told if self.items else 0,
            "came": self.items.came if self.items else 0,
            "reason": self.missing or None,
        }

    def row(self, p50: int | None, asked: Question) -> Answer:
        """The corrected days and dates of a group with this p50."""
        return {name: _dated(one, p50, asked) for name, one in self._both()}

    def chance(self, p50: int | None, within: int) -> float | None:
        """How likely what a group has is done within so many days; None where nobody can say."""
        return None if self.items is None else self.items.chance(p50, within)

    def _both(self) -> tuple[tuple[str, Lateness | None], ...]:
        return ("items", self.items), ("grown", self.grown)


def late_of(snapshot: Snapshot, stream: StreamFacts, asked: Question, plan: Plan) -> Late:
    """By the dates that would have been told in the last 52 weeks, one day in fourteen."""
    usual = Plan(of=plan.of, order=plan.order)
    if plan != usual or plan.ordered != usual_order(plan.of):
        return Late(None, None, "past dates were tried for the queue as it is, not for a what-if")
    if asked.calendar is not None:
        return Late(None, None, "past dates were tried in elapsed time")
    year = replace(asked, window=Window(asked.as_of - _YEAR, asked.as_of))
    found = past_dates(
        snapshot, stream, year, horizon=_TRIED_EVERY, pool_days=_POOL_DAYS, of=plan.of
    )
    day = len(found.days)
    items = lateness([one.tried for one in found.past], day)
    grown = lateness([one.grown for one in found.past], day)
    return Late(items, grown, items.missing)


def _dated(found: Lateness | None, p50: int | None, asked: Question) -> Answer:
    days = dict.fromkeys(("p50", "p85", "p95")) if found is None else found.corrected(p50)
    first = today(asked)
    return {"days": days, "dates": {name: later(first, one, asked) for name, one in days.items()}}

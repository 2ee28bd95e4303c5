"""What a finding is made of, and when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

from metrics.map_rows import REASONS, WAITING
from metrics.map_steps import Step, Steps
from metrics.mapping import Ints
from metrics.periods import WEEK
from metrics.prices import Prices

Kind = Literal["biggest_delay", "rework", "handoff", "ageing", "approval", "batch", "before_work"]
KINDS: Final[tuple[Kind, ...]] = (
    "biggest_delay", "rework", "handoff", "ageing", "approval", "batch", "before_work",
)  # fmt: skip

LEAST_ITEMS: Final = 2
LEAST_SHARE: Final = 100
"""One part in so many of the waiting that it is held against: what takes less is no finding."""
BACKLOG: Final = ("not_started", "before_item")
"""Why nobody has begun: the waiting of ideas and of what is new."""
SHOWN: Final = 3

KEYS: Final = ["item_id", "episode"]
TOO_LITTLE: Final = "nothing of it holds two items and 1 % of the waiting"
NOTHING_DONE: Final = "nothing was delivered in this window"


@dataclass(frozen=True)
class Ground:
    """What findings are read off: the frames of a map (`metrics.map_*`). waiting_now: by number of
    the step.
    """

    lives: pd.DataFrame
    rows: pd.DataFrame
    visits: pd.DataFrame
    moves: pd.DataFrame
    loops: pd.DataFrame
    edges: pd.DataFrame
    spans: pd.DataFrame
    steps: Steps
    waiting_now: Ints

    @property
    def n(self) -> int:
        return len(self.lives)

    def waits(self) -> pd.DataFrame:
        """The stretches in which something waited: the rows, with `seconds`."""
        own = self.rows[self.rows["part"] == WAITING]
        return own.assign(seconds=own["end_ts"] - own["start_ts"])

    @property
    def whole_s(self) -> int:
        """All waiting."""
        return int(self.waits()["seconds"].sum())

    @property
    def begun_s(self) -> int:
        """The waiting after somebody began. However long ideas lie, a loop of the work is told."""
        waits = self.waits()
        return int(waits["seconds"][~backlog(waits)].sum())


def backlog(waits: pd.DataFrame) -> pd.Series:
    """Which of these stretches lie before anybody began."""
    return waits["reason"].isin([REASONS.index(word) for word in BACKLOG])


@dataclass(frozen=True, slots=True)
class Part:
    """So many of so many, in words; from under `needs` it is only what was observed."""

    numerator: int
    n: int
    words: str
    needs: int = 5

    @property
    def few(self) -> bool:
        return self.n < self.needs


@dataclass(frozen=True)
class Finding:
    """evidence: item_id, episode, `seconds` (the time that the finding names), `waited_s` (what of
    it was waiting); a delivery may have several rows. waits: item_id, start_ts, end_ts of that
    waiting. figures: what this kind alone tells, times in seconds with names that end in `_s`.
    words: sentences without items' money. lasts: it is of what waits still.
    """

    title: str
    step: Step | None
    evidence: pd.DataFrame
    waits: pd.DataFrame
    part: Part
    words: tuple[str, ...]
    advice: str
    figures: dict[str, float | int | None] = field(default_factory=dict)
    lasts: bool = False

    @property
    def seconds(self) -> int:
        return int(self.evidence["seconds"].sum())

    @property
    def waited_s(self) -> int:
        return int(self.evidence["waited_s"].sum())

    @property
    def items(self) -> int:
        return len(self.evidence[KEYS].drop_duplicates())


@dataclass(frozen=True)
class Found:
    """The findings of a kind, the first and its runners-up; none has the reason."""

    kind: Kind
    findings: tuple[Finding, ...]
    reason: str | None
    whole_s: int


def chosen(
    kind: Kind,
    ranked: Sequence[Finding],
    whole_s: int,
    *,
    against_s: int | None = None,
    reason: str = TOO_LITTLE,
) -> Found:
    """Those that hold enough, in their order. whole_s: the waiting of all that they are part of.

    against_s: what their time is held against, where that is not the whole.
    """
    least = whole_s if against_s is None else against_s
    told = [
        one
        for one in ranked
        if one.items >= LEAST_ITEMS and one.seconds * LEAST_SHARE >= least and one.seconds > 0
    ]
    why = None if told else (TOO_LITTLE if ranked else reason)
    return Found(kind, tuple(told[:SHOWN]), why, whole_s)


def stretches(rows: pd.DataFrame) -> pd.DataFrame:
    """When these rows were."""
    return rows[["item_id", "start_ts", "end_ts"]]


def per_delivery(rows: pd.DataFrame, *more: str) -> pd.DataFrame:
    """`seconds` of the rows by delivery, and by `more`; what has none is left out."""
    sums = rows.groupby([*more, *KEYS], as_index=False)["seconds"].sum()
    told: pd.DataFrame = sums[sums["seconds"] > 0]
    return told


@dataclass(frozen=True, slots=True)
class Money:
    """Cost of the waiting of valued items, and so many items with and without a value; charged_s:
    how much of their waiting the ledger charges, of valued_s in all. Where it charges none, or
    nothing has a value, there is no cost, not a cost of nothing.
    """

    cost_cents: int | None
    per_week_cents: int | None
    valued: int
    unvalued: int
    charged_s: int = 0
    valued_s: int = 0


def money_of(finding: Finding, prices: Prices, window_s: int) -> Money:
    """What the ledger charges for its waiting, and that spread over the weeks of the window; of
    what waits still, what it loses a week.
    """
    items = finding.evidence[KEYS].drop_duplicates()
    valued = int(prices.priced(items["item_id"]).sum())
    without = len(items) - valued
    own = finding.waits[prices.priced(finding.waits["item_id"])]
    waited, told = int((own["end_ts"] - own["start_ts"]).sum()), prices.of(own)
    charged = int(told["charged_s"].sum())
    if not valued or (finding.waited_s and not charged):
        return Money(None, None, valued, without, 0, waited)
    cost = int(told["cost_cents"].sum())
    weekly = (2 * cost * WEEK + window_s) // (2 * window_s)
    if finding.lasts:
        now = prices.now.merge(items, on=KEYS)
        weekly = int(now["cents_per_week"].sum())
    return Money(cost, weekly, valued, without, charged, waited)

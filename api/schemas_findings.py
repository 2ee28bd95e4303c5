"""The shape of the findings of a stream."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape
from api.schemas_map_moves import MapShare

Kind = Literal["biggest_delay", "rework", "handoff", "ageing", "approval", "batch", "before_work"]


class FindingWaiting(Shape):
    """Waiting of its items, and the share of all waiting that it is."""

    each_d: float
    total_d: float
    share: float | None
    of: str = Field(description="Of whose waiting `share` is a part.")


class FindingMoney(Shape):
    """What the delay-cost ledger charges for the waiting of the valued items; null with the reason,
    never 0 for want of a value.
    """

    cost_cents: int | None
    per_week_cents: int | None = Field(
        description="Spread over the weeks of the window; of what is in flight, what those that"
        " wait lose a week now."
    )
    valued: int
    unvalued: int
    charged_d: float = Field(
        description="How much of the waiting the delay-cost ledger charges: nothing of unvalued"
        " items, after done, or off the critical path of a parent."
    )
    clock: Literal["commitment", "idea"] = Field(
        description="The clock of the delay-cost ledger; `idea` of what waits before work begins."
    )
    reason: str | None


class FindingConfidence(MapShare):
    """The grade of the map, and a share with n and interval; `observed` where n is too small."""

    grade: str
    observed: bool
    note: str | None
    of: str = Field(description="What the share counts.")


class Finding(Shape):
    """One finding in words, with its evidence."""

    kind: Kind
    title: str
    text: list[str]
    step: str | None
    team: str | None
    tag: Literal["added", "necessary", "waste"] | None
    items: int
    keys: list[str] = Field(description="Of up to ten items, those with most time first.")
    waiting: FindingWaiting
    money: FindingMoney
    confidence: FindingConfidence
    figures: dict[str, float | int | None] = Field(
        description="What this kind alone tells; times in days end in `_d`."
    )
    try_next: str
    explain: str


class FindingKind(Shape):
    """The first finding of a kind and up to two runners-up; none with the reason."""

    kind: Kind
    label: str
    findings: list[Finding]
    reason: str | None


class Findings(Shape):
    """What a stream waits for most, comes back, is handed on badly, ages, or waits in a batch."""

    window: list[str]
    known_at: str | None = None
    grade: str
    reasons: list[str]
    n: int
    title: str
    clock: Literal["idea_to_release", "idea_to_done", "flow_time"]
    currency: str
    waiting_d: float = Field(description="All waiting of the deliveries of the map.")
    waiting_each_d: float | None
    kinds: list[FindingKind]
    explain: str
    caveats: list[str]

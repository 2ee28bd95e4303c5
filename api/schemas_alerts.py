"""The shapes of alerts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape, Time
from core.alert_settings import Rule


class AlertCost(Shape):
    """What waiting costs, as it was when the alert began."""

    currency: str
    per_week_cents: int = Field(description="0 where it costs nothing at present.")
    range_cents: list[int] | None = Field(description="Likely range, p10 to p90.")
    so_far_cents: int


class AlertDelivery(Shape):
    """That a route is told of it."""

    route: str = Field(description="Its name in `[[alerts.routes]]`.")
    told: Literal["began", "ended"]
    state: Literal["waiting", "held", "delivered", "failed"] = Field(
        description="held: until quiet hours are over. waiting: due, or for another try. failed:"
        " for good, after eight tries."
    )
    attempts: int
    due_at: Time | None = Field(description="When it is tried next; null where it is done.")
    delivered_at: Time | None
    reason: str | None = Field(description="Why it is held, or what the last try met.")


class AlertRow(Shape):
    """One cause, from when it was noticed until it ended."""

    id: int
    state: Literal["open", "ended"]
    rule: Rule
    stream: str | None
    team: str | None = Field(description="Who has the item; null where that is not known.")
    subject: str = Field(description="The key of an item, or a source, status, metric or stream.")
    title: str | None = Field(description="Of the item.")
    what: str = Field(description="What is the case, as it was when it was noticed.")
    why: list[str] = Field(description="The evidence in words, as of then.")
    since: Time | None = Field(description="From when on it holds; null where no tool tells.")
    noticed_at: Time
    ended_at: Time | None
    cost: AlertCost | None = Field(description="Null where nothing of it has a value.")
    page: str = Field(description="The page that shows it.")
    explain: str = Field(description="The answer of this API in which it was found.")
    url: str | None = Field(description="The item in its tool.")
    deliveries: list[AlertDelivery]
    not_told: str | None = Field(description="Why nobody was told, where nobody was.")


class AlertsBody(Shape):
    """Alerts, the newest first, of one look the dearest first."""

    items: list[AlertRow]
    next: str | None
    total: int
    by_rule: dict[str, int] = Field(
        description="How many of each rule, whatever `rule` is asked for; only where there are any."
    )
    looked_at: Time | None = Field(
        description="When causes were looked for last; null for not yet. What is not read up to now"
        " is not judged: its alerts stay as they are."
    )
    rules: list[str] = Field(description="What is looked for.")
    routes: list[str] = Field(description="Who may be told; empty: nobody is.")

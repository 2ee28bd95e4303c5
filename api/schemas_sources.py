"""The shapes of what connected sources are doing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape, Time


class SourceStream(Shape):
    """One kind of record of a source."""

    name: str
    scopes: int
    records: int
    unparsed: int
    last_success_at: Time
    watermark_at: Time
    error: str | None
    note: str | None


class SourceHistory(Shape):
    """The first load of a source, newest first: how far back it is, and what is being read."""

    back_to: Time = Field(description="Everything that changed since then is there.")
    reading_from: Time = Field(description="Where the history begins; null: at the beginning.")
    share: float | None = Field(description="Of the part that is being read, by its time.")
    expected_at: Time


class SourceBudget(Shape):
    """Requests of the present hour; requests_per_hour null where none is set."""

    requests_per_hour: int | None
    used: int
    renews_at: Time


class SourceQuota(Shape):
    """What the tool itself said is left of its limit, in requests or points, at `known_at`."""

    limit: int
    remaining: int
    known_at: Time
    renews_at: Time


class SourceTurn(Shape):
    """Whose turn a source is, of several processes that collect."""

    state: Literal["held", "lost", "waits", "scheduled", "reports"] = Field(
        description="`held`: it is being read. `lost`: who held it is gone. `waits`: it is due, and"
        " nobody has taken it yet. `scheduled`: it is due later. `reports`: it is never read."
    )
    held_by: str | None = Field(description="Machine and number of the process.")
    held_since: Time
    held_until: Time = Field(description="When another one may take it, unless it is renewed.")
    due_at: Time = Field(description="Null while it is held, and before it was ever read.")
    waits_s: int | None = Field(description="For how long it is due; null where it does not wait.")
    failures: int = Field(description="How often in a row nothing of it could be read.")


class SourceRow(Shape):
    """A connected source and how it is doing."""

    name: str
    kind: str
    url: str
    state: Literal["green", "red", "partial", "syncing", "never"]
    message: str | None
    failing_since: Time
    every_s: int
    last_success_at: Time
    watermark_at: Time
    late: bool
    history_from: str | None
    history: SourceHistory | None = Field(description="Null once all that is wanted is there.")
    records: int
    unparsed: int
    requests: int
    account: str | None = Field(description="Who we are there; null before the first good read.")
    version: str | None
    clock_offset_s: int | None = Field(
        description="The source's clock minus ours, in seconds; null where it is not known."
    )
    budget: SourceBudget
    quota: SourceQuota | None = Field(description="Null where the tool does not tell.")
    turn: SourceTurn
    streams: list[SourceStream]

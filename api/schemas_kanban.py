"""The shapes of Little's law, ageing work and the service level expectation."""

from __future__ import annotations

from pydantic import Field

from api.schemas import Envelope, Shape, Time


class AssumptionRow(Shape):
    """One assumption of Little's law, with its figure."""

    name: str
    figure: float | None
    unit: str
    holds: bool | None = Field(description="Null, with the reason, where it can't be told.")
    reason: str | None


class LittlesLawBody(Envelope):
    """r = average load / (throughput * average time), and the assumptions that make it 1."""

    stable: bool | None = Field(description="Whether r is from 0.8 to 1.25; null: not known.")
    banner: str | None = Field(description="What to warn of where it is not stable.")
    assumptions: list[AssumptionRow]
    failing: list[str] = Field(description="The names of those that do not hold.")


class _Promised(Envelope):
    percent: int = Field(description="The level of the expectation, from own history.")
    within_d: float | None = Field(description="The expectation in days, where it was given.")


class SleBody(_Promised):
    """Days within which 50, 70, 85 and 95 % were done, and whether the expectation was kept."""

    by_type: dict[str, Envelope] = Field(description="The same of each kind alone.")


class AgeingRow(Shape):
    """A delivery in load: how old, how that compares, and whether it will be late."""

    key: str
    title: str
    type: str
    kind: str
    episode: int
    stage: str = Field(description="Where it was at the end of the window.")
    team: str | None = Field(
        description="The team of that stage, or of the assignee; null: not known."
    )
    waiting: bool
    blocked: bool
    url: str
    committed_at: Time
    age_s: int
    age_at_least: bool = Field(description="The age is a lower bound: the start was not seen.")
    burn_rate_cents: int | None = Field(
        description="What its waiting costs a week at that instant, 0 while it does not wait;"
        " null: it has no value."
    )
    late: bool | None = Field(description="Older than the expectation; null: there is none.")
    pace: float | None = Field(
        description="Share of what was done that had left this stage at no greater age."
    )
    pace_n: int = Field(description="How many that share rests on.")
    breach_p: float | None = Field(description="P(it will be late | it got this old), 0 to 1.")
    observed: dict[str, float] = Field(description="What was seen of pace and breach_p withheld.")
    reasons: list[str]


class ZoneRow(Shape):
    """A stage, and the ages at which past work had left it for the last time."""

    stage: str
    state: str
    items: int = Field(description="How many are in it at the end of the window.")
    n: int = Field(description="How many of what was done had been in it.")
    left_after_d: dict[str, float | None] = Field(
        description="Days since commitment by which 50, 70, 85, 95 % had left; null: too few."
    )
    observed: dict[str, float] = Field(description="What was seen of those withheld.")


class AgeingBody(_Promised):
    """What is in load and how old it is, the oldest first; the envelope is of all, not the page."""

    zones: list[ZoneRow] = Field(
        description="The stages in the order of the work, whatever the filters of the rows."
    )
    currency: str
    items: list[AgeingRow]
    next: str | None
    total: int = Field(description="How many rows the filters leave, on all pages.")

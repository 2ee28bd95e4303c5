"""The shapes of what the lab answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Grade, Shape


class Pair(Shape):
    """Before and after the change, on average over the runs; numbers are null where the model gives
    directions only, or where there is none.
    """

    before: float | None
    after: float | None
    difference: float | None
    low: float | None = Field(description="Lower bound of the difference, paired by run, 95 %.")
    high: float | None
    direction: Literal["less", "more", "same"] = Field(
        description="`same`: the interval of the difference includes 0."
    )


class Check(Shape):
    """One number as it was measured, and as the model has it."""

    what: Literal["p50", "p85", "queue"]
    step: str | None = Field(description="Of a queue.")
    measured: float = Field(description="Days, or items that wait on average.")
    modelled: float
    off: float = Field(description="Part of the measured by which it misses; of a queue below one"
                       " item, of one item.")  # fmt: skip
    holds: bool


class PeopleRow(Shape):
    """Who works in which steps, and how much they get done."""

    team: str
    steps: list[str]
    places: int = Field(description="Items that are worked on at once.")
    people: int | None = Field(description="Null where [[teams]] names nobody.")
    per_week: float | None = Field(description="What leaves a week while others wait; null where"
                                   " that was seen too seldom.")  # fmt: skip
    basis: Literal["queue_waited", "most_at_once", "no_queue"] = Field(
        description="`queue_waited`: they held the work up. `most_at_once`: work seldom waited for"
        " them, or waited although there was room. `no_queue`: no stage shows who waits for them."
    )


class LyingRow(Shape):
    """Work that was in a step when the window began and is there when it ends: it counts in the
    queue, and no lever moves it.
    """

    step: str
    items: float = Field(description="That wait there on average.")


class Calibration(Shape):
    """How near the model comes to the stream as it is."""

    holds: bool
    tolerance: float
    words: str
    checks: list[Check]
    done: int = Field(description="Items done in the window.")
    arrived: int
    arrivals_per_week: float
    runs: int
    items_per_run: int
    warm_up_items: int = Field(description="Played first in each run, and not counted.")
    lying: list[LyingRow] = Field(description="Empty where nothing lies.")
    people: list[PeopleRow]


class LeverRow(Shape):
    """A lever as it stands, and what it is moved to."""

    lever: str = Field(description="As it is sent: `Test.people`.")
    step: str | None = Field(description="Null for a lever of the stream as a whole.")
    what: str = Field(description="`people`, `limit`, `cap`; of the mix the kind of work.")
    about: str = Field(description="What it does and takes, in words.")
    now: str | None = Field(description="Null for a lever that stands nowhere, as `remove`.")
    amount: float | None = Field(
        description="As it stands, as a number: people, items, a share from 0 to 1, days of `wait`;"
        " null for one without a number, and for a limit or a cap that is not set."
    )
    choices: list[str] = Field(description="Words that it takes; a number may be taken as well.")
    changed: str | None = Field(description="How it then stands; null where it is not moved.")
    value: str | None = Field(description="What it is moved by or to, as it was sent: `+2`.")
    moved: bool


class StepNamed(Shape):
    """A step and who owns it: the team, or the step's own name where none is named."""

    step: str
    team: str


class MovedRow(StepNamed):
    """A step at which the wait grows."""

    wait_d: float | None


class HiddenRow(Shape):
    """Work that would be gone and that nobody says is eliminated, automated or done elsewhere."""

    step: str
    work_d: float | None


class LabVerdict(Shape):
    """Whether the wait goes, or only moves."""

    verdict: Literal["hidden", "no_effect", "worse", "shifted", "relieved"]
    words: str
    removed_d: float | None = Field(description="Days an item less at the steps that change.")
    returned_d: float | None = Field(description="Days an item more at others.")
    returned_share: float | None = Field(description="From 0.25 on it is `shifted`.")
    moved: list[MovedRow] = Field(description="The most first.")
    hidden: list[HiddenRow]


class LabCost(Shape):
    """What waiting costs a week, of the items with a value."""

    cents_per_week: Pair | None
    currency: str
    profile: str
    valued_share: float | None = Field(description="Of the items that came in the window.")
    reason: str | None


class NextConstraint(StepNamed):
    """Whose people are busiest after the change."""

    busy: float | None
    before: StepNamed | None = Field(description="Whose are now.")
    moved: bool


class Inherits(StepNamed):
    """Who gets most of what comes back."""

    wait_d: float | None
    items: float | None = Field(description="More that wait there on average.")
    cents_per_week: float | None


class FlowPairs(Shape):
    """Days from arrival to done."""

    p50: Pair
    p85: Pair
    mean: Pair


class PlaceRow(Shape):
    """A step before and after; the last row is the wait before the first step."""

    step: str
    team: str
    wait_d: Pair = Field(description="Days an item waits there.")
    queue_items: Pair = Field(description="Items that wait there on average.")
    work_d: Pair | None = Field(description="Days of work an item.")
    visits: Pair | None = Field(description="How often an item comes there.")
    busy: Pair | None = Field(description="Share of its people's time; null where nobody works.")
    delay_cost_cents_per_week: Pair | None = Field(description="Null where nothing has a value.")
    instant_wait_d: float | None = Field(
        description="Days an item queues there now by formula (Sakasegawa), as a cross-check; null"
        " where more is asked of the people than they can do."
    )


class TeamPairs(Shape):
    """A team's steps in sum; `busy` is that of its busiest people."""

    team: str
    steps: list[str]
    wait_d: Pair
    queue_items: Pair
    busy: Pair | None
    delay_cost_cents_per_week: Pair | None


class Shares(Shape):
    """Shares of items by days from arrival to done, between the edges."""

    edges_d: list[float]
    before: list[float]
    after: list[float]


class LabHead(Shape):
    """Whose model it is and what data it starts from."""

    stream: str
    title: str
    kind: Literal["simulation"] = Field(description="It is no measurement.")
    window: list[str] = Field(description="Of the facts that the model is made of.")
    as_of: str
    known_at: str
    grade: Grade = Field(description="That of the flow time that it starts from.")
    reasons: list[str]
    explain: str = Field(description="The items that it starts from.")


class LabChange(LabHead):
    """What a change would do, step by step and team by team."""

    levers: list[LeverRow]
    numbers: bool = Field(description="False: the model gives directions only.")
    calibration: Calibration
    verdict: LabVerdict
    flow_d: FlowPairs
    per_week: Pair = Field(description="Items done a week.")
    delay_cost: LabCost
    constraint: NextConstraint | None = Field(description="Null where nobody works.")
    inherits: Inherits | None = Field(description="Null where nothing comes back.")
    steps: list[PlaceRow]
    teams: list[TeamPairs]
    distribution: Shares | None


class FlowNow(Shape):
    """Days from arrival to done as the model has them."""

    p50: float | None
    p85: float | None
    mean: float | None


class PlaceNow(Shape):
    """A step as it is; see `PlaceRow`."""

    step: str
    team: str
    wait_d: float | None
    queue_items: float | None
    work_d: float | None
    visits: float | None
    busy: float | None
    delay_cost_cents_per_week: float | None
    instant_wait_d: float | None


class LabModel(Shape):
    """The stream as it is, its levers as they stand."""

    levers: list[LeverRow]
    numbers: bool
    calibration: Calibration
    flow_d: FlowNow
    constraint: StepNamed | None
    steps: list[PlaceNow]
    currency: str


class LabNow(LabHead):
    """The model of a stream as it is."""

    model: LabModel | None
    reason: str | None = Field(description="Why there is no model.")


LAB_CHANGE = {"levers": {"Test.people": "+2"}, "from": "2026-08-23", "to": "2026-11-21"}
LAB_CHANGE["known_at"] = "2026-11-21T06:00Z"
SCENARIO = {
    "stream": "checkout",
    "name": "Two more people at Test",
    "levers": {"Test.people": "+2"},
    "who": "anna",
    "why": "testers are short since spring",
}

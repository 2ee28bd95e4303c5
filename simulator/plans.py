"""The value streams of the simulated company: statuses, services, rhythms, and how long work stays
where.

Each stream has one stage that is the bottleneck: its median is far above the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.calendar import Rhythm
from simulator.model import Service, Status, StreamPlan
from simulator.plants import Plant

ITEM_TYPES = ("Story", "Bug", "Security", "Tech Debt")
TYPE_WEIGHTS = (55, 25, 8, 12)
TYPE_PACE = {"Story": 1.0, "Bug": 0.6, "Security": 0.8, "Tech Debt": 1.3}


@dataclass(frozen=True, slots=True)
class Step:
    """One status on the way to done: median hours, spread, chance to be skipped and to be sent back
    to build.
    """

    name: str
    median_h: float
    role: str = ""  # build, review, test, release
    sigma: float = 0.8
    skip: float = 0.0
    back: float = 0.0


@dataclass(frozen=True, slots=True)
class Cadence:
    """How a service is deployed, and the share of its deployments that break something."""

    rhythm: Rhythm
    failure_rate: float
    weight: float = 1.0  # of the stream's work
    jobs: int = 1  # GitLab deployment jobs in one pipeline
    squash_onto_head: bool = True  # False: the squash commit is merged by a merge commit
    repeats: bool = False  # deployed again even where nothing is new
    busy_days: int = 0  # the whole rhythm only so long; before, a sixteenth of it. 0: always


@dataclass(frozen=True, slots=True)
class Habits:
    """A stream's plan with what its people do. `steps` lead from new to done; `share` is of all
    items. `plants`: by the status in which work waits for them. `epics`: items belong to some.
    `unmerged`: the roles, beside that of build, in which code is not merged yet.
    """

    plan: StreamPlan
    share: float
    steps: tuple[Step, ...]
    done: str
    cancelled: str
    cadences: dict[str, Cadence]
    plants: Mapping[str, Plant] = field(default_factory=dict)
    epics: bool = True
    unmerged: tuple[str, ...] = ("review",)

    def status(self, name: str) -> str:
        """The id of a listed status of this stream."""
        return next(status.id for status in self.plan.statuses if status.name == name)


# A name has one id in the whole tracker, as in Jira's company-managed projects.
_NAMES = [
    "Backlog", "Analysis", "Ready for Dev", "In Progress", "Code Review", "Ready for Test",
    "Testing", "Ready for Release", "Done", "Won't Do", "Open", "Selected", "Developing",
    "Waiting for Review", "In Review", "Release Train", "Released", "Rejected", "To Do", "Ready",
    "Doing", "Verify",
]  # fmt: skip
_IDS = {name: str(10000 + number) for number, name in enumerate(_NAMES)}
_CATEGORY = {"new": "new", "waiting": "indeterminate", "active": "indeterminate"}

_CHECKOUT_STATUSES = [
    "Backlog > Ideas : new",
    "Analysis > Analysis : active",
    "Ready for Dev > Ready : waiting",
    "In Progress > Build : active",
    "Code Review > Review : active",
    "Ready for Test > Test queue : waiting",
    "Testing > Test : active",
    "Ready for Release > Release queue : waiting",
    "Done > Done : done",
    "Won't Do > Dropped : cancelled",
]
_CHECKOUT_STEPS = (
    Step("Backlog", 190, sigma=1.0),
    Step("Analysis", 12, skip=0.15),
    Step("Ready for Dev", 60, skip=0.1),
    Step("In Progress", 24, role="build"),
    Step("Code Review", 5, role="review", skip=0.04, back=0.12),
    Step("Ready for Test", 120, role="test", skip=0.05),
    Step("Testing", 8, role="test", back=0.1),
    Step("Ready for Release", 10, role="release"),
)

_FULFILMENT_STATUSES = [
    "Open > Backlog : new",
    "Selected > Ready : waiting",
    "Developing > Build : active",
    "Waiting for Review > Review queue : waiting",
    "In Review > Review : active",
    "Release Train > Release train : waiting",
    "Released > Done : done",
    "Rejected > Dropped : cancelled",
]
_FULFILMENT_STEPS = (
    Step("Open", 240, sigma=1.0),
    Step("Selected", 60, skip=0.1),
    Step("Developing", 36, role="build"),
    Step("Waiting for Review", 130, role="review", sigma=0.9, skip=0.05),
    Step("In Review", 7, role="review", back=0.15),
    Step("Release Train", 80, role="release"),
)

_SEARCH_STATUSES = [
    "To Do > Backlog : new",
    "Ready > Ready : waiting",
    "Doing > Build : active",
    "Verify > Verify : active",
    "Done > Done : done",
    "Rejected > Dropped : cancelled",
]
_SEARCH_STEPS = (
    Step("To Do", 150, sigma=1.1),
    Step("Ready", 110, sigma=0.9, skip=0.06),
    Step("Doing", 20, role="build"),
    Step("Verify", 6, role="review", skip=0.08, back=0.12),
)


def _status(text: str) -> Status:
    """`name > stage : state`."""
    name, rest = text.split(" > ")
    stage, state = rest.split(" : ")
    return Status(_IDS[name], name, _CATEGORY.get(state, "done"), stage, state)


def _checkout() -> Habits:
    services = [
        Service("web", "shop/web", "gitlab", "gitlab", "Web Shop", change_approval=False),
        Service(
            "payments", "shop/payments", "jenkins", "jenkins", "Payments", change_approval=True
        ),
    ]
    cadences = {
        "web": Cadence(Rhythm((0, 1, 2, 3, 4), (9, 14), 0.72), 0.08, weight=3, jobs=3),
        "payments": Cadence(Rhythm((1, 3), (13,), 1.0), 0.12, squash_onto_head=False),
    }
    plan = StreamPlan(
        "checkout",
        "Checkout",
        "SHOP",
        "IDEA",
        [*map(_status, _CHECKOUT_STATUSES)],
        services,
        [*ITEM_TYPES],
    )
    return Habits(plan, 0.45, _CHECKOUT_STEPS, "Done", "Won't Do", cadences)


def _fulfilment() -> Habits:
    services = [
        Service(
            "warehouse", "logistics/warehouse", "jenkins", "jenkins", "Warehouse Control",
            change_approval=True, default_branch="master",
        )
    ]  # fmt: skip
    # Deleted and made anew under the same name: history has rows with an id that nobody lists.
    retired = Status("10990", "In Review", "indeterminate", "Review", "active")
    cadences = {"warehouse": Cadence(Rhythm((4,), (14,), 1.0), 0.16)}
    plan = StreamPlan(
        "fulfilment", "Fulfilment", "FUL", None, [*map(_status, _FULFILMENT_STATUSES)],
        services, [*ITEM_TYPES], retired=[retired],
    )  # fmt: skip
    return Habits(plan, 0.3, _FULFILMENT_STEPS, "Released", "Rejected", cadences)


def _search() -> Habits:
    services = [
        Service("engine", "search/engine", "gitlab", "gitlab", "Search", change_approval=False),
        Service(
            "indexer", "search/indexer", "gitlab", "gitlab", "Search Indexer",
            change_approval=False, default_branch="master",
        ),
    ]  # fmt: skip
    cadences = {
        "engine": Cadence(Rhythm((0, 1, 2, 3, 4), (11,), 0.85), 0.06, weight=2),
        "indexer": Cadence(Rhythm((0, 2), (10,), 0.9), 0.1, jobs=2, squash_onto_head=False),
    }
    plan = StreamPlan(
        "search", "Search", "SRCH", None, [*map(_status, _SEARCH_STATUSES)], services, [*ITEM_TYPES]
    )
    return Habits(plan, 0.25, _SEARCH_STEPS, "Done", "Rejected", cadences)


def all_habits() -> list[Habits]:
    """Every stream; the lists inside are new at each call, so a world owns its own."""
    return [_checkout(), _fulfilment(), _search()]

"""What the less tidy company has besides: five services in one repository, and one that is deployed
by the commits of another repository.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from simulator.calendar import Rhythm
from simulator.model import Person, Service, Status, StreamPlan
from simulator.people import person
from simulator.plans import ITEM_TYPES, Cadence, Habits, Step, all_habits

MANIFESTS = "ops/clusters"
BUSY_DAYS = 21
_BEFORE = 16  # before it was busy, one deployment of so many
_MONOREPO = "store/platform"
_SHARES = {"checkout": 0.22, "fulfilment": 0.13, "search": 0.13, "storefront": 0.36}
_SERVICES = {
    # name: its share of the stream's work, and whether it builds on the libraries of the repository
    "cart": (3.0, True),
    "catalogue": (2.0, True),
    "pricing": (1.5, False),
    "orders": (2.0, True),
    "accounts": (1.5, True),
}
_STATUSES = (
    Status("10501", "Inbox", "new", "Backlog", "new"),
    Status("10502", "Next", "indeterminate", "Ready", "waiting"),
    Status("10503", "Coding", "indeterminate", "Build", "active"),
    Status("10504", "Checking", "indeterminate", "Review", "active"),
    Status("10505", "Shipped", "done", "Done", "done"),
    Status("10506", "Dismissed", "done", "Dropped", "cancelled"),
)
_STEPS = (
    Step("Inbox", 160, sigma=1.0),
    Step("Next", 90, skip=0.08),
    Step("Coding", 20, role="build"),
    Step("Checking", 6, role="review", skip=0.06, back=0.12),
)
_TEAMS = {
    "storefront": ("Aino Virtanen", "Bruno Costa", "Chiara Conti", "Deniz Kaya"),
    "discovery": ("Ewa Zielinska", "Farid Amiri", "Greta Holm"),
}
DEPLOYER = Person(
    "deployer[bot]", "deployer[bot]", "deployer@bots.acme.example", "bot:deployer", bot=True
)
"""Writes the commits of the manifests."""


def rough_habits() -> list[Habits]:
    """Every stream, those of the usual company first; new lists at each call."""
    usual = [replace(one, share=_SHARES[one.plan.name]) for one in all_habits()]
    return [*usual, _storefront(), _discovery()]


def rough_teams() -> dict[str, list[Person]]:
    """The people of the streams that only this company has."""
    found: dict[str, list[Person]] = {}
    number = 200
    for stream, names in _TEAMS.items():
        found[stream] = [person(name, number + place) for place, name in enumerate(names)]
        number += len(names)
    return found


def kept_slots(
    slots: list[datetime], cadence: Cadence, *, now: datetime, rng: Random
) -> list[datetime]:
    """Those of a service that was not always as busy as it is."""
    if not cadence.busy_days:
        return slots
    since = busy_since(now)
    return [at for at in slots if at >= since or rng.random() < 1 / _BEFORE]


def busy_since(now: datetime) -> datetime:
    return now - timedelta(days=BUSY_DAYS)


def _storefront() -> Habits:
    services, cadences = [], {}
    for name, (weight, builds_on_libraries) in _SERVICES.items():
        paths = [f"services/{name}/**", *(["libs/**"] if builds_on_libraries else [])]
        services.append(
            Service(
                name, _MONOREPO, "gitlab", "gitlab", f"Store {name}", change_approval=False,
                paths=paths,
            )
        )  # fmt: skip
        cadences[name] = Cadence(Rhythm((0, 1, 2, 3, 4), (10,), 0.5), 0.05, weight=weight)
    often = Rhythm((0, 1, 2, 3, 4), (7, 9, 11, 13, 15), 0.94)
    cadences["catalogue"] = Cadence(
        often, 0.02, weight=_SERVICES["catalogue"][0], repeats=True, busy_days=BUSY_DAYS
    )
    plan = StreamPlan(
        "storefront", "Storefront", "STORE", None, _statuses(), services, [*ITEM_TYPES]
    )
    return Habits(plan, _SHARES["storefront"], _STEPS, "Shipped", "Dismissed", cadences)


def _discovery() -> Habits:
    service = Service(
        "search", "discovery/search", "gitlab", "gitlab", "Site Search", change_approval=False,
        manifests=MANIFESTS,
    )  # fmt: skip
    cadences = {"search": Cadence(Rhythm((0, 1, 2, 3, 4), (12,), 0.6), 0.08)}
    plan = StreamPlan("discovery", "Discovery", "DISC", None, _statuses(), [service], [*ITEM_TYPES])
    return Habits(plan, 1 - sum(_SHARES.values()), _STEPS, "Shipped", "Dismissed", cadences)


def _statuses() -> list[Status]:
    return [replace(status) for status in _STATUSES]

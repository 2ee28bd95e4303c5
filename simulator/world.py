"""`build_world`: the whole company from a seed, a year of history that ends now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from simulator import delivery, people, rough_habits, tickets
from simulator import habits as usual_habits
from simulator.asked_changes import asked_changes
from simulator.calendar import DAY, slots
from simulator.changes import changes_of
from simulator.children import with_children
from simulator.coding import Work, works_of
from simulator.even_plans import even_streams, even_teams
from simulator.frame import Frame, Hosting
from simulator.model import Item, Person, World
from simulator.planned import plan_releases
from simulator.plans import Habits, all_habits
from simulator.planting import planted
from simulator.plants import Plant, PlantedWait, ReleaseTrain, departures
from simulator.replay import Company, Replayed, replay, requests_of
from simulator.reviewing import SCANNER, notes_of
from simulator.rough_habits import Roughness
from simulator.rough_plans import DEPLOYER, busy_since, kept_slots, rough_teams
from simulator.rough_plans import rough_habits as rough_streams
from simulator.side_issues import side_issues
from simulator.tickets import Ticket, planted_waits
from simulator.trouble import OTHERS, Busy, incidents_of

__all__ = ["Hosting", "build_world"]

YEAR = 365 * DAY
# About every fifth release that breaks something gets a hotfix that is copied home.
_PICKED_HOTFIXES = 8


def build_world(
    seed: int,
    now: datetime,
    *,
    items: int = 2000,
    hosting: Hosting = "gitlab",
    habits: Roughness | None = None,
    even: bool = False,
    plants: Sequence[Plant] = (),
) -> World:
    """The company with `items` work items over the year before `now` (aware UTC, whole seconds).

    The same seed, time and size give the same world. Epics and ideas come on top of `items`. Code,
    builds and deployments follow from the items, so that a small world has few of each.
    habits: those of a less tidy company, which has two more streams; None: the usual ones. even:
    the company of `even_plans` instead, which waits nowhere longer than elsewhere. plants: what
    makes work wait on purpose.
    """
    frame = Frame(seed, now - YEAR, now, hosting, habits)
    streams, teams = _who(habits, even=even)
    streams = planted(streams, plants)
    planned = _planned(frame, streams)
    opened = _tickets(frame, streams, teams, planned, items)
    every = tickets.number(opened)
    works = _works(frame, opened, teams, items, even=even)
    updates, setup = people.bots()
    company = Company(
        streams, works, {item.id: item for item in every}, planned, teams, updates, setup
    )
    staff = [*(person for team in teams.values() for person in team), updates, setup, SCANNER]
    staff += [DEPLOYER] if habits else []
    waits = planted_waits(opened)
    world = _recorded(frame, streams, staff, every, replay(frame, company), waits)
    world.plants, world.planted = [*plants], waits
    _talk(frame, world, teams, items)
    plan_releases(world)
    return world


def _who(habits: Roughness | None, *, even: bool) -> tuple[list[Habits], dict[str, list[Person]]]:
    """The streams, and the people of each."""
    if even:
        return even_streams(), even_teams()
    if habits:
        return rough_streams(), people.teams() | rough_teams()
    return all_habits(), people.teams()


def _planned(frame: Frame, streams: list[Habits]) -> dict[str, list[datetime]]:
    """When each service may be deployed."""
    found = {}
    for stream in streams:
        train = next((p for p in stream.plants.values() if isinstance(p, ReleaseTrain)), None)
        for name, cadence in stream.cadences.items():
            if train is not None:
                found[name] = departures(train, start=frame.start, now=frame.now)
                continue
            rng = frame.rng(f"slots {name}")
            every = slots(cadence.rhythm, start=frame.start, now=frame.now, rng=rng)
            found[name] = kept_slots(every, cadence, now=frame.now, rng=rng)
    return found


def _talk(frame: Frame, world: World, teams: dict[str, list[Person]], items: int) -> None:
    """What GitLab holds besides code and its runs."""
    world.notes = notes_of(world.merge_requests, [*teams.values()], frame.rng("reviews"))
    owners = {
        service.repository: (plan.name, teams[plan.name])
        for plan in world.streams
        for service in plan.services
    }
    world.issues = side_issues(
        owners, items=items, start=frame.start, now=frame.now, rng=frame.rng("side issues")
    )


def _recorded(
    frame: Frame, streams: list[Habits], staff: list[Person], every: list[Item], done: Replayed,
    waits: list[PlantedWait],
) -> World:  # fmt: skip
    """What the tools hold of it all: builds, deployments, changes and incidents."""
    plans = [stream.plan for stream in streams]
    builds, deployments = delivery.number(done.runs)
    services = {service.name: service for plan in plans for service in plan.services}
    shipped = [one for run in done.runs for one in run.shipped]
    items = {item.id: item for item in every}
    asked = asked_changes(
        waits, items=items, places={p.name: p.services[0].configuration_item for p in plans},
        now=frame.now, rng=frame.rng("asked changes"),
    )  # fmt: skip
    changes = changes_of(
        shipped, services=services, items=items, start=frame.start, now=frame.now,
        rng=frame.rng("changes"), asked=asked,
    )  # fmt: skip
    incidents = incidents_of(
        [(deployment, release) for deployment, _, release in shipped if release.broken],
        services=[*services.values()], start=frame.start, now=frame.now, rng=frame.rng("incidents"),
        share=frame.habits.causeless if frame.habits else OTHERS, busy=_busy(frame, streams),
    )  # fmt: skip
    commits = [commit for repository in done.repositories for commit in repository.commits.values()]
    if frame.hosting == "gitlab":  # only there do pipelines start pipelines
        builds = with_children(builds, deployments, frame.rng("children"))
    return World(
        seed=frame.seed, now=frame.now, start=frame.start, streams=plans, people=staff, items=every,
        commits=sorted(commits, key=lambda commit: (commit.committed, commit.sha)),
        merge_requests=requests_of(done.repositories), deployments=deployments,
        builds=builds,
        changes=changes, incidents=incidents,
        branches={one.service.repository: one.branches for one in done.repositories},
        tags={one.service.repository: one.tags for one in done.repositories},
    )  # fmt: skip


def _busy(frame: Frame, streams: list[Habits]) -> list[Busy]:
    return [
        Busy(name, busy_since(frame.now))
        for stream in streams
        for name, cadence in stream.cadences.items()
        if cadence.busy_days
    ]


def _tickets(
    frame: Frame, streams: list[Habits], teams: dict[str, list[Person]],
    planned: dict[str, list[datetime]], items: int,
) -> list[Ticket]:  # fmt: skip
    opened: list[Ticket] = []
    for stream in streams:
        last = stream is streams[-1]
        count = items - len(opened) if last else round(items * stream.share)
        opened += tickets.open_tickets(
            stream, teams[stream.plan.name], count=count, slots=planned, start=frame.start,
            now=frame.now, rng=frame.rng(f"tickets {stream.plan.name}"),
        )  # fmt: skip
    return opened


def _works(
    frame: Frame, opened: list[Ticket], teams: dict[str, list[Person]], items: int, *, even: bool
) -> list[Work]:
    rng = frame.rng("works")
    works = [
        work
        for ticket in opened
        for work in works_of(ticket, teams[ticket.item.stream], now=frame.now, rng=rng)
    ]
    if even:
        for work in works:
            usual_habits.name(work, keyed=True, rng=rng, forms=usual_habits.FORMS)
        return works
    if frame.habits:
        rough_habits.apply(works, frame.habits, now=frame.now, rng=frame.rng("rough habits"))
        return works
    hotfixes = round(_PICKED_HOTFIXES * min(1.0, items / 2000))
    usual_habits.apply(works, expected_hotfixes=hotfixes, now=frame.now, rng=frame.rng("habits"))
    return works

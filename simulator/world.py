"""`build_world`: the whole company from a seed, a year of history that ends now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal

from simulator import delivery, habits, people, tickets
from simulator.calendar import DAY, HOUR, MINUTE, slots
from simulator.changes import changes_of
from simulator.children import with_children
from simulator.coding import Work, bot_works, works_of
from simulator.delivery import Runs
from simulator.model import Item, MergeRequest, Person, Service, StreamPlan, World
from simulator.plans import Habits, all_habits
from simulator.releases import Releaser
from simulator.repository import Repository
from simulator.reviewing import SCANNER, notes_of
from simulator.side_issues import side_issues
from simulator.tickets import Ticket
from simulator.trouble import incidents_of

Hosting = Literal["gitlab", "github"]
"""Where the code lives. GitHub never puts a merge commit on top of a squash commit."""

YEAR = 365 * DAY
# About every fifth release that breaks something gets a hotfix that is copied home.
_PICKED_HOTFIXES = 8
_BOT_COMMITS = 0.11  # for each item
_SURE_TO_BREAK = "web"  # its last release but a few is failing, still under observation


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every part needs: the span and one source of chance per subject, so that they do not
    disturb each other.
    """

    seed: int
    start: datetime
    now: datetime
    hosting: Hosting

    def rng(self, subject: str) -> Random:
        return Random(f"{self.seed}/{subject}")


def build_world(
    seed: int, now: datetime, *, items: int = 2000, hosting: Hosting = "gitlab"
) -> World:
    """The company with `items` work items over the year before `now` (aware UTC, whole seconds).

    The same seed, time and size give the same world. Epics and ideas come on top of `items`. Code,
    builds and deployments follow from the items, so that a small world has few of each.
    """
    frame = _Frame(seed, now - YEAR, now, hosting)
    streams, teams, bots = all_habits(), people.teams(), people.bots()
    planned = {
        name: slots(cadence.rhythm, start=frame.start, now=now, rng=frame.rng(f"slots {name}"))
        for stream in streams
        for name, cadence in stream.cadences.items()
    }
    opened = _tickets(frame, streams, teams, planned, items)
    every = tickets.number(opened)
    works = _works(frame, opened, teams, items)
    releasers = _replay(frame, streams, works, every, planned, (teams, *bots))
    staff = [*(person for team in teams.values() for person in team), *bots, SCANNER]
    world = _recorded(frame, [stream.plan for stream in streams], staff, every, releasers)
    _talk(frame, world, teams, items)
    return world


def _talk(frame: _Frame, world: World, teams: dict[str, list[Person]], items: int) -> None:
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
    frame: _Frame, plans: list[StreamPlan], staff: list[Person], every: list[Item],
    releasers: list[Releaser],
) -> World:  # fmt: skip
    """What the tools hold of it all: builds, deployments, changes and incidents."""
    runs = [_run(frame, releaser) for releaser in releasers]
    builds, deployments = delivery.number(runs)
    services = {service.name: service for plan in plans for service in plan.services}
    shipped = [one for run in runs for one in run.shipped]
    changes = changes_of(
        shipped, services=services, items={item.id: item for item in every},
        start=frame.start, now=frame.now, rng=frame.rng("changes"),
    )  # fmt: skip
    incidents = incidents_of(
        [(deployment, release) for deployment, _, release in shipped if release.broken],
        services=[*services.values()], start=frame.start, now=frame.now, rng=frame.rng("incidents"),
    )  # fmt: skip
    repositories = [releaser.repository for releaser in releasers]
    commits = [commit for repository in repositories for commit in repository.commits.values()]
    if frame.hosting == "gitlab":  # only there do pipelines start pipelines
        builds = with_children(builds, deployments, frame.rng("children"))
    return World(
        seed=frame.seed, now=frame.now, start=frame.start, streams=plans, people=staff, items=every,
        commits=sorted(commits, key=lambda commit: (commit.committed, commit.sha)),
        merge_requests=_requests(repositories), deployments=deployments,
        builds=builds,
        changes=changes, incidents=incidents,
        branches={one.service.repository: one.branches for one in repositories},
        tags={one.service.repository: one.tags for one in repositories},
    )  # fmt: skip


def _tickets(
    frame: _Frame, streams: list[Habits], teams: dict[str, list[Person]],
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
    frame: _Frame, opened: list[Ticket], teams: dict[str, list[Person]], items: int
) -> list[Work]:
    rng = frame.rng("works")
    works = [
        work
        for ticket in opened
        for work in works_of(ticket, teams[ticket.item.stream], now=frame.now, rng=rng)
    ]
    hotfixes = round(_PICKED_HOTFIXES * min(1.0, items / 2000))
    habits.apply(works, expected_hotfixes=hotfixes, now=frame.now, rng=frame.rng("habits"))
    return works


def _replay(
    frame: _Frame, streams: list[Habits], works: list[Work], every: list[Item],
    planned: dict[str, list[datetime]], staff: tuple[dict[str, list[Person]], Person, Person],
) -> list[Releaser]:  # fmt: skip
    """Every repository through its year."""
    teams, updates, setup = staff
    items, releasers = {item.id: item for item in every}, []
    pairs = [(stream, service) for stream in streams for service in stream.plan.services]
    count = round(_BOT_COMMITS * sum(len(w.times) > 0 for w in works) / len(pairs)) + 1
    for stream, service in pairs:
        cadence, rng = stream.cadences[service.name], frame.rng(f"code {service.name}")
        onto_head = cadence.squash_onto_head or frame.hosting == "github"
        repository = Repository(service, frame.now, rng, onto_head)
        repository.set_up(frame.start, setup)
        team = teams[stream.plan.name]
        releaser = Releaser(repository, cadence, items, team, frame.now, rng)
        breaks = frame.now - 30 * HOUR if service.name == _SURE_TO_BREAK else None
        releaser.plan(planned[service.name], first=frame.start + 20 * MINUTE, breaks_at=breaks)
        bots = bot_works(
            service.repository, updates, count=count, start=frame.start, now=frame.now, rng=rng
        )
        bots += _last_updates(service, updates, frame.now)
        for work in (*bots, *(w for w in works if w.repository == service.repository)):
            repository.start(work)
        repository.run()
        releasers.append(releaser)
    return releasers


def _last_updates(service: Service, bot: Person, now: datetime) -> list[Work]:
    """One that the release that is sure to break has in it, and one that is still open."""
    found: list[Work] = []
    for name, age in (("base image", 32 * HOUR), ("test tools", 3 * HOUR)):
        at, title = now - age, f"chore(deps): update {name}"
        branch = f"renovate/{name.replace(' ', '-')}"
        work = Work(service.repository, [], title, branch, bot, at, [at], opened=at + MINUTE)
        work.messages.append(title)
        work.merged = at + HOUR if not found else None
        found.append(work)
    return found


def _run(frame: _Frame, releaser: Releaser) -> Runs:
    service = releaser.repository.service
    pushes = sorted(releaser.repository.pushes, key=lambda push: push.at)
    run = Runs(service, releaser.cadence.jobs, frame.now, frame.rng(f"builds {service.name}"))
    run.integrate(pushes)
    for release in (*releaser.releases, *releaser.stage(pushes)):
        run.deploy(release)
    return run


def _requests(repositories: list[Repository]) -> list[MergeRequest]:
    """Those of every repository in order of creation; ids are unique in the whole server."""
    found = [request for repository in repositories for request in repository.requests]
    found.sort(key=lambda request: (request.created, request.repository))
    for position, request in enumerate(found):
        request.id = 5001 + position
    return found

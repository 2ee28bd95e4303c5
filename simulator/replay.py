"""Every repository through its year: what people and bots wrote, and what was released of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from random import Random

from simulator.calendar import HOUR, MINUTE
from simulator.coding import Work, bot_works
from simulator.delivery import Runs
from simulator.frame import Frame
from simulator.manifests import write_manifests
from simulator.model import Item, MergeRequest, Person, Service
from simulator.parts import fill_rest, give_paths
from simulator.plans import Habits
from simulator.releases import Releaser
from simulator.repository import Repository
from simulator.rough_plans import DEPLOYER

_BOT_COMMITS = 0.11  # for each item
_SURE_TO_BREAK = "web"  # its last release but a few is failing, still under observation


@dataclass(frozen=True, slots=True)
class Replayed:
    """repositories: of code, then of manifests. runs: what the tools of each service ran."""

    repositories: list[Repository]
    runs: list[Runs]


@dataclass(frozen=True, slots=True)
class Company:
    """Who works on what: `planned` by service, teams by stream, and the bots."""

    streams: list[Habits]
    works: list[Work]
    items: dict[str, Item]
    planned: Mapping[str, list[datetime]]
    teams: Mapping[str, list[Person]]
    updates: Person
    setup: Person


def replay(frame: Frame, company: Company) -> Replayed:
    """Each repository by itself; services that share one are released out of the same commits."""
    pairs = [(stream, service) for stream in company.streams for service in stream.plan.services]
    bots = round(_BOT_COMMITS * sum(len(w.times) > 0 for w in company.works) / len(pairs)) + 1
    homes = [[*group] for _, group in groupby(pairs, key=lambda pair: pair[1].repository)]
    releasers = [_released(frame, company, home, bots * len(home)) for home in homes]
    repositories = [group[0].repository for group in releasers]
    manifests = [_described(frame, one) for group in releasers for one in group]
    repositories += [one for one in manifests if one]
    if frame.habits:
        for repository in repositories:
            fill_rest(repository.commits.values())
    return Replayed(repositories, [run for group in releasers for run in _runs(frame, group)])


def requests_of(repositories: Sequence[Repository]) -> list[MergeRequest]:
    """Those of every repository in order of creation; ids are unique in the whole server."""
    found = [request for repository in repositories for request in repository.requests]
    found.sort(key=lambda request: (request.created, request.repository))
    for position, request in enumerate(found):
        request.id = 5001 + position
    return found


def _released(
    frame: Frame, company: Company, home: list[tuple[Habits, Service]], bots: int
) -> list[Releaser]:
    """home: the services of one repository."""
    stream, first = home[0]
    rngs = [frame.rng(f"code {service.name}") for _, service in home]
    onto_head = stream.cadences[first.name].squash_onto_head or frame.hosting == "github"
    repository = Repository(first, frame.now, rngs[0], onto_head)
    repository.set_up(frame.start, company.setup)
    repository.patterns = {service.name: service.paths for _, service in home if service.paths}
    found = [
        _releaser(frame, company, repository, pair, rng)
        for pair, rng in zip(home, rngs, strict=True)
    ]
    updates = bot_works(
        first.repository, company.updates, count=bots, start=frame.start, now=frame.now, rng=rngs[0]
    )
    updates += _last_updates(first, company.updates, frame.now)
    works = [*updates, *(w for w in company.works if w.repository == first.repository)]
    if frame.habits:
        give_paths(works, [service for _, service in home], frame.rng(f"files {first.name}"))
    for work in works:
        repository.start(work)
    repository.run()
    return found


def _releaser(
    frame: Frame, company: Company, repository: Repository, pair: tuple[Habits, Service],
    rng: Random,
) -> Releaser:  # fmt: skip
    stream, service = pair
    team, cadence = company.teams[stream.plan.name], stream.cadences[service.name]
    releaser = Releaser(repository, service, cadence, company.items, team, frame.now, rng)
    breaks = frame.now - 30 * HOUR if service.name == _SURE_TO_BREAK else None
    slots = company.planned[service.name]
    releaser.plan(slots, first=frame.start + 20 * MINUTE, breaks_at=breaks)
    return releaser


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


def _described(frame: Frame, releaser: Releaser) -> Repository | None:
    """The manifests of a service that is deployed by them."""
    if not releaser.service.manifests:
        return None
    rng = frame.rng(f"manifests {releaser.service.name}")
    pushes = sorted(releaser.repository.pushes, key=lambda push: push.at)
    releaser.releases += releaser.stage(pushes)
    return write_manifests(releaser.service, releaser.releases, DEPLOYER, now=frame.now, rng=rng)


def _runs(frame: Frame, releasers: Sequence[Releaser]) -> list[Runs]:
    """Of a repository that services share, each push is built once and staged by one of them."""
    pushes = sorted(releasers[0].repository.pushes, key=lambda push: push.at)
    found = []
    for number, releaser in enumerate(releasers):
        service = releaser.service
        run = Runs(service, releaser.cadence.jobs, frame.now, frame.rng(f"builds {service.name}"))
        if number == 0:
            run.integrate(pushes)
        staged = [] if service.manifests else releaser.stage(pushes[number :: len(releasers)])
        for release in (*releaser.releases, *staged):
            run.deploy(release)
        found.append(run)
    return found

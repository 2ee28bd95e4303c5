"""From tickets to code: which branches people work on, when they commit, ask for a merge, and
merge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from simulator import words
from simulator.calendar import DAY, HOUR, MINUTE, between, moment, office
from simulator.model import Item, Person
from simulator.plans import Habits
from simulator.tickets import Ticket

SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Work:
    """A branch and what becomes of it; `items` are the tickets it is for (empty: a bot's).

    times: when each of its commits is made. opened, merged, closed: of its merge request, None: not
    yet. messages, extra: per commit, its message and a second ticket it also served.
    reverted_after, picked_after: set on work whose last commit is taken back, or copied to the
    support branch. restored_after: the taking back is taken back itself. bare_pick: the copy does
    not say of what. rebased: its commits land as copies. forced: when the branch was written anew.
    service: whose it is. paths: per commit, the files that it changes; empty: not told.
    """

    repository: str
    items: list[Item]
    title: str
    branch: str
    author: Person
    branched: datetime
    times: list[datetime]
    opened: datetime | None = None
    merged: datetime | None = None
    closed: datetime | None = None
    squash: bool = False
    description: str = ""
    labels: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    extra: dict[int, Item] = field(default_factory=dict)
    reverted_after: timedelta | None = None
    picked_after: timedelta | None = None
    restored_after: timedelta | None = None
    bare_pick: bool = False
    rebased: bool = False
    forced: datetime | None = None
    service: str = ""
    paths: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Round:
    """From entering the build status to the merge. `end` None: still there."""

    builds: list[tuple[datetime, datetime | None]]
    end: datetime | None
    given_up: bool


def rounds(item: Item, habits: Habits) -> list[Round]:
    """The times in which somebody wrote code for the item; rework before the merge belongs to the
    same round.
    """
    roles = _roles(habits)
    dead = {habits.status(habits.cancelled), item.first_status}
    found: list[Round] = []
    builds: list[tuple[datetime, datetime | None]] = []
    for position, move in enumerate(item.moves):
        role = roles.get(move.to_status, "")
        end = item.moves[position + 1].at if position + 1 < len(item.moves) else None
        if role == "build":
            builds.append((move.at, end))
        elif builds and role not in habits.unmerged:
            found.append(Round(builds, move.at, move.to_status in dead))
            builds = []
    if builds:
        found.append(Round(builds, None, given_up=False))
    return found


def works_of(ticket: Ticket, people: list[Person], *, now: datetime, rng: Random) -> list[Work]:
    """One branch for each round of the ticket's service; none where it needs no code."""
    service = next((s for s in ticket.habits.plan.services if s.name == ticket.service), None)
    if service is None:
        return []
    found = []
    for number, spell in enumerate(rounds(ticket.item, ticket.habits)):
        times = _commit_times(spell, now=now, first=number == 0, rng=rng)
        branch = words.slug(ticket.item.title) + (f"-{number + 1}" if number else "")
        work = Work(
            service.repository, [ticket.item], ticket.item.title, branch, rng.choice(people),
            branched=times[0] - between(rng, MINUTE, 60 * HOUR), times=times, service=service.name,
        )  # fmt: skip
        _request(work, spell, now=now, rng=rng)
        found.append(work)
    return found


def bot_works(
    repository: str, bot: Person, *, count: int, start: datetime, now: datetime, rng: Random
) -> list[Work]:
    """Dependency updates, one commit each, most merged within days."""
    found = []
    for _ in range(count):
        at = moment(rng, start + DAY, now - HOUR)
        title, branch = words.update(rng)
        work = Work(repository, [], title, branch, bot, branched=at, times=[at], messages=[title])
        work.opened = at + between(rng, 5 * SECOND, 60 * SECOND)
        ends = office(work.opened + between(rng, HOUR, 5 * DAY), rng)
        if ends < now:
            work.merged, work.closed = (ends, None) if rng.random() < 0.8 else (None, ends)
        found.append(work)
    return found


def _roles(habits: Habits) -> dict[str, str]:
    plan = habits.plan
    by_name = {step.name: step.role for step in habits.steps}
    return {s.id: by_name.get(s.name, "") for s in (*plan.statuses, *plan.retired)}


def _commit_times(spell: Round, *, now: datetime, first: bool, rng: Random) -> list[datetime]:
    times: list[datetime] = []
    for number, (start, end) in enumerate(spell.builds):
        count = 1
        while first and number == 0 and count < 9 and rng.random() < 0.52:
            count += 1
        until = min(end or now, now)
        times += [moment(rng, start, max(until, start + SECOND)) for _ in range(count)]
    return sorted(times)


def _request(work: Work, spell: Round, *, now: datetime, rng: Random) -> None:
    """Asked for when the build status is first left, or as a draft while still building."""
    left = spell.builds[0][1]
    early = [at for at in work.times if left is None or at <= left]
    if left is not None:
        work.opened = max(early[-1] + SECOND, left - between(rng, 2 * MINUTE, 30 * MINUTE))
    elif rng.random() < 0.3:
        work.opened = work.times[0] + 30 * SECOND
    if work.opened is None or work.opened >= now:
        work.opened = None
        return
    if spell.end is None:
        return
    least = max(work.opened, work.times[-1]) + SECOND
    ends = max(least, spell.end - between(rng, 1 * MINUTE, 12 * MINUTE))
    if ends >= now:
        return
    if spell.given_up:
        work.closed = ends
    else:
        work.merged = ends

"""The tracker's content: items, their epics and ideas, numbered in order of creation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from random import Random

from simulator import words
from simulator.calendar import DAY, HOUR, MINUTE, between, moment, office
from simulator.crews import crews_of, in_turn
from simulator.journey import Journey, Surroundings
from simulator.model import Item, Move, Person
from simulator.noise import add_edits, add_flags
from simulator.plans import ITEM_TYPES, TYPE_WEIGHTS, Habits
from simulator.plants import PlantedWait, ReleaseTrain

_NO_CODE = 0.14
_EPIC_SIZE = 22


@dataclass(slots=True)
class Ticket:
    """An item with what numbering and coding still need: its service (None: no code) and its
    relations.
    """

    item: Item
    habits: Habits
    service: str | None = None
    epic: Item | None = None
    idea: Item | None = None


def open_tickets(
    habits: Habits, team: list[Person], *, count: int, slots: dict[str, list[datetime]],
    start: datetime, now: datetime, rng: Random,
) -> list[Ticket]:  # fmt: skip
    """`count` items of one stream with their history, in order of creation, ids still empty."""
    moments = sorted(_created(rng, start, now) for _ in range(count))
    crews = crews_of(habits, count=count, start=start, now=now)
    tickets, travels = [], []
    for created in moments:
        ticket = Ticket(_item(habits, created, team, rng), habits, _service(habits, rng))
        planned = slots[ticket.service] if ticket.service else []
        around = Surroundings(habits, team, planned, start, now, crews)
        travels.append(Journey(ticket.item, around, rng).travel())
        tickets.append(ticket)
        if not crews:
            in_turn(travels[-1:])
            _disturb(ticket, team, now=now, rng=rng)
    if crews:
        in_turn(travels)
        for ticket in tickets:
            _disturb(ticket, team, now=now, rng=rng)
    if habits.epics:
        _add_epics(tickets, team, start=start, now=now, rng=rng)
    if habits.plan.idea_project:
        _add_ideas(tickets, team, start=start, rng=rng)
    return tickets


def _service(habits: Habits, rng: Random) -> str | None:
    if rng.random() < _NO_CODE:
        return None
    names = list(habits.cadences)
    return rng.choices(names, [habits.cadences[name].weight for name in names])[0]


def _disturb(ticket: Ticket, team: list[Person], *, now: datetime, rng: Random) -> None:
    add_flags(ticket.item, _states(ticket.habits), now=now, rng=rng)
    add_edits(ticket.item, team, now=now, rng=rng)


def number(tickets: list[Ticket]) -> list[Item]:
    """Every item, epic and idea in order of creation; ids, keys and changelog ids are given out."""
    related = [other for t in tickets for other in (t.epic, t.idea) if other is not None]
    every = {id(item): item for item in chain((t.item for t in tickets), related)}
    items = sorted(every.values(), key=lambda item: (item.created, item.project, item.title))
    counts: dict[str, int] = {}
    for position, item in enumerate(items):
        counts[item.project] = counts.get(item.project, 0) + 1
        item.id, item.key = str(10001 + position), f"{item.project}-{counts[item.project]}"
    for ticket in tickets:
        ticket.item.epic = ticket.epic.id if ticket.epic else None
        ticket.item.idea = ticket.idea.id if ticket.idea else None
    _number_changelog(items)
    return items


def planted_waits(tickets: list[Ticket]) -> list[PlantedWait]:
    """Every stay in a planted queue, in order of its begin; ids are given out. Nothing without code
    waits for a train.
    """
    found = []
    for ticket in tickets:
        names = {status.id: status.name for status in ticket.habits.plan.statuses}
        moves = ticket.item.moves
        for move, left in zip(moves, [*moves[1:], None], strict=False):
            plant = ticket.habits.plants.get(names.get(move.to_status, ""))
            if plant is not None and (ticket.service or not isinstance(plant, ReleaseTrain)):
                until = left.at if left else None
                found.append(PlantedWait(plant, ticket.item.id, move.at, until))
    return sorted(found, key=lambda wait: (wait.since, int(wait.item)))


def _number_changelog(items: list[Item]) -> None:
    events: list[tuple[datetime, int, int, str]] = []
    for position, item in enumerate(items):
        events += [(move.at, position, n, "move") for n, move in enumerate(item.moves)]
        events += [(edit.at, position, n, "edit") for n, edit in enumerate(item.edits)]
        for n, flag in enumerate(item.flags):
            events.append((flag.start, position, n, "flag"))
            if flag.end is not None:
                events.append((flag.end, position, n, "unflag"))
    # Python's sort keeps an item's moves of one second in the order in which they were made.
    for entry, (at, position, n, kind) in enumerate(sorted(events, key=lambda event: event[:2])):
        item, new = items[position], 200001 + entry
        if kind == "move":
            item.moves[n].id = new
        elif kind == "edit":
            item.edits[n].id = new
        elif kind == "flag":
            item.flags[n].start_id = new
        else:
            item.flags[n].end_id = new
        item.updated = max(item.updated or item.created, at)
    for item in items:
        item.updated = item.updated or item.created


def _created(rng: Random, start: datetime, now: datetime) -> datetime:
    at = office(moment(rng, start, now - 2 * HOUR), rng)
    return at if at < now else now - between(rng, 10 * MINUTE, 120 * MINUTE)


def _item(habits: Habits, created: datetime, team: list[Person], rng: Random) -> Item:
    plan = habits.plan
    item = Item(
        id="", key="", project=plan.project, stream=plan.name,
        type=rng.choices(ITEM_TYPES, TYPE_WEIGHTS)[0], title=words.title(plan.name, rng),
        created=created, first_status=habits.status(habits.steps[0].name),
        reporter=rng.choice(team),
    )  # fmt: skip
    if rng.random() < 0.7:
        item.value_per_week = _value(rng, 3000)
    if rng.random() < 0.2:
        item.labels = rng.sample(("quick-win", "customer", "audit", "mobile"), k=rng.choice((1, 2)))
    return item


def _value(rng: Random, median: float) -> float:
    """Money per week, lognormal, between 500 and 20 000, in steps of 50."""
    drawn = median * math.exp(rng.gauss(0, 0.9))
    return float(50 * round(min(20_000.0, max(500.0, drawn)) / 50))


def _states(habits: Habits) -> dict[str, str]:
    return {s.id: s.state for s in (*habits.plan.statuses, *habits.plan.retired)}


def _add_epics(
    tickets: list[Ticket], team: list[Person], *, start: datetime, now: datetime, rng: Random
) -> None:
    """Neighbours in time share an epic; one epic in ten was written after its first child."""
    for first in range(0, len(tickets), _EPIC_SIZE):
        children = [t for t in tickets[first : first + _EPIC_SIZE] if rng.random() < 0.7]
        if not children:
            continue
        habits, earliest = children[0].habits, children[0].item.created
        early = between(rng, 1 * DAY, 25 * DAY) if rng.random() < 0.9 else -between(rng, HOUR, DAY)
        epic = _item(habits, min(max(start, earliest - early), now - MINUTE), team, rng)
        epic.type, epic.value_per_week = "Epic", _value(rng, 9000) if rng.random() < 0.85 else None
        _follow_children(epic, [child.item for child in children], habits, team, rng)
        for child in children:
            child.epic = epic


def _follow_children(
    epic: Item, children: list[Item], habits: Habits, team: list[Person], rng: Random
) -> None:
    """An epic starts with its first child and is done after its last, when all have ended."""
    states, build = _states(habits), next(s.name for s in habits.steps if s.role == "build")
    begun = [child.moves[0].at for child in children if child.moves]
    if not begun:
        return
    at = max(min(begun), epic.created + timedelta(seconds=1))
    epic.moves.append(Move(0, at, epic.first_status, habits.status(build), rng.choice(team)))
    if all(c.moves and states[c.moves[-1].to_status] in ("done", "cancelled") for c in children):
        last = max(at, *(child.moves[-1].at for child in children))
        ended = Move(0, last, habits.status(build), habits.status(habits.done), rng.choice(team))
        epic.moves.append(ended)


def _add_ideas(tickets: list[Ticket], team: list[Person], *, start: datetime, rng: Random) -> None:
    """A third of the stories began weeks earlier as an idea in another project."""
    for ticket in tickets:
        item, habits = ticket.item, ticket.habits
        weeks = between(rng, 7 * DAY, 70 * DAY)
        if item.type != "Story" or rng.random() > 0.5 or item.created - weeks < start:
            continue
        idea = _item(habits, office(item.created - weeks, rng), team, rng)
        idea.project, idea.type, idea.title = str(habits.plan.idea_project), "Idea", item.title
        idea.value_per_week, idea.labels = None, []
        taken = Move(
            0, item.created, idea.first_status, habits.status(habits.done), rng.choice(team)
        )
        idea.moves.append(taken)
        ticket.idea = idea

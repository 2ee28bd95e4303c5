"""The stages of a drafted stream: statuses as items really pass them, with the evidence."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from connectors.look import Column
from core.records import StatusCategory, WorkflowStatus
from metrics.workflow.histories import History
from metrics.workflow.meaning import Guess, guesses
from metrics.workflow.order import Order, order_of
from metrics.workflow.visits import NOTHING, StatusFacts, facts_of

_RANK = {StatusCategory.NEW: 0.0, StatusCategory.DONE: 2.0}
_AT_THE_END = {"done": 1, "cancelled": 2}
_FAR = float("inf")
_ENOUGH = 20
_LABEL = "label:"


@dataclass(frozen=True, slots=True)
class StageDraft:
    """A stage as it is proposed. statuses: names, or `id:10012` where a name would not do. notes:
    lines of evidence for a comment, the first of which says why it has this state. sure: False
    where a person should look at it. median_d: the longest median of its statuses, in days; None
    where no item left any.
    """

    name: str
    state: str
    statuses: tuple[str, ...]
    notes: tuple[str, ...]
    sure: bool
    median_d: float | None = None


@dataclass(frozen=True, slots=True)
class Stages:
    """stages in order; items: how many histories they rest on; order: how far items agree. unused:
    names of statuses of the board that no item passed, and that are in no stage therefore.
    """

    stages: tuple[StageDraft, ...]
    items: int
    order: Order
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Status:
    id: str
    name: str
    listed: bool
    column: str
    facts: StatusFacts
    guess: Guess


def stages_of(
    histories: Sequence[History],
    statuses: Mapping[str, WorkflowStatus],
    columns: Sequence[Column] = (),
) -> Stages:
    """The statuses that these items passed; where they are few, those of the board, too: a board
    may show statuses of other workflows.

    Statuses of one name are one stage, and so are neighbours of one column that mean the same.
    """
    passed = {visit.status for history in histories for visit in history.visits}
    shown = [id for one in columns for id in one.statuses if id in statuses and id not in passed]
    few = len(histories) < _ENOUGH
    known = [*passed, *(shown if few else ())]
    categories = _categories(known, statuses)
    place = _places(known, histories, categories, columns)
    order = order_of([history.path for history in histories], place)
    found = _found(order.statuses, histories, statuses, categories, columns)
    found.sort(key=lambda one: _AT_THE_END.get(one.guess.state, 0))
    taken: set[str] = set()
    drafts = [_stage(group, len(histories), taken) for group in _grouped(found)]
    unused = () if few else tuple(dict.fromkeys(_name(id, statuses) for id in shown))
    return Stages(tuple(drafts), len(histories), order, unused)


def _found(
    order: Sequence[str],
    histories: Sequence[History],
    statuses: Mapping[str, WorkflowStatus],
    categories: Mapping[str, StatusCategory],
    columns: Sequence[Column],
) -> list[_Status]:
    facts = facts_of(histories)
    names = {id: _name(id, statuses) for id in order}
    meant = guesses(order, names, categories, facts)
    homes = {id: one.name for one in columns for id in one.statuses}
    return [
        _Status(
            id,
            names[id],
            id in statuses and statuses[id].listed,
            homes.get(id, ""),
            facts.get(id, NOTHING),
            meant[id],
        )
        for id in order
    ]


def _name(id: str, statuses: Mapping[str, WorkflowStatus]) -> str:
    return statuses[id].name.strip() or id if id in statuses else id


def _categories(
    ids: Collection[str], statuses: Mapping[str, WorkflowStatus]
) -> dict[str, StatusCategory]:
    """Of one that is listed no more that of one with its name."""
    by_name = {one.name.casefold(): one.category for one in statuses.values() if one.listed}
    return {
        id: by_name.get(_name(id, statuses).casefold(), statuses[id].category)
        if id in statuses and not statuses[id].listed
        else statuses[id].category
        for id in ids
        if id in statuses
    }


def _places(
    ids: Sequence[str],
    histories: Sequence[History],
    categories: Mapping[str, StatusCategory],
    columns: Sequence[Column],
) -> dict[str, tuple[float, ...]]:
    """By category, by column, then by how far along items mostly first came to it."""
    column = {
        id: float(number) + at / 1_000
        for number, one in enumerate(columns)
        for at, id in enumerate(one.statuses)
    }
    along: dict[str, list[float]] = {}
    for history in histories:
        for at, id in enumerate(history.path):
            along.setdefault(id, []).append(at / len(history.path))
    means = {id: sum(found) / len(found) for id, found in along.items()}
    return {
        id: (
            _RANK.get(categories.get(id, StatusCategory.UNKNOWN), 1.0),
            column.get(id, _FAR),
            means.get(id, _FAR),
        )
        for id in dict.fromkeys(sorted(ids))
    }


def _grouped(found: Sequence[_Status]) -> list[list[_Status]]:
    groups: list[list[_Status]] = []
    for one in found:
        same = next((g for g in groups if g[0].name.casefold() == one.name.casefold()), None)
        last = groups[-1] if groups else None
        if same is not None:
            same.append(one)
        elif last and one.column and _is_one(last[-1], one):
            last.append(one)
        else:
            groups.append([one])
    return groups


def _is_one(before: _Status, one: _Status) -> bool:
    """Whether two neighbours of a column mean the same, both of them surely."""
    alike = before.column == one.column and before.guess.state == one.guess.state
    return alike and before.guess.sure and one.guess.sure


def _stage(group: Sequence[_Status], items: int, taken: set[str]) -> StageDraft:
    group = sorted(group, key=lambda one: (not one.listed, -one.facts.items))
    first = group[0]
    several = len({one.name.casefold() for one in group}) > 1
    title = " ".join((first.column if several else _short(first)).split()) or first.id
    name, number = title, 2
    while name.casefold() in taken:
        name, number = f"{title} {number}", number + 1
    taken.add(name.casefold())
    notes = [f"{first.guess.state}: {first.guess.reason}"]
    notes += [_evidence(one, items, named=len(group) > 1) for one in group]
    return StageDraft(
        name,
        first.guess.state,
        _tokens(group),
        tuple(notes),
        first.guess.sure and first.listed,
        max((one.facts.median_d for one in group if one.facts.median_d is not None), default=None),
    )


def _short(one: _Status) -> str:
    """Of a label that is a status what stands behind its `workflow::`."""
    if not one.id.startswith(_LABEL):
        return one.name
    return re.split(r":+\s*", one.name)[-1] or one.name


def _tokens(group: Sequence[_Status]) -> tuple[str, ...]:
    """A listed status by its name, once; any other by its id, behind."""
    tokens: dict[str, str] = {}
    for one in group:
        by_name = one.listed and one.name and not one.name.startswith("id:")
        key = one.name.casefold() if by_name else f"id:{one.id}"
        tokens.setdefault(key, one.name if by_name else f"id:{one.id}")
    return tuple(tokens.values())


def _evidence(one: _Status, items: int, *, named: bool) -> str:
    facts = one.facts
    who = f"{one.name}: " if named else ""
    gone = "" if one.listed else f" (id {one.id}, which the tracker lists no more)"
    if not items:
        return f"{who}on the board; there is no history to tell more"
    if not facts.items:
        return f"{who}none of {items} items passed here; it is a column of the board"
    long = f", median {long_of(facts.median_d)}" if facts.median_d is not None else ""
    now = f", {facts.ends} {'is' if facts.ends == 1 else 'are'} here now" if facts.ends else ""
    return f"{who}{facts.items} of {items} items passed here{gone}{long}{now}"


def long_of(days: float) -> str:
    """A duration in the largest unit of which there is one at least."""
    if days >= 1:
        return f"{days:.1f} d"
    hours = days * 24
    return f"{hours:.1f} h" if hours >= 1 else f"{hours * 60:.0f} min"

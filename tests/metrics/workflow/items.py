"""Items for tests: a history as a line of statuses and days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from core.records import Field, Person, Transition, WorkItem
from metrics.workflow.histories import History, history_of

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def moved(
    line: str, *, kind: str = "Story", by: str = "", resolution: str = "", owners: str = ""
) -> History:
    """`A 1 B 2.5 C`: created in A, a day later in B, two and a half later in C.

    by: who made each move, a letter each. owners: `0 anna 2 - 3 ben`: who has it from which day on.
    """
    words = line.split()
    names, days = words[::2], [float(day) for day in words[1::2]]
    at, moves = START, []
    for number, (before, after) in enumerate(pairwise(names)):
        at += timedelta(days=days[number])
        who = Person(by[number]) if by else None
        moves.append(Transition("1", at, number, Field.STATUS, before, after, actor=who))
    item = WorkItem("1", "A-1", "A", kind, "", START, at, names[-1], resolution=resolution)
    return history_of(item, [*_owned(owners), *reversed(moves)])


def _owned(told: str) -> list[Transition]:
    words, found, before = told.split(), [], None
    for number, (day, name) in enumerate(zip(words[::2], words[1::2], strict=True)):
        after = None if name == "-" else name
        at = START + timedelta(days=float(day))
        found.append(Transition("1", at, 100 + number, Field.ASSIGNEE, before, after))
        before = after
    return found

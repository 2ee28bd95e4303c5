"""What else happens to tickets: flags, and edits that only lengthen the changelog."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from simulator.calendar import DAY, HOUR, MINUTE, lognormal, office
from simulator.model import Edit, Flag, Item, Person

_FIELDS = ("assignee", "labels", "summary", "description", "priority", "Sprint")
_ENDED = ("done", "cancelled")


def add_flags(item: Item, states: dict[str, str], *, now: datetime, rng: Random) -> None:
    """Flag about one item in seven, sometimes twice; now and then nobody takes the flag away.

    states: what each status id means. Flags begin while the item is in hand, in work or in a queue.
    """
    ends = [*(move.at for move in item.moves[1:]), now]
    visits = [
        (move.at, end)
        for move, end in zip(item.moves, ends, strict=False)
        if states[move.to_status] not in _ENDED and end - move.at > 2 * MINUTE
    ]
    if not visits or rng.random() > 0.14:
        return
    free_from = item.created
    for start, end in sorted(rng.sample(visits, k=min(len(visits), rng.choice((1, 1, 1, 2))))):
        begins = max(free_from, start + (end - start) * (rng.random() * 0.9))
        begins = begins.replace(microsecond=0)
        lasts = lognormal(rng, 1.5 * DAY, 0.9) + timedelta(seconds=1)
        ends_at = None if rng.random() < 0.08 else office(begins + lasts, rng)
        if begins >= now:
            return
        if ends_at is not None and ends_at >= now:
            ends_at = None
        item.flags.append(Flag(begins, ends_at, 0, None))
        if ends_at is None:
            return
        free_from = ends_at + MINUTE


def add_edits(item: Item, team: list[Person], *, now: datetime, rng: Random) -> None:
    """A few edits each; one item in thirty has so many that a tracker cuts its changelog."""
    count = rng.randint(42, 75) if rng.random() < 0.033 else rng.randint(0, 6)
    last = max([item.created, *(move.at for move in item.moves)])
    span = int((min(now, last + 6 * HOUR) - item.created).total_seconds())
    for _ in range(count if span > 1 else 0):
        at = item.created + timedelta(seconds=rng.randrange(1, span))
        field = rng.choice(_FIELDS)
        old, new = _values(field, team, rng)
        item.edits.append(Edit(0, at, field, old, new, rng.choice(team)))
    item.edits.sort(key=lambda edit: edit.at)


def _values(field: str, team: list[Person], rng: Random) -> tuple[str | None, str | None]:
    if field == "assignee":
        old = None if rng.random() < 0.4 else rng.choice(team).name
        return old, rng.choice(team).name
    if field == "priority":
        old, new = rng.sample(("Low", "Medium", "High"), k=2)
        return old, new
    if field == "labels":
        return None, rng.choice(("quick-win", "customer", "audit"))
    number = rng.randint(1, 60)
    return f"{field} {number}", f"{field} {number + 1}"

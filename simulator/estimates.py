"""What the company's product people say that open work is worth: ranges, short lives, deadlines.

It is told in the file that `headwater values` takes; the tracker's own field holds one number for
each item. Chance is drawn from a source of its own, so that nothing else of the company moves.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import timedelta
from io import StringIO
from random import Random
from typing import Final

from simulator.model import Item, StreamPlan, World

COLUMNS: Final = (
    "key", "profile", "low", "likely", "high", "deadline", "per_week", "life_weeks", "why",
)  # fmt: skip
_DUE: Final = 3
_YOUNG: Final = timedelta(weeks=26)
"""Every third open epic that is no older has a deadline."""

_SHARE_SAID: Final = 0.6
"""Of the open items that have a value at all."""


def estimates_csv(world: World) -> str:
    """The file, with a header; the same world gives the same file."""
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for plan in world.streams:
        rng = Random(f"estimates {world.seed} {plan.name}")
        for number, epic in enumerate(_open(world, plan, ["Epic"])):
            due = number % _DUE == 0 and world.now - epic.created < _YOUNG
            writer.writerow(_deadline(world, epic, rng) if due else _range(epic, rng))
        for item in _open(world, plan, plan.item_types):
            if rng.random() < _SHARE_SAID:
                writer.writerow(_range(item, rng))
    return out.getvalue()


def _open(world: World, plan: StreamPlan, types: list[str]) -> Iterator[Item]:
    """Items with a value on which work goes on, or may begin."""
    over = {status.name for status in plan.statuses if status.state in ("done", "cancelled")}
    for item in world.items:
        if item.project == plan.project and item.type in types and item.value_per_week:
            last = item.moves[-1].to_status if item.moves else item.first_status
            if last not in over:
                yield item


def _range(item: Item, rng: Random) -> Mapping[str, object]:
    likely = item.value_per_week or 0
    told = {
        "key": item.key,
        "likely": likely,
        "low": round(likely * rng.uniform(0.5, 0.8)),
        "high": round(likely * rng.uniform(1.2, 1.6)),
        "why": "what it would save or bring a week, as product people reckon",
    }
    if rng.random() < 0.15:
        life = {"profile": "P2", "life_weeks": rng.choice([26, 39, 52])}
        return {**told, **life, "why": "others will have it, too: worth most in its first weeks"}
    return {**told, "profile": "P1"}


def _deadline(world: World, item: Item, rng: Random) -> Mapping[str, object]:
    """Nothing until then; what is lost at once, and in each week after it."""
    lost = round((item.value_per_week or 0) * rng.uniform(6, 12), -3)
    day = (world.now + timedelta(weeks=rng.randrange(5, 17))).date()
    return {
        "key": item.key,
        "profile": "P4",
        "likely": lost,
        "low": round(lost * 0.7),
        "high": round(lost * 1.6),
        "deadline": day.isoformat(),
        "per_week": round(lost / 8),
        "why": "promised to a customer for that day",
    }

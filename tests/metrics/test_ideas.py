"""When ideas were written down."""

from __future__ import annotations

import pandas as pd

from core.frames import NONE
from metrics.ideas import idea_times
from tests.metrics.history import frame


def ideas(
    created: dict[int, int], *edges: tuple[int, int]
) -> tuple[dict[int, int], tuple[int, ...]]:
    items = pd.DataFrame({"item_id": list(created), "created_ts": list(created.values())})
    found = idea_times(items, frame("item_id other_item_id", edges))
    times = dict(zip(found.times["item_id"], found.times["idea_ts"], strict=True))
    return times, found.cycles


def test_the_idea_is_the_earliest_creation_upstream() -> None:
    times, cycles = ideas({1: 50, 2: 40, 3: 10, 4: 60}, (1, 2), (2, 3), (1, 4), (4, NONE), (4, 99))
    assert times == {1: 10, 2: 10, 3: 10, 4: 60}
    assert cycles == ()


def test_a_cycle_is_cut_and_reported() -> None:
    times, cycles = ideas({1: 50, 2: 40, 3: 30}, (1, 2), (2, 1), (3, 1))
    assert times == {1: 40, 2: 40, 3: 30}
    assert cycles == (1, 2)


def test_five_levels_up_and_no_further() -> None:
    created = {n: 100 - n for n in range(1, 8)}
    times, _ = ideas(created, *((n, n + 1) for n in range(1, 7)))
    assert times[1] == created[6]

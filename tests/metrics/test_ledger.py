"""The ledger of delay cost: profiles, parents, windows; and the same day by day in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.facts import Facts, Rules, item_facts
from metrics.holders import NOTHING, DelayClock, Values
from metrics.ledger import Book, accrued, book_of, burning
from metrics.periods import DAY, WEEK, Window
from metrics.profiles import terms_of
from tests.examples import examples
from tests.metrics.history import inputs, item, path
from tests.reference.ledger import (
    ACTIVE,
    CANCELLED,
    DONE,
    NEW,
    WAITING,
    Life,
    Worth,
    ledger,
)

A11 = ((0, WAITING), (4, ACTIVE), (6, WAITING), (15, ACTIVE), (17, DONE))
ALWAYS = Window(0, 1000 * WEEK)


def values_of(worths: Mapping[int, Worth], unit: int) -> Values:
    rows = [
        {
            "profile": one.profile,
            "cents": one.cents,
            "more": one.more,
            "decay": one.decay,
            "life_s": NONE if one.life is None else round(one.life * WEEK),
            "free_s": round(one.free * WEEK),
        }
        for _, one in sorted(worths.items())
    ]
    dates = [
        NONE if one.deadline is None else one.deadline * unit for _, one in sorted(worths.items())
    ]
    none = np.full(len(rows), np.nan)
    return Values(
        np.array(sorted(worths), np.int64), terms_of(rows), np.array(dates, np.int64), none, none
    )


def facts_of_lives(lives: Sequence[Life], unit: int) -> Facts:
    moves = [
        move
        for one in lives
        for move in path(one.item, *((at * unit, status) for at, status in one.statuses))
    ]
    rows = [item(one.item, one.created * unit, one.statuses[-1][1]) for one in lives]
    return item_facts(inputs(rows, moves), Rules())


def book(
    lives: Sequence[Life],
    worths: Mapping[int, Worth],
    unit: int = WEEK,
    clock: DelayClock = "commitment",
) -> Book:
    facts = facts_of_lives(lives, unit)
    parents = pd.DataFrame(
        {
            "item_id": [one.item for one in lives],
            "parent_id": [NONE if one.parent is None else one.parent for one in lives],
        }
    )
    values = values_of(worths, unit) if worths else NOTHING
    return book_of(facts.items, facts.visits, values, parents, clock=clock)


def cost(made: Book, window: Window = ALWAYS, as_of: int = 100 * WEEK) -> int:
    return int(accrued(made, window=window, as_of=as_of).cells["cost_cents"].sum())


def test_golden_a11_by_profile() -> None:
    told = {
        "P1": (Worth(1, 1_000), 4_000, 13_000),
        "P2": (Worth(2, 1_000, life=26), 3_692, 9_750),
        "P4": (Worth(4, 2_000, more=500, deadline=10), 0, 5_500),
    }
    for worth, first, whole in told.values():
        made = book([Life(1, None, A11)], {1: worth})
        assert cost(made) == whole
        assert cost(made, Window(0, 6 * WEEK)) == first
        assert cost(made, Window(6 * WEEK, 20 * WEEK)) == whole - first


def test_a_parent_waits_with_its_critical_child() -> None:
    one = Life(1, 9, ((0, WAITING), (3, ACTIVE), (8, DONE)))
    other = Life(2, 9, ((0, NEW), (2, WAITING), (6, ACTIVE), (12, DONE)))
    made = book([one, other], {9: Worth(1, 1_000)})
    cells = accrued(made, window=ALWAYS, as_of=20 * WEEK).cells
    assert cells.groupby("item_id")["cost_cents"].sum().to_dict() == {1: 2_000, 2: 4_000}


def test_a_child_that_was_cancelled_is_on_no_path_unless_all_were() -> None:
    dropped = Life(1, 9, ((0, WAITING), (9, CANCELLED)))
    done = Life(2, 9, ((1, WAITING), (4, ACTIVE), (6, DONE)))
    cells = accrued(
        book([dropped, done], {9: Worth(1, 1_000)}), window=ALWAYS, as_of=20 * WEEK
    ).cells
    assert cells[["item_id", "cost_cents", "sunk"]].to_numpy().tolist() == [[2, 3_000, False]]
    cells = accrued(book([dropped], {9: Worth(1, 1_000)}), window=ALWAYS, as_of=20 * WEEK).cells
    assert cells[["item_id", "cost_cents", "sunk"]].to_numpy().tolist() == [[1, 9_000, True]]


def test_a_child_with_a_value_of_its_own_leaves_the_path_of_its_parent() -> None:
    lives = [
        Life(1, 9, ((0, WAITING), (5, DONE))),
        Life(2, 9, ((0, WAITING), (9, DONE))),
    ]
    made = book(lives, {2: Worth(1, 100), 9: Worth(1, 1_000)})
    cells = accrued(made, window=ALWAYS, as_of=20 * WEEK).cells
    assert cells.groupby("item_id")["cost_cents"].sum().to_dict() == {1: 5_000, 2: 900}


def test_the_clock_of_the_idea_counts_the_time_before_the_commitment() -> None:
    life = Life(1, None, ((0, NEW), (3, WAITING), (5, ACTIVE), (6, DONE)))
    assert cost(book([life], {1: Worth(1, 1_000)})) == 2_000
    long = book([life], {1: Worth(1, 1_000)}, clock="idea")
    assert cost(long) == 5_000
    waiting = Life(1, None, ((2, NEW),))
    never = book([waiting], {1: Worth(1, 1_000)}, clock="idea")
    assert cost(never, as_of=6 * WEEK) == 4_000
    assert cost(book([waiting], {1: Worth(1, 1_000)})) == 0


def test_what_burns_is_the_urgency_of_what_waits() -> None:
    lives = [Life(1, None, A11), Life(2, None, ((0, ACTIVE),)), Life(3, None, ((0, WAITING),))]
    worths = {1: Worth(2, 1_000, life=26), 2: Worth(1, 700)}
    made = book(lives, worths)
    now = burning(made, at=8 * WEEK, as_of=8 * WEEK)
    told = dict(zip(now["item_id"], now["cents_per_week"], strict=True))
    assert told == {1: round(1_000 * (26 - 6) / 26), 3: 0}
    assert now.set_index("item_id")["holder"][3] == -1


def _worth() -> st.SearchStrategy[Worth]:
    amount = st.integers(0, 10**7)
    length = st.integers(1, 6).map(float)
    return st.one_of(
        st.builds(Worth, st.just(1), amount, life=st.one_of(st.none(), length)),
        st.builds(Worth, st.just(2), amount, life=length),
        st.builds(Worth, st.just(3), amount, life=length, decay=st.floats(0, 0.5)),
        st.builds(Worth, st.just(4), amount, more=amount, deadline=st.integers(0, 50)),
        st.builds(Worth, st.just(5), amount, more=amount),
        st.builds(Worth, st.just(6), amount, free=length),
    )


@st.composite
def _life(draw: st.DrawFn, number: int) -> Life:
    days = sorted(draw(st.sets(st.integers(0, 40), min_size=1, max_size=6)))
    middle = st.sampled_from([NEW, WAITING, ACTIVE])
    steps = [draw(middle) for _ in days]
    if len(days) > 1:
        steps[-1] = draw(st.sampled_from([steps[-1], DONE, CANCELLED]))
    kept = [(days[0], steps[0])]
    kept += [
        (day, now) for (_, was), (day, now) in pairwise(zip(days, steps, strict=True)) if now != was
    ]
    parent = draw(st.sampled_from([None, 90, 91]))
    return Life(number, parent, tuple(kept))


@st.composite
def _stream(draw: st.DrawFn) -> tuple[list[Life], dict[int, Worth]]:
    lives = [draw(_life(number)) for number in range(1, draw(st.integers(2, 5)))]
    worths = {90: draw(_worth())} if draw(st.booleans()) else {}
    for life in lives:
        if draw(st.integers(0, 3)) == 0:
            worths[life.item] = draw(_worth())
    return lives, worths


@settings(max_examples=examples(120), deadline=None)
@given(_stream(), st.lists(st.integers(0, 50), max_size=3))
def test_the_ledger_is_what_counting_day_by_day_gives(
    stream: tuple[list[Life], dict[int, Worth]], cuts: list[int]
) -> None:
    lives, worths = stream
    made = book(lives, worths, DAY)
    edges = [0, *sorted(cuts), 50]
    for first, last in pairwise(edges):
        cells = accrued(made, window=Window(first * DAY, last * DAY), as_of=50 * DAY).cells
        owner = made.worth.item_id[made.holders.place[cells["holder"].to_numpy(np.int64)]]
        told = cells.assign(owner=owner).groupby(["owner", "sunk"])["cost_cents"].sum()
        found = {(int(one), bool(gone)): int(cents) for (one, gone), cents in told.items() if cents}
        assert found == ledger(lives, worths, first=first, last=last, as_of=50)


@settings(max_examples=examples(60), deadline=None)
@given(
    _stream(),
    st.sets(st.integers(0, 50 * DAY), max_size=4),
    st.sampled_from(["commitment", "idea"]),
)
def test_the_parts_of_every_split_add_up_to_the_cent(
    stream: tuple[list[Life], dict[int, Worth]], cuts: set[int], clock: DelayClock
) -> None:
    made = book(*stream, DAY, clock)
    as_of = 50 * DAY
    cells = accrued(made, window=Window(0, as_of), as_of=as_of).cells
    whole = int(cells["cost_cents"].sum())
    for column in ("holder", "item_id", "stage_id", "team", "reason", "kind"):
        assert int(cells.groupby(column)["cost_cents"].sum().sum()) == whole
    assert (cells["cost_cents"] >= 0).all()
    edges = [0, *sorted(cuts), as_of]
    parts = [cost(made, Window(low, high), as_of) for low, high in pairwise(edges)]
    assert sum(parts) == whole

"""Handoffs between assignees: by hand, and against a plain count."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.frames import NONE
from metrics.handoffs import assignee_handoffs
from tests.reference.handoffs import Membership, Move, handoffs

ANNA, ANNA_AGAIN, BEN, ROBOT, CARLA = 1, 2, 3, 4, 5
IDENTITY = {ANNA: ANNA, ANNA_AGAIN: ANNA, BEN: BEN, ROBOT: ROBOT, CARLA: CARLA}
WEB, OPS = 10, 20
TEAMS = [
    Membership(ANNA, WEB, 0, 50),
    Membership(ANNA, OPS, 50, None),
    Membership(BEN, WEB, 0, None),
]


def _counted(
    moves: list[Move], memberships: list[Membership] | None = None
) -> dict[int, tuple[int, int | None]]:
    frame = pd.DataFrame(
        [(m.item, m.ts, m.seq, m.before or NONE, m.after or NONE) for m in moves],
        columns=["item_id", "ts", "seq", "from_id", "to_id"],
    ).astype("int64")
    people = pd.DataFrame(
        [(one, who, one == ROBOT) for one, who in IDENTITY.items()],
        columns=["person_id", "identity_id", "bot"],
    )
    teams = pd.DataFrame(
        [
            (m.who, m.team, m.since, NONE if m.until is None else m.until)
            for m in (TEAMS if memberships is None else memberships)
        ],
        columns=["identity_id", "team_id", "from_ts", "to_ts"],
    ).astype("int64")
    found = assignee_handoffs(frame, people, teams)
    rows = zip(found.index, found["handoffs"], found["team_handoffs"], strict=True)
    return {int(item): (int(n), None if t == NONE else int(t)) for item, n, t in rows}


def _passed(*holders: int | None, start: int = 1) -> list[Move]:
    """An item that nobody had at first, handed on each second."""
    pairs = zip((None, *holders), holders, strict=False)
    return [Move(7, start + n, n, before, after) for n, (before, after) in enumerate(pairs)]


def test_the_example_of_the_page() -> None:
    teams = [Membership(ANNA, WEB, 0, None), Membership(BEN, WEB, 0, None)]
    teams += [Membership(CARLA, OPS, 0, None)]
    holders = _passed(ANNA, None, ANNA_AGAIN, ROBOT, BEN, CARLA, BEN)
    assert _counted(holders, teams)[7] == (3, 2)


def test_going_back_and_forth_counts_each_time() -> None:
    assert _counted(_passed(ANNA, BEN, ANNA, BEN))[7] == (3, 0)


def test_another_account_of_the_same_person_is_no_handoff() -> None:
    assert _counted(_passed(ANNA, ANNA_AGAIN, BEN))[7] == (1, 0)


def test_bots_and_nobody_are_passed_over() -> None:
    assert _counted(_passed(ANNA, ROBOT, None, ANNA, ROBOT, BEN))[7] == (1, 0)


def test_an_item_that_only_bots_had_has_no_count() -> None:
    assert _counted(_passed(ROBOT, None, ROBOT)) == {}
    assert _counted([]) == {}


def test_who_had_it_before_the_first_change_counts() -> None:
    assert _counted([Move(7, 1, 1, ANNA, BEN)])[7] == (1, 0)


def test_the_team_is_that_of_the_time_when_the_item_came_to_them() -> None:
    assert _counted(_passed(BEN, ANNA, start=40))[7] == (1, 0)
    assert _counted(_passed(BEN, ANNA, start=49))[7] == (1, 1)


def test_people_without_a_team_or_with_several_are_passed_over() -> None:
    both = [*TEAMS, Membership(BEN, OPS, 0, None)]
    assert _counted(_passed(ANNA, CARLA, ANNA))[7] == (2, 0)
    assert _counted(_passed(BEN, CARLA), both)[7] == (1, None)


def test_the_order_of_rows_does_not_matter() -> None:
    moves = _passed(ANNA, BEN, CARLA, ANNA)
    assert _counted(moves[::-1]) == _counted(moves) == {7: (3, 0)}


_HOLDER = st.sampled_from([None, *IDENTITY])
_MOVES = st.lists(
    st.builds(Move, st.integers(1, 3), st.integers(1, 9), st.integers(0, 99), _HOLDER, _HOLDER),
    max_size=14,
    unique_by=lambda move: (move.item, move.ts, move.seq),
)
_MEMBERSHIPS = st.lists(
    st.builds(
        Membership,
        st.sampled_from([ANNA, BEN, CARLA]),
        st.sampled_from([WEB, OPS]),
        st.integers(0, 9),
        st.none() | st.integers(1, 12),
    ),
    max_size=5,
    unique=True,
)


@given(_MOVES, _MEMBERSHIPS)
def test_the_counts_are_those_of_a_plain_count(
    moves: list[Move], memberships: list[Membership]
) -> None:
    assert _counted(moves, memberships) == handoffs(moves, IDENTITY, {ROBOT}, memberships)

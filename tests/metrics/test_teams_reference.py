"""Whose an item is, and what blocked it, against the plain reference; any histories."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.blocked import NOT_TOLD, REASONS, blocked_time
from metrics.periods import Window
from metrics.stretches import overlaps, remainder
from metrics.teams import assigned_teams, held_in_load, held_visits, main_teams, sole_teams
from tests.examples import examples
from tests.reference import teams as reference
from tests.reference.teams import Membership, Visit

_PEOPLE = ("anna", "ben", "cleo")
_TEAMS = ("web", "ops")
_LAST = 24
_NUMBER = {name: place for place, name in enumerate(("", *_PEOPLE))}
_STAGE = {"": 1, "web": 2, "ops": 3}
_STAGES = pd.DataFrame({"stage_id": [1, 2, 3], "team": ["", "web", "ops"]})

stretches = st.tuples(st.integers(0, _LAST), st.integers(1, 9)).map(lambda one: (one[0], sum(one)))
memberships = st.builds(
    lambda person, team, span: Membership(person, team, *span),
    st.sampled_from(_PEOPLE),
    st.sampled_from(_TEAMS),
    stretches,
)
assignments = st.lists(
    st.tuples(st.integers(1, _LAST), st.sampled_from(("", *_PEOPLE))),
    max_size=4,
    unique_by=lambda one: one[0],
).map(sorted)


@st.composite
def histories(draw: st.DrawFn) -> list[Visit]:
    cuts = sorted(draw(st.sets(st.integers(1, _LAST - 1), max_size=4)))
    edges = [0, *cuts, _LAST]
    return [
        Visit(start, end, draw(st.sampled_from(("", "", *_TEAMS))))
        for start, end in pairwise(edges)
    ]


def _visits(visits: list[Visit]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item_id": 7,
            "ordinal": range(1, len(visits) + 1),
            "episode": 1,
            "stage_id": [_STAGE[one.team] for one in visits],
            "status_id": 1,
            "state": "active",
            "reason": "",
            "start_ts": [one.start for one in visits],
            "end_ts": [one.end for one in visits],
        }
    )


def _assigned(first: str, moves: list[tuple[int, str]], members: list[Membership]) -> pd.DataFrame:
    named = [NONE if not name else _NUMBER[name] for name in (first, *(who for _, who in moves))]
    frame = pd.DataFrame(
        {
            "item_id": 7,
            "ts": [ts for ts, _ in moves],
            "seq": range(len(moves)),
            "from_id": np.array(named[:-1], np.int64),
            "to_id": np.array(named[1:], np.int64),
        }
    )
    people = pd.DataFrame(
        {"person_id": list(_NUMBER.values())[1:], "identity_id": list(_NUMBER.values())[1:]}
    )
    rows = pd.DataFrame(
        [(_NUMBER[one.person], one.person, one.team, one.start, one.end) for one in members],
        columns=["identity_id", "member", "team", "from_ts", "to_ts"],
    )
    return assigned_teams(frame, people, sole_teams(rows, rows))


@settings(max_examples=examples(150), deadline=None)
@given(
    visits=histories(),
    first=st.sampled_from(("", *_PEOPLE)),
    moves=assignments,
    members=st.lists(memberships, max_size=6),
)
def test_every_second_is_of_the_team_that_the_reference_names(
    visits: list[Visit], first: str, moves: list[tuple[int, str]], members: list[Membership]
) -> None:
    held = held_visits(_visits(visits), _STAGES, _assigned(first, moves, members))
    known = {
        second: str(row["team"])
        for row in held.to_dict("records")
        for second in range(int(row["start_ts"]), int(row["end_ts"]))
    }
    before = first if moves else ""
    wanted = {
        second: reference.holder(second, visits, moves, before, members) for second in range(_LAST)
    }
    assert known == wanted
    assert int((held["end_ts"] - held["start_ts"]).sum()) == _LAST
    items = pd.DataFrame(
        {"item_id": [7], "episode": 1, "committed_ts": 0, "done_ts": _LAST, "cancelled_ts": NONE}
    )
    main = main_teams(held_in_load(items, held), as_of=_LAST)["team"].tolist()
    counts = Counter(team for team in wanted.values() if team)
    longest = [team for team, count in counts.items() if count == max(counts.values())]
    assert main == longest[:1]  # a Counter keeps the order in which they came first


@settings(max_examples=examples(150), deadline=None)
@given(
    blocked=st.lists(stretches, max_size=3),
    by=st.fixed_dictionaries(
        {name: st.lists(stretches, max_size=3) for name in ("flag", "label", "link")}
    ),
    window=stretches,
)
def test_blocked_time_is_split_as_the_reference_splits_it(
    blocked: list[tuple[int, int]],
    by: dict[str, list[tuple[int, int]]],
    window: tuple[int, int],
) -> None:
    seconds = {one for start, end in blocked for one in range(start, end)}
    rows = [(one, one + 1, 5 if one % 4 == 0 else 6) for one in sorted(seconds)]
    visits = pd.DataFrame(rows, columns=["start_ts", "end_ts", "status_id"]).assign(
        item_id=7, episode=1, reason="blocked"
    )
    blocks = pd.DataFrame(
        [(7, kind, *span) for kind, spans in by.items() for span in spans],
        columns=["item_id", "kind", "start_ts", "end_ts"],
    )
    found = blocked_time(visits, blocks, window=Window(*window), statuses=frozenset({5}))
    spent = found.rows.assign(seconds=found.rows["end_ts"] - found.rows["start_ts"])
    told = {str(name): int(one) for name, one in spent.groupby("reason")["seconds"].sum().items()}
    status = [(one, one + 1) for one in sorted(seconds) if one % 4 == 0]
    wanted = reference.reasons(range(*window), blocked, {**by, "status": status}, REASONS, NOT_TOLD)
    assert told == dict(wanted)


@settings(max_examples=examples(100), deadline=None)
@given(a=st.lists(stretches, max_size=4), b=st.lists(stretches, max_size=4))
def test_overlap_and_remainder_share_every_second_out(
    a: list[tuple[int, int]], b: list[tuple[int, int]]
) -> None:
    apart = sorted({one for start, end in b for one in range(start, end)})
    first = pd.DataFrame(a, columns=["start_ts", "end_ts"]).assign(item_id=1)
    second = pd.DataFrame([(one, one + 1) for one in apart], columns=["start_ts", "end_ts"])
    second = second.assign(item_id=1)

    def counted(frame: pd.DataFrame) -> Counter[int]:
        spans = zip(frame["start_ts"], frame["end_ts"], strict=True)
        return Counter(one for start, end in spans for one in range(start, end))

    every = Counter(one for start, end in a for one in range(start, end))
    inside = Counter({one: count for one, count in every.items() if one in apart})
    assert counted(overlaps(first, second)) == inside
    assert counted(remainder(first, second)) == every - inside

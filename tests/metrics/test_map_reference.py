"""The map against the plain reference: any histories, any tools; the parts add up."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.map_quality import accuracies
from metrics.map_rows import PARTS, REASONS, life_rows
from metrics.map_steps import Steps, map_steps
from metrics.map_times import step_times
from metrics.map_visits import edges, first_time_right, handoffs, loops, moves, step_visits
from metrics.map_waits import TOOLS, with_tools
from tests.examples import examples
from tests.metrics.test_value_stream_map import STAGES as SIX
from tests.reference import value_stream_map as reference
from tests.reference.value_stream_map import Life, Stay, Visit

_HELD = pd.DataFrame([(70, 7, "Held", "ignored", "", "")], columns=SIX.columns)
STAGES = pd.concat([SIX, _HELD], ignore_index=True)
STATE = dict(zip(STAGES["name"], STAGES["state"], strict=True))
IDS = dict(zip(STAGES["name"], STAGES["stage_id"], strict=True))
STEP_OF = {
    "Ideas": "Ideas",
    "Ready": "Build",
    "Build": "Build",
    "Test queue": "Test",
    "Test": "Test",
    "Done": "Done",
    "Held": "Held",
}
_LAST = 40


@st.composite
def lives(draw: st.DrawFn) -> Life:
    created = draw(st.integers(0, 8))
    cuts = sorted(draw(st.lists(st.integers(created, 30), max_size=7)))
    names = [draw(st.sampled_from([*STATE, "nowhere"])) for _ in range(len(cuts) + 1)]
    places = [created, *cuts]
    ends: list[int | None] = [*cuts, None]
    stays = []
    for start, end, name in zip(places, ends, names, strict=True):
        state = STATE.get(name, "unknown")
        reason = draw(st.sampled_from(["", "", "blocked", "returned"]))
        told = reason if state in ("waiting", "active") else ""
        stays.append(Stay(start, end, name, "waiting" if told else state, told))
    done = draw(st.integers(places[-1], 32))
    begin = draw(st.integers(0, created))
    spans = {
        tool: [
            (start, start + long)
            for start, long in draw(
                st.lists(st.tuples(st.integers(0, 38), st.integers(1, 9)), max_size=2)
            )
        ]
        for tool in TOOLS
    }
    finish = draw(st.integers(begin, _LAST))
    return Life(begin, finish, created, draw(st.integers(begin, done)), done, stays, spans)


def _frames(found: list[Life]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    told = pd.DataFrame(
        [
            (n, 1, one.begin, one.finish, one.created, one.committed, one.done)
            for n, one in enumerate(found)
        ],
        columns=[
            "item_id", "episode", "begin_ts", "finish_ts", "created_ts", "committed_ts", "done_ts",
        ],
    )  # fmt: skip
    visits = pd.DataFrame(
        [
            (
                n, place, 1, IDS.get(stay.stage, NONE), 1, stay.state, stay.reason, stay.start,
                NONE if stay.end is None else stay.end,
            )
            for n, one in enumerate(found)
            for place, stay in enumerate(one.stays)
        ],
        columns=[
            "item_id", "ordinal", "episode", "stage_id", "status_id", "state", "reason",
            "start_ts", "end_ts",
        ],
    )  # fmt: skip
    spans = pd.DataFrame(
        [
            (n, tool, tool, start, end)
            for n, one in enumerate(found)
            for tool, own in one.spans.items()
            for start, end in own
        ],
        columns=["item_id", "tool", "name", "start_ts", "end_ts"],
    ).astype({"item_id": "int64", "start_ts": "int64", "end_ts": "int64"})
    return told, visits, spans


def _mapped(found: list[Life]) -> tuple[pd.DataFrame, Steps]:
    told, visits, spans = _frames(found)
    steps = map_steps(STAGES)
    return with_tools(life_rows(told, visits, steps), spans, steps), steps


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(lives(), min_size=1, max_size=4))
def test_every_second_is_where_the_reference_has_it(found: list[Life]) -> None:
    rows, steps = _mapped(found)
    spent: Counter[tuple[int, reference.Held]] = Counter()
    for row in rows.to_dict("records"):
        held = (steps.steps[row["step"]].name, PARTS[row["part"]], REASONS[row["reason"]])
        spent[row["item_id"], held] += row["end_ts"] - row["start_ts"]
    expected: Counter[tuple[int, reference.Held]] = Counter()
    for number, life in enumerate(found):
        for held, seconds in reference.ladder(life, STEP_OF).items():
            expected[number, held] += seconds
    assert +spent == expected


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(lives(), min_size=1, max_size=4))
def test_the_ladder_is_the_lead_time_to_the_second(found: list[Life]) -> None:
    rows, steps = _mapped(found)
    visits = step_visits(rows)
    times = step_times(rows, visits, steps)
    assert sum(one.lead_s for one in times) == sum(one.finish - one.begin for one in found)
    for one in times:
        waited = one.lead_s - sum(one.seconds[part] for part in PARTS if part != "waiting")
        assert one.wait_s == waited == sum(one.waits.values()) >= 0
    stays = (visits["end_ts"] - visits["start_ts"]).to_numpy(np.int64)
    assert (stays >= 0).all()
    assert stays.sum() == sum(one.finish - one.begin for one in found)


ways = st.lists(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8),
    min_size=1,
    max_size=5,
)


def _visits(told: list[list[tuple[int, int]]]) -> tuple[pd.DataFrame, list[list[Visit]]]:
    """Ways of (step, length); neighbours in one step are one visit."""
    rows, plain = [], []
    for number, way in enumerate(told):
        at, own = 10 * number, []
        for step, long in way:
            rows.append((number, 1, step, 1, 1, NONE, NONE, at, at + long))
            if own and own[-1].step == step:
                own[-1] = Visit(step, own[-1].start, at + long)
            else:
                own.append(Visit(step, at, at + long))
            at += long
        plain.append(own)
    columns = [
        "item_id", "episode", "step", "part", "reason", "stage_id", "status_id", "start_ts",
        "end_ts",
    ]  # fmt: skip
    return step_visits(pd.DataFrame(rows, columns=columns)), plain


@settings(max_examples=examples(50), deadline=None)
@given(ways)
def test_edges_loops_and_yields_are_those_of_the_reference(
    told: list[list[tuple[int, int]]],
) -> None:
    visits, plain = _visits(told)
    steps = map_steps(STAGES)
    assert {one.number for one in steps.tracker} >= set(range(6))
    made = moves(visits, steps)
    expected = reference.moved(plain)
    shares = accuracies(edges(made))
    assert {key: one.received for key, one in shares.items() if one.received} == expected.received
    assert {key: one.bounced for key, one in shares.items() if one.bounced} == +expected.bounced
    back = loops(visits, made)
    found = zip(back["from_step"], back["to_step"], back["lost_s"], strict=True)
    assert Counter(found) == Counter(expected.loops)
    assert (back["waited_s"] <= back["lost_s"]).all()
    entered, once = first_time_right(visits, 6)
    assert {n: c for n, c in enumerate(entered.tolist()) if c} == expected.entered
    assert {n: c for n, c in enumerate(once.tolist()) if c} == +expected.once


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.lists(st.sampled_from(["", "web", "ops", "qa"]), max_size=7), max_size=4))
def test_handoffs_are_those_of_the_reference(told: list[list[str]]) -> None:
    rows = [(n, 1, team, at) for n, teams in enumerate(told) for at, team in enumerate(teams)]
    held = pd.DataFrame(rows, columns=["item_id", "episode", "team", "start_ts"])
    held = held.astype({"item_id": "int64", "episode": "int64", "start_ts": "int64"})
    found = handoffs(held.assign(team=pd.Categorical(held["team"])))
    expected = [(n, *pair) for n, teams in enumerate(told) for pair in reference.handoffs(teams)]
    names = ("item_id", "from_team", "to_team")
    assert list(zip(*(found[name] for name in names), strict=True)) == expected


def test_the_reference_is_no_stub() -> None:
    life = Life(0, 30, 2, 5, 20, [Stay(2, 5, "Ideas", "new"), Stay(5, None, "Build", "active")],
                {"release": [(18, 30)]})  # fmt: skip
    assert reference.ladder(life, STEP_OF) == {
        ("Ideas", "waiting", "before_item"): 2,
        ("Ideas", "waiting", "not_started"): 3,
        ("Build", "active", ""): 15,
        ("Release", "waiting", "batch"): 10,
    }

"""The measures of the map on small examples worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.frames import NONE
from metrics.map_beside import Gap, differs, factor_words
from metrics.map_complete import field_share, filled
from metrics.map_flow import not_released, step_flow
from metrics.map_inside import follows, inside_events
from metrics.map_measure import value_stream_map
from metrics.map_paths import paths
from metrics.map_quality import accuracies, first_passes, rolled
from metrics.map_rows import life_rows
from metrics.map_steps import map_steps
from metrics.map_times import step_times
from metrics.map_visits import edges, first_time_right, loops, moves, step_visits
from metrics.map_waits import inside_steps, with_tools
from metrics.periods import DAY, Window
from tests.metrics.history import frame
from tests.metrics.tables import item_table

STAGES = pd.DataFrame(
    [
        (10, 1, "Ideas", "new", "", ""),
        (20, 2, "Ready", "waiting", "", ""),
        (30, 3, "Build", "active", "web", "added"),
        (40, 4, "Test queue", "waiting", "", ""),
        (50, 5, "Test", "active", "qa", "necessary"),
        (60, 6, "Done", "done", "", ""),
    ],
    columns=["stage_id", "ordinal", "name", "state", "team", "value"],
)
STATE = dict(zip(STAGES["stage_id"], STAGES["state"], strict=True))
NO_SPANS = frame("item_id start_ts end_ts").assign(tool="", name="")


def visits_of(*ways: list[tuple[int, int]]) -> pd.DataFrame:
    """Ways of (day, stage); the last stage lasts."""
    rows = []
    for number, way in enumerate(ways, 1):
        ends = [day * DAY for day, _ in way[1:]] + [NONE]
        for place, ((day, stage), end) in enumerate(zip(way, ends, strict=True), 1):
            rows.append((number, place, 1, stage, stage, STATE[stage], "", day * DAY, end))
    columns = "item_id ordinal episode stage_id status_id state reason start_ts end_ts"
    return pd.DataFrame(rows, columns=columns.split())


def lives_of(*ends: tuple[int, int, int]) -> pd.DataFrame:
    """(idea, done, finish) in days; committed a day after the creation, which is the idea's."""
    return pd.DataFrame(
        {
            "item_id": range(1, len(ends) + 1),
            "episode": 1,
            "begin_ts": [idea * DAY for idea, _, _ in ends],
            "created_ts": [idea * DAY for idea, _, _ in ends],
            "committed_ts": [idea * DAY + DAY for idea, _, _ in ends],
            "done_ts": [done * DAY for _, done, _ in ends],
            "finish_ts": [finish * DAY for _, _, finish in ends],
        }
    )


EXAMPLE = visits_of(
    [(0, 10), (1, 20), (3, 30), (6, 40), (8, 50), (9, 30), (10, 50), (11, 60)],
    [(0, 10), (2, 30), (4, 50), (5, 60)],
)
LIVES = lives_of((0, 11, 13), (0, 5, 5))
RELEASE = pd.DataFrame(
    [(1, "release", "waiting for release", 10 * DAY, 13 * DAY),
     (1, "change_approval", "change: normal", 6 * DAY, 7 * DAY)],
    columns=["item_id", "tool", "name", "start_ts", "end_ts"],
)  # fmt: skip


def test_the_example_of_the_page() -> None:
    steps = map_steps(STAGES)
    rows = with_tools(life_rows(LIVES, EXAMPLE, steps), RELEASE, steps)
    visits = step_visits(rows)
    times = step_times(rows, visits, steps)
    by_name = {step.name: times[step.number] for step in steps.steps}
    days = {name: one.lead_s / DAY for name, one in by_name.items() if one.lead_s}
    assert days == {"Ideas": 3, "Build": 8, "Test": 5, "Release": 2}
    assert by_name["Build"].wait_s == 2 * DAY
    assert by_name["Test"].waits == {"queue": DAY, "approval": DAY}
    assert by_name["Release"].waits == {"batch": 2 * DAY}
    made = moves(visits, steps)
    shares = {
        (steps.steps[u].name, steps.steps[v].name): (one.received, one.bounced)
        for (u, v), one in accuracies(edges(made)).items()
    }
    assert shares == {("Ideas", "Build"): (2, 0), ("Build", "Test"): (2, 1)}
    back = loops(visits, made)
    assert back["lost_s"].tolist() == [DAY]
    entered, right = first_time_right(visits, len(steps.steps))
    assert (entered[1], right[1]) == (2, 1)
    assert (by_name["Build"].repeat_s, by_name["Test"].repeat_s) == (DAY, DAY)
    told = value_stream_map(
        LIVES, times, added=[1], rolled={"rolled_complete_accurate": 0.5}, excluded={}
    )
    assert told.value["mean_d"] == 9
    assert told.value["activity_ratio"] == pytest.approx(9 / 18)
    assert told.value["cycle_efficiency"] == pytest.approx(6 / 18)


def test_rolled_complete_and_accurate_is_the_product_along_the_path() -> None:
    assert rolled([0.9, 0.8, 0.75, 0.95]) == pytest.approx(0.513)
    assert rolled([0.9, None, 0.95]) is None
    assert rolled([]) is None


def test_only_the_first_pass_of_a_path_counts() -> None:
    assert first_passes((0, 1, 2, 1, 2, 3)) == [(0, 1), (1, 2), (2, 3)]
    assert first_passes((2, 0, 1)) == [(0, 1)]


def test_queues_belong_to_the_step_after_them_and_a_last_queue_to_itself() -> None:
    more = pd.DataFrame([(70, 6, "Release train", "waiting", "ops", "")], columns=STAGES.columns)
    told = pd.concat([STAGES[STAGES["state"] != "done"], more])
    steps = [one for one in map_steps(told).steps if one.kind == "stage"]
    assert [(one.name, one.queues) for one in steps] == [
        ("Ideas", ("Ideas",)),
        ("Build", ("Ready",)),
        ("Test", ("Test queue",)),
        ("Release train", ("Release train",)),
    ]
    assert [one.phase for one in steps] == ["upstream", "work", "work", "work"]
    assert steps[1].team == "web"
    assert steps[3].team == "ops"


def test_without_stages_everything_is_one_step_of_which_nothing_is_told() -> None:
    steps = map_steps(STAGES.iloc[:0])
    assert [one.name for one in steps.tracker] == ["Idea", "In process", "Done"]
    assert steps.of_stages(pd.Series([NONE, 30])).tolist() == [steps.unmapped] * 2


def test_a_stage_that_is_called_as_a_tool_is_told_apart() -> None:
    named = STAGES.assign(name=STAGES["name"].replace("Test", "Release"))
    steps = map_steps(named)
    names = [one.name for one in steps.steps]
    assert len(set(names)) == len(names)
    assert steps.steps[steps.tools["release"]].name == "Release (tools)"


def test_an_idea_is_older_than_its_item() -> None:
    steps = map_steps(STAGES)
    lives = lives_of((0, 5, 5)).assign(begin_ts=-4 * DAY)
    rows = life_rows(lives, EXAMPLE[EXAMPLE["item_id"] == 2].assign(item_id=1), steps)
    times = step_times(rows, step_visits(rows), steps)
    assert times[0].waits == {"not_started": 2 * DAY, "before_item": 4 * DAY}


def test_ways_are_counted_and_cut_at_a_share() -> None:
    steps = map_steps(STAGES)
    ways = [[(0, 10), (1, 30), (2, 50), (3, 60)]] * 3 + [[(0, 10), (1, 50), (3, 60)]]
    lives = lives_of(*[(0, 3, 3)] * 4)
    visits = step_visits(life_rows(lives, visits_of(*ways), steps))
    for share, shown in ((0.0, 1), (0.75, 1), (0.76, 2), (1.0, 2)):
        found = paths(visits, steps, share=share)
        assert found.shown == shown
    assert [(one.steps, one.count) for one in found.paths] == [((0, 1, 2), 3), ((0, 2), 1)]
    assert paths(visits.iloc[:0], steps).covered is None


def test_work_in_progress_is_weighted_by_time_and_counts_what_is_open() -> None:
    steps = map_steps(STAGES)
    items = item_table({"item_id": 1}, {"item_id": 2})
    found = step_flow(items, EXAMPLE, steps, window=Window(0, 10 * DAY), at=9 * DAY + 1)
    assert found.now.tolist()[:3] == [0, 1, 0]
    assert found.average[:3].tolist() == pytest.approx([0.3, 0.8, 0.4])
    assert found.entered[:3].tolist() == [2, 3, 2]
    assert found.left[:3].tolist() == [2, 2, 2]


def test_what_is_done_and_not_released_waits_for_the_release() -> None:
    items = item_table(
        {"item_id": 1, "done_ts": 5, "has_code": True, "release_reason": "not_deployed"},
        {"item_id": 2, "done_ts": 5, "has_code": True, "released_ts": 20},
        {"item_id": 3, "done_ts": 5, "has_code": True, "released_ts": 8},
        {"item_id": 4, "done_ts": 5, "release_reason": "no_commits"},
        {"item_id": 5, "done_ts": 50, "has_code": True, "release_reason": "not_deployed"},
    )
    assert not_released(items, 10) == 2


def test_a_tool_touches_the_step_that_has_the_work() -> None:
    steps = map_steps(STAGES)
    rows = life_rows(LIVES, EXAMPLE, steps)
    found = inside_steps(rows, RELEASE).set_index(["step", "tool"])
    assert found.loc[(2, "change_approval"), "seconds"] == DAY
    assert found.loc[(steps.tools["release"], "release"), "seconds"] == 2 * DAY
    assert found["deliveries"].max() == 1


def test_a_step_opened_shows_what_followed_what() -> None:
    steps = map_steps(STAGES)
    rows = life_rows(LIVES, EXAMPLE, steps)
    test = rows[rows["step"] == 2]
    events = inside_events(test, RELEASE, {40: "Ready for test", 50: "Testing"})
    first = events[events["item_id"] == 1]
    assert list(zip(first["kind"], first["name"], strict=True)) == [
        ("approval", "change: normal"),
        ("status", "Ready for test"),
        ("status", "Testing"),
        ("status", "Testing"),
    ]
    told = {
        (row["from_name"], row["to_name"]): row["count"]
        for row in follows(events).to_dict("records")
    }
    assert told == {("change: normal", "Ready for test"): 1, ("Ready for test", "Testing"): 1}


def test_the_share_of_fields_says_what_would_fill_the_rest() -> None:
    held = [filled("boundaries", [(True, "a"), (False, "done"), (False, "done")])]
    assert held[0].missing == ("done",)
    assert field_share(held) == pytest.approx(1 / 3)
    assert field_share([]) is None


def test_gaps_have_a_factor_and_words() -> None:
    assert Gap("wait", "Test", "", 1.0, 8.0).factor == 8
    assert Gap("wait", "Test", "", 0.0, 8.0).factor is None
    assert factor_words(1, 8) == "8 times as long"
    assert factor_words(4, 5) == "25 % longer"
    assert factor_words(4, 1) == "75 % shorter"
    assert factor_words(0, 1) == "nothing was believed"
    assert differs(1, 2)
    assert not differs(1, 1.2)
    assert not differs(0, 0.001)


def test_nothing_delivered_is_null_with_a_reason_and_never_zero() -> None:
    steps = map_steps(STAGES)
    rows = with_tools(life_rows(LIVES.iloc[:0], EXAMPLE.iloc[:0], steps), NO_SPANS, steps)
    visits = step_visits(rows)
    times = step_times(rows, visits, steps)
    told = value_stream_map(LIVES.iloc[:0], times, added=[], rolled={}, excluded={})
    assert told.n == 0
    assert told.value["mean_d"] is None
    assert told.value["activity_ratio"] is None
    assert told.reasons == ("no_data",)
    assert np.isnan([one.lead_s for one in times]).sum() == 0
    assert loops(visits, moves(visits, steps)).empty

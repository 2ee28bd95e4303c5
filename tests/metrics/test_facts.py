"""Facts of single items, worked out by hand from the conventions of item history."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pandas as pd
import pytest

from core.frames import NONE
from metrics.facts import Facts, Rules, item_facts
from metrics.flow import efficiency, velocity
from metrics.periods import Window
from tests.metrics.history import DAY, at, facts_of, frame, inputs, item, path

NEW, WAITING, ACTIVE, DONE, CANCELLED, IGNORED, UNMAPPED = 1, 2, 3, 4, 5, 6, 9

REOPENED = (
    (at("2026-01-05T09:00"), NEW),
    (at("2026-01-06T09:00"), WAITING),
    (at("2026-01-07T09:00"), ACTIVE),
    (at("2026-01-10T09:00"), WAITING),
    (at("2026-01-12T09:00"), ACTIVE),
    (at("2026-01-13T09:00"), DONE),
    (at("2026-01-15T09:00"), ACTIVE),
    (at("2026-01-16T09:00"), DONE),
)
FLAG = (at("2026-01-08T09:00"), at("2026-01-09T09:00"))
JANUARY = Window(at("2026-01-01"), at("2026-02-01"))


def parts(facts: Facts, episode: int = 0) -> dict[str, float]:
    """Days of each part of one delivery."""
    row = facts.items.iloc[episode]
    names = ("active_s", "waiting_s", "blocked_s", "unknown_s", "ignored_s", "gap_s")
    return {name.removesuffix("_s"): row[name] / DAY for name in names}


def test_golden_a10_counts_a_flag_as_waiting_and_time_done_as_gap() -> None:
    facts = facts_of(*REOPENED, blocks=[FLAG])
    row = facts.items.iloc[0]
    assert len(facts.items) == 1
    assert (row["done_ts"] - row["committed_ts"]) / DAY == 10
    assert parts(facts) == {
        **{"active": 4, "waiting": 4, "blocked": 1, "unknown": 0, "ignored": 0, "gap": 2}
    }
    assert row["reopened"] == 1
    assert efficiency(facts.items, window=JANUARY, staged=True).value["ratio"] == 0.5
    sixteenth = Window(at("2026-01-16"), at("2026-01-17"))
    assert velocity(facts.items, window=sixteenth).value["count"] == 1
    assert velocity(facts.items, window=JANUARY).value["count"] == 1


def test_golden_a10_without_the_flag_shows_the_error_it_guards_against() -> None:
    facts = facts_of(*REOPENED)
    assert efficiency(facts.items, window=JANUARY, staged=True).value["ratio"] == 0.625


def test_golden_a10_a_flag_while_waiting_changes_the_reason_not_the_amount() -> None:
    waiting = (at("2026-01-10T09:00"), at("2026-01-11T09:00"))
    facts = facts_of(*REOPENED, blocks=[FLAG, waiting])
    assert parts(facts)["waiting"] == 4
    assert parts(facts)["blocked"] == 2


def test_overlapping_flags_count_once() -> None:
    facts = facts_of(*REOPENED, blocks=[FLAG, (FLAG[0] + 3600, FLAG[1]), FLAG])
    assert parts(facts)["blocked"] == 1


def test_an_open_flag_ends_at_done_and_does_not_reach_into_the_gap() -> None:
    facts = facts_of(*REOPENED, blocks=[(at("2026-01-12T21:00"), NONE)])
    assert parts(facts) == {
        **{"active": 3.5, "waiting": 4.5, "blocked": 1.5, "unknown": 0, "ignored": 0, "gap": 2}
    }


def test_a_blocked_status_is_waiting() -> None:
    rules = Rules(blocked_statuses=frozenset({ACTIVE}))
    facts = facts_of((0, NEW), (DAY, ACTIVE), (3 * DAY, DONE), rules=rules)
    assert parts(facts)["waiting"] == parts(facts)["blocked"] == 2
    assert parts(facts)["active"] == 0


def test_a_return_to_new_does_not_erase_the_commitment() -> None:
    facts = facts_of((0, NEW), (DAY, ACTIVE), (2 * DAY, NEW), (5 * DAY, ACTIVE), (6 * DAY, DONE))
    assert facts.items["committed_ts"].tolist() == [DAY]
    assert parts(facts)["waiting"] == 3
    assert facts.visits["reason"].tolist() == ["", "", "returned", "", ""]
    assert facts.visits["state"].tolist() == ["new", "active", "waiting", "active", "done"]


@pytest.mark.parametrize(("counted", "waiting", "ignored"), [(True, 2, 0), (False, 0, 2)])
def test_ignored_time_after_commitment_waits_unless_opted_out(
    counted: bool, waiting: int, ignored: int
) -> None:
    rules = Rules(count_ignored=counted)
    steps = ((0, IGNORED), (DAY, ACTIVE), (2 * DAY, IGNORED), (4 * DAY, DONE))
    facts = facts_of(*steps, rules=rules)
    assert facts.items["committed_ts"].tolist() == [DAY]
    assert (parts(facts)["waiting"], parts(facts)["ignored"]) == (waiting, ignored)


def test_an_unmapped_status_commits_and_is_neither_active_nor_waiting() -> None:
    facts = facts_of((0, NEW), (DAY, UNMAPPED), (3 * DAY, DONE))
    assert parts(facts)["unknown"] == 2
    assert facts.visits["stage_id"].tolist() == [10, NONE, 40]
    assert facts.visits["state"].tolist() == ["new", "unknown", "done"]


def test_from_done_to_done_is_no_new_completion() -> None:
    mapping = [(1, 10, 0), (3, 30, 0), (4, 40, 0), (7, 40, 0)]
    steps = ((0, NEW), (DAY, ACTIVE), (2 * DAY, DONE), (9 * DAY, 7))
    facts = item_facts(inputs([item(1, 0, 7)], path(1, *steps), mapping=mapping), Rules())
    assert facts.items["done_ts"].tolist() == [2 * DAY]
    assert facts.items["reopened"].tolist() == [0]


@pytest.mark.parametrize(("late", "episodes"), [(0, 1), (1, 2)])
def test_a_reopening_after_the_window_begins_a_new_delivery(late: int, episodes: int) -> None:
    left = 2 * DAY + 14 * DAY + late
    facts = facts_of((0, NEW), (DAY, ACTIVE), (2 * DAY, DONE), (left, NEW), (left + DAY, DONE))
    assert len(facts.items) == episodes
    if late:
        assert facts.items["committed_ts"].tolist() == [DAY, left]
        assert facts.items["done_ts"].tolist() == [2 * DAY, left + DAY]
        assert facts.items["gap_s"].tolist() == [0, 0]
        assert facts.items["waiting_s"].tolist() == [0, DAY]
        assert facts.visits["episode"].tolist() == [1, 1, 1, 2, 2]


def test_while_reopened_nothing_is_done_and_the_item_is_in_load() -> None:
    facts = facts_of((0, NEW), (DAY, ACTIVE), (2 * DAY, DONE), (3 * DAY, ACTIVE))
    row = facts.items.iloc[0]
    assert row["done_ts"] == NONE
    assert row["state"] == "active"
    assert velocity(facts.items, window=Window(0, 9 * DAY)).value["count"] == 0


def test_leaving_cancelled_follows_the_rule_of_reopening() -> None:
    facts = facts_of((0, ACTIVE), (DAY, CANCELLED), (2 * DAY, ACTIVE), (3 * DAY, DONE))
    assert facts.items["cancelled_ts"].tolist() == [NONE]
    assert parts(facts)["gap"] == 1
    assert facts.items["reopened"].tolist() == [0]


def test_straight_from_new_to_done_has_no_start_but_counts() -> None:
    facts = facts_of((0, NEW), (DAY, DONE))
    assert facts.items["start_reason"].tolist() == ["no_start"]
    assert facts.items["committed_ts"].tolist() == [NONE]
    assert velocity(facts.items, window=Window(0, 2 * DAY)).value["count"] == 1


def test_an_item_that_never_moved_has_one_row_in_its_status() -> None:
    facts = facts_of((7, WAITING))
    assert facts.visits[["state", "start_ts", "end_ts"]].to_numpy().tolist() == [
        ["waiting", 7, NONE]
    ]
    assert facts.items["committed_ts"].tolist() == [7]


def test_missing_history_gives_the_latest_possible_start_and_says_so() -> None:
    steps = ((0, ACTIVE), (5 * DAY, WAITING), (6 * DAY, DONE))
    row = facts_of(*steps, changelog_complete=False).items.iloc[0]
    assert row["start_reason"] == "censored_start"
    assert row["committed_ts"] == 5 * DAY
    assert row["waiting_s"] == DAY
    assert row["active_s"] == 0


def test_missing_history_that_begins_new_has_a_seen_start() -> None:
    steps = ((0, NEW), (5 * DAY, WAITING), (6 * DAY, DONE))
    row = facts_of(*steps, changelog_complete=False).items.iloc[0]
    assert row["start_reason"] == ""


def test_missing_history_without_a_change_is_known_since_the_last_update() -> None:
    given = inputs([item(1, 0, ACTIVE, changelog_complete=False, updated_ts=3 * DAY)])
    assert item_facts(given, Rules()).items["committed_ts"].tolist() == [3 * DAY]


def test_a_change_before_the_creation_is_clamped_and_counted() -> None:
    given = inputs([item(1, 10, DONE)], [(1, 4, 0, NEW, ACTIVE), (1, 20, 1, ACTIVE, DONE)])
    row = item_facts(given, Rules()).items.iloc[0]
    assert row["violations"] == 1
    assert row["committed_ts"] == 10
    assert row["active_s"] == 10


def test_changes_of_one_second_keep_their_order() -> None:
    moves = [(1, 5, 3, WAITING, DONE), (1, 5, 1, NEW, ACTIVE), (1, 5, 2, ACTIVE, WAITING)]
    visits = item_facts(inputs([item(1, 0, DONE)], moves), Rules()).visits
    assert visits["state"].tolist() == ["new", "active", "waiting", "done"]
    assert visits["start_ts"].tolist() == [0, 5, 5, 5]


def test_a_change_of_the_mapping_cuts_the_visit() -> None:
    mapping = [(2, 20, 0), (2, 30, 5 * DAY)]
    visits = item_facts(inputs([item(1, 0, WAITING)], mapping=mapping), Rules()).visits
    assert visits["state"].tolist() == ["waiting", "active"]
    assert visits["start_ts"].tolist() == [0, 5 * DAY]


def test_without_stages_the_category_of_the_vendor_decides() -> None:
    statuses = pd.DataFrame({"status_id": [1, 3, 4], "category": ["new", "active", "done"]})
    given = inputs(
        [item(1, 0, 4)],
        path(1, (0, 1), (DAY, 3), (3 * DAY, 4)),
        stages=frame("stage_id ordinal state"),
        statuses=statuses,
    )
    facts = item_facts(given, Rules())
    assert parts(facts)["active"] == 2
    assert facts.visits["stage_id"].tolist() == [NONE, NONE, NONE]
    answer = efficiency(facts.items, window=Window(0, 9 * DAY), staged=False)
    assert answer.value["ratio"] is None
    assert answer.reasons == ("no_waiting_statuses",)


def test_ideas_releases_and_types_are_looked_up_by_item() -> None:
    given = inputs(
        [item(1, 100, 1), item(2, 100, 1, type="Chore", value_cents=500)],
        ideas=frame("item_id idea_ts", [(1, 40)]),
        releases=pd.DataFrame(
            [(2, 300, 400, "", True)],
            columns=["item_id", "first_released_ts", "released_ts", "release_reason", "has_code"],
        ),
    )
    rules = Rules(kinds={"Story": "feature"}, expects_code=frozenset({"Chore"}))
    facts = item_facts(given, rules).items
    assert facts["idea_ts"].tolist() == [40, 100]
    assert facts["released_ts"].tolist() == [NONE, 400]
    assert facts["release_reason"].tolist() == ["no_commits", ""]
    assert facts["kind"].tolist() == ["feature", ""]
    assert facts["expects_code"].tolist() == [False, True]
    assert facts["has_code"].tolist() == [False, True]
    assert facts["value_cents"].tolist() == [NONE, 500]


def test_a_release_belongs_to_the_last_delivery() -> None:
    left = 30 * DAY
    steps = ((0, ACTIVE), (DAY, DONE), (left, ACTIVE), (left + DAY, DONE))
    releases = pd.DataFrame(
        [(1, 5, left + DAY, "", True)],
        columns=["item_id", "first_released_ts", "released_ts", "release_reason", "has_code"],
    )
    facts = item_facts(inputs([item(1, 0, DONE)], path(1, *steps), releases=releases), Rules())
    assert facts.items["released_ts"].tolist() == [NONE, left + DAY]
    assert facts.items["release_reason"].tolist() == ["later_episode", ""]


def test_no_items_give_empty_frames_with_all_columns() -> None:
    facts = item_facts(inputs([], [(1, 5, 0, NEW, DONE)]), Rules())
    assert len(facts.items) == len(facts.visits) == 0
    assert list(facts.items.columns) == list(facts_of((0, NEW)).items.columns)


def test_a_deleted_item_has_no_facts_and_its_changes_disturb_nobody() -> None:
    given = inputs(
        [item(1, 0, DONE, gone="deleted"), item(2, 0, DONE)],
        [*path(1, (0, NEW), (5, DONE)), *path(2, (0, ACTIVE), (9, DONE))],
    )
    assert item_facts(given, Rules()).items["done_ts"].tolist() == [9]


def test_rows_in_any_order_give_the_same_facts() -> None:
    moves = [*path(1, *REOPENED), *path(2, (at("2026-01-05T09:00"), NEW), (at("2026-01-09"), DONE))]
    items = [item(1, REOPENED[0][0], DONE), item(2, REOPENED[0][0], DONE)]
    ordered = item_facts(inputs(items, moves), Rules())
    mixed = item_facts(inputs(items[::-1], moves[::-1]), Rules())
    pd.testing.assert_frame_equal(ordered.items, mixed.items)
    pd.testing.assert_frame_equal(ordered.visits, mixed.visits)


@pytest.mark.parametrize("first_id", [1, 2**30 - 2, 2**40])
@pytest.mark.parametrize("stretch", [1, 2**34])
def test_changes_come_in_any_order_even_in_one_second(first_id: int, stretch: int) -> None:
    steps = [ACTIVE, WAITING, DONE, ACTIVE, DONE]
    moves = [
        (first_id + place, second * stretch, seq, was, to)
        for place in range(4)
        for second, seq, (was, to) in zip(
            (7, 7, 7, 8, 8), (30, 10, 20, 2, 1), pairwise([NEW, *steps]), strict=False
        )
    ]
    items = [item(first_id + place, 0, DONE) for place in range(4)]
    told = item_facts(inputs(items, sorted(moves)), Rules())
    for seed in range(5):
        mixed = Random(seed).sample(moves, len(moves))
        found = item_facts(inputs(items, mixed), Rules())
        pd.testing.assert_frame_equal(found.items, told.items)
        pd.testing.assert_frame_equal(found.visits, told.visits)


def test_a_mapping_that_changed_often_makes_more_rows_than_there_were_moves() -> None:
    """Of each item one for every change, however few rows were expected."""
    often = [(7, 20 + 10 * (day % 2), day * DAY) for day in range(30)]
    found = item_facts(inputs([item(1, 0, 7), item(2, 0, 7)], mapping=often), Rules()).visits
    assert found["item_id"].tolist() == [1] * 30 + [2] * 30
    assert found["ordinal"].tolist() == [*range(1, 31)] * 2
    assert found["start_ts"].tolist() == [day * DAY for day in range(30)] * 2
    assert found["stage_id"].tolist() == [20, 30] * 30
    assert found["end_ts"].tolist()[-2:] == [29 * DAY, NONE]

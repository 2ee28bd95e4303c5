"""Each game with items played by hand: its question is asked, and not of a healthy stream."""

from __future__ import annotations

import pandas as pd

from core.frames import NONE
from metrics.periods import DAY, Window
from metrics.questions.late_start import late_start
from metrics.questions.month_end import batch_closing, cancelled_old
from metrics.questions.parked import ignored_time, parked_work
from metrics.questions.splitting import splitting
from metrics.questions.working_days import Week
from tests.metrics.played import HOUR, WINDOW, at, delivered, healthy, rows_of, steady, visit_table
from tests.metrics.tables import Row, item_table

WEEK = Week()


def _signs(visits: pd.DataFrame, every_s: int) -> pd.DataFrame:
    rows = [
        {"item_id": item, "ts": ts}
        for item, start, end in zip(
            visits["item_id"], visits["start_ts"], visits["end_ts"], strict=True
        )
        for ts in range(start, end, every_s)
    ]
    return pd.DataFrame(rows)


def _active(items: pd.DataFrame, days: int) -> pd.DataFrame:
    return visit_table(
        *(
            {"item_id": item, "start_ts": done - days * DAY, "end_ts": done}
            for item, done in zip(items["item_id"], items["done_ts"], strict=True)
        )
    )


def test_parked_work_is_asked_of_items_that_rest_in_an_active_stage() -> None:
    items = item_table(*(delivered(n, at(10, 19 + n), expects_code=True) for n in range(1, 9)))
    visits = _active(items, 10)
    signs = rows_of("item_id ts", *((n, at(10, 9 + n, 11)) for n in range(1, 9)))
    found = parked_work(items, visits, signs, window=WINDOW, week=WEEK)
    assert found.asked
    assert found.figures == {"items": 8, "active_items": 8, "share": 1.0}
    assert [proof.id for proof in found.proofs] == list(range(1, 9))
    # From the sign on Saturday the 10th to the end on Tuesday the 20th: seven working days begin.
    assert found.proofs[0].note == "7 working days without a sign of work"
    assert found.since_ts == at(10, 10, 11)


def test_parked_work_is_quiet_where_something_happens_within_five_working_days() -> None:
    items = healthy()
    visits = _active(items, 6)
    busy = parked_work(items, visits, _signs(visits, 2 * DAY), window=WINDOW, week=WEEK)
    assert not busy.asked
    assert busy.figures["items"] == 0
    uncoded = items.assign(expects_code=False)
    few = rows_of("item_id ts", (1, at(9, 1)))
    assert not parked_work(uncoded, visits, few, window=WINDOW, week=WEEK).asked


def test_a_weekend_is_no_rest_and_five_working_days_are_not_more_than_five() -> None:
    items = item_table(*(delivered(n, at(10, 12), expects_code=True) for n in range(1, 9)))
    visits = _active(items, 7)  # Monday 10:00 to Monday 10:00
    other = rows_of("item_id ts", (99, at(9, 1)))
    found = parked_work(items, visits, other, window=WINDOW, week=WEEK)
    assert not found.asked
    longer = visits.assign(end_ts=visits["end_ts"] + DAY)
    assert parked_work(items, longer, other, window=WINDOW, week=WEEK).asked


def test_parked_work_says_so_where_no_tool_tells_of_work() -> None:
    found = parked_work(healthy(), visit_table(), rows_of("item_id ts"), window=WINDOW, week=WEEK)
    assert not found.asked
    assert "no commit" in found.not_looked_at


def test_ignored_time_is_asked_where_it_doubles_to_a_tenth() -> None:
    items = healthy()
    rows: list[Row] = []
    before = WINDOW.from_ts - 30 * DAY
    for n in range(1, 11):
        rows.append({"item_id": n, "start_ts": before, "end_ts": before + 9 * DAY})
        rows.append({"item_id": n, "start_ts": WINDOW.from_ts, "end_ts": WINDOW.from_ts + 7 * DAY})
        rows.append(
            {
                **{"item_id": n, "ordinal": 2, "state": "ignored", "reason": "ignored"},
                **{"start_ts": WINDOW.from_ts + 7 * DAY, "end_ts": WINDOW.from_ts + 9 * DAY},
            }
        )
    found = ignored_time(items, visit_table(*rows), window=WINDOW)
    assert found.asked
    assert found.figures == {"share": 2 / 9, "share_before": 0.0, "items": 10}
    same = [*rows, {**rows[2], "start_ts": before + 9 * DAY, "end_ts": before + 40 * DAY}]
    assert not ignored_time(items, visit_table(*same), window=WINDOW).asked
    alone = visit_table(*rows[1:3])
    assert "before" in ignored_time(items, alone, window=WINDOW).not_looked_at


def test_late_start_is_asked_where_code_is_older_than_the_commitment() -> None:
    items = healthy()
    usual = rows_of(
        "item_id first_ts",
        *((n, c + HOUR) for n, c in zip(items["item_id"], items["committed_ts"], strict=True)),
    )
    quiet = late_start(items, usual, window=WINDOW)
    assert not quiet.asked
    assert quiet.figures["share"] == 0
    moved = items.assign(committed_ts=items["done_ts"] - HOUR // 2, active_s=HOUR // 2)
    found = late_start(moved, usual, window=WINDOW)
    assert found.asked
    assert found.figures["commit_before_commitment"] == 45
    assert found.figures["active_under_an_hour"] == 45
    assert found.proofs[0].note == "first commit 3.9 days before the commitment"
    assert late_start(items, usual.iloc[:0], window=WINDOW).not_looked_at


def _numbers(rows: list[Row]) -> list[int]:
    return [int(str(row["item_id"])) for row in rows]


def test_splitting_is_asked_of_twice_the_items_with_half_the_commits() -> None:
    before = steady(40, first=101, begin_ts=WINDOW.from_ts - WINDOW.seconds)
    now = steady(90)
    items = item_table(*before, *now)
    commits = rows_of(
        "item_id commits",
        *((n, 4 + n % 3) for n in _numbers(before)),
        *((n, 1 + n % 2) for n in _numbers(now)),
    )
    alone = rows_of("item_id parent_id", *((n, NONE) for n in _numbers([*before, *now])))
    found = splitting(items, commits, alone, window=WINDOW)
    assert found.asked
    assert (found.figures["items"], found.figures["items_before"]) == (90, 40)
    assert found.figures["parent_p50_d"] is None
    assert "not known" in found.seen
    same = commits.assign(commits=4)
    assert not splitting(items, same, alone, window=WINDOW).asked
    fewer = item_table(*before, *now[:45])
    assert not splitting(fewer, commits, alone, window=WINDOW).asked
    assert splitting(item_table(*now), commits, alone, window=WINDOW).not_looked_at


def test_smaller_items_are_no_question_where_parents_become_faster() -> None:
    before = steady(40, first=101, begin_ts=WINDOW.from_ts - WINDOW.seconds)
    now = steady(90)
    items = item_table(*before, *now)
    sizes = [(n, 4 + n % 3) for n in _numbers(before)], [(n, 1) for n in _numbers(now)]
    commits = rows_of("item_id commits", *sizes[0], *sizes[1])
    # Eight parents before, each of items eight days apart; fifteen now, each of neighbours.
    slow = [(n, 900 + n % 8) for n in _numbers(before)]
    quick = [(n, 950 + (n - 1) % 45 // 3) for n in _numbers(now)]
    as_long = [(n, 950 + n % 8) for n in _numbers(now)]
    faster = rows_of("item_id parent_id", *slow, *quick)
    found = splitting(items, commits, faster, window=WINDOW)
    assert not found.asked
    days = found.figures["parent_p50_d"], found.figures["parent_p50_d_before"]
    assert days[0] is not None
    assert days[1] is not None
    assert days[0] < 0.8 * days[1]
    unchanged = rows_of("item_id parent_id", *slow, *as_long)
    assert splitting(items, commits, unchanged, window=WINDOW).asked


def test_batch_closing_is_asked_where_months_end_in_closings_without_a_release() -> None:
    assert not batch_closing(healthy(), window=WINDOW, week=WEEK).asked
    # The last two working days of October 2026 are Thursday the 29th and Friday the 30th.
    late = [delivered(200 + n, at(10, 30, 12 + n % 5), released_ts=NONE) for n in range(12)]
    found = batch_closing(item_table(*steady(), *late), window=WINDOW, week=WEEK)
    assert found.asked
    assert found.figures["items"] == 16  # two usual ones of each month, and these
    assert found.figures["released_near"] == 4
    live = [{**row, "released_ts": at(10, 31)} for row in late]
    assert not batch_closing(item_table(*steady(), *live), window=WINDOW, week=WEEK).asked
    part = Window(at(10, 5), at(10, 31))
    assert "whole month" in batch_closing(healthy(), window=part, week=WEEK).not_looked_at


def test_cancelling_is_asked_where_the_end_of_a_month_takes_the_old_ones() -> None:
    usual = [_cancelled(n, at(10, 1 + n), 10 + n) for n in range(1, 13)]
    old = [_cancelled(50 + n, at(10, 28, 9 + n), 200 + n) for n in range(7)]
    young = [_cancelled(50 + n, at(10, 28, 9 + n), 11 + n) for n in range(7)]
    found = cancelled_old(item_table(*usual, *old), window=WINDOW, week=WEEK)
    assert found.asked
    assert found.figures["age_p50_d"] == 203
    assert found.figures["items"] == 7
    assert found.proofs[0].note == "200 days old"
    assert not cancelled_old(item_table(*usual, *young), window=WINDOW, week=WEEK).asked
    few = cancelled_old(item_table(*usual, *old[:3]), window=WINDOW, week=WEEK)
    assert "fewer than five" in few.not_looked_at


def _cancelled(number: int, ts: int, age_d: int) -> Row:
    return {"item_id": number, "cancelled_ts": ts, "created_ts": ts - age_d * DAY}

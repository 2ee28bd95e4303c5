"""The working day that P17 and P18 live through: as much as the page of scaling assumes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bench.workday import BEGIN, QUARTERS, Workday
from core.records import Commit, Deployment, MergeRequest, Transition, WorkItem


def _day(engineers: int) -> Workday:
    work = Workday(engineers, 0)
    list(work.before())
    work.made.clear()
    return work


def test_a_day_has_as_many_records_of_each_kind_as_is_assumed() -> None:
    work = _day(1_000)
    for number in range(QUARTERS):
        work.quarter(number)
    assert work.made == Counter(
        {"items": 400, "status changes": 3_200, "commits": 2_000, "merge requests": 500,
         "builds": 2_000, "deployments": 200, "incidents": 10}
    )  # fmt: skip


def test_a_fifth_of_it_falls_into_the_busiest_hour() -> None:
    work = _day(1_000)
    hours: Counter[int] = Counter()
    for number in range(QUARTERS):
        before = work.made.total()
        work.quarter(number)
        hours[number // 4] += work.made.total() - before
    ((_, busiest),) = hours.most_common(1)
    assert busiest / hours.total() == pytest.approx(0.2, abs=0.01)


def test_what_happens_in_a_quarter_happens_within_it() -> None:
    work = _day(500)
    for number in range(QUARTERS):
        begin = BEGIN + timedelta(minutes=15 * number)
        for at, _ in work.quarter(number):
            assert begin <= at < begin + timedelta(minutes=15)


def test_the_changes_of_a_ticket_join_and_lead_to_the_status_that_it_has() -> None:
    work = Workday(200, 1)
    happened = [one for part in work.before() for _, one in part]
    happened += [one for number in range(QUARTERS) for _, one in work.quarter(number)]
    at: dict[str, Transition] = {}
    last = {one.id: one for one in happened if isinstance(one, WorkItem)}
    for one in happened:
        if isinstance(one, Transition):
            before = at.get(one.item)
            assert one.from_id == (before.to_id if before else "1")
            assert before is None or one.at > before.at
            at[one.item] = one
    assert {key: one.to_id for key, one in at.items()} == {key: last[key].status_id for key in at}
    assert any(one.resolved_at for one in last.values())


def test_what_is_deployed_was_merged_and_what_is_merged_has_its_commits() -> None:
    work = _day(500)
    happened = [one for number in range(QUARTERS) for _, one in work.quarter(number)]
    commits = {one.sha for one in happened if isinstance(one, Commit)}
    merged = {one.merge_sha for one in happened if isinstance(one, MergeRequest)}
    deployed = {one.sha for one in happened if isinstance(one, Deployment)}
    assert deployed
    assert deployed <= merged <= commits
    for one in happened:
        if isinstance(one, MergeRequest):
            assert set(one.commits or ()) <= commits


def test_the_same_seed_gives_the_same_day() -> None:
    one, other = _day(200), _day(200)
    assert one.quarter(40) == other.quarter(40)
    assert one.quarter(41) != other.quarter(42)

"""A history is the visits of statuses, whatever else changed meanwhile."""

from __future__ import annotations

from datetime import timedelta

from tests.metrics.workflow.items import START, moved


def test_visits_follow_each_other_from_creation_to_now() -> None:
    visits = moved("Open 1 Doing 2.5 Done").visits
    days = [(v.status, (v.entered_at - START) / timedelta(days=1)) for v in visits]
    assert days == [("Open", 0.0), ("Doing", 1.0), ("Done", 3.5)]
    assert [v.left_at for v in visits] == [visits[1].entered_at, visits[2].entered_at, None]


def test_an_item_that_never_moved_has_one_open_visit() -> None:
    (visit,) = moved("Open").visits
    assert (visit.status, visit.entered_at, visit.left_at) == ("Open", START, None)


def test_a_move_to_where_it_is_already_is_none() -> None:
    assert [v.status for v in moved("Open 1 Open 1 Done").visits] == ["Open", "Done"]


def test_a_path_has_each_status_where_it_was_first_passed() -> None:
    assert moved("Open 1 Doing 1 Test 1 Doing 1 Test 1 Done").path == (
        "Open",
        "Doing",
        "Test",
        "Done",
    )


def test_somebody_has_it_in_the_visits_that_their_time_touches() -> None:
    found = moved("Open 1 Ready 1 Doing 1 Done", owners="2.2 anna 2.8 -")
    assert [v.assigned for v in found.visits] == [False, False, True, False]


def test_who_it_was_taken_from_had_it_before() -> None:
    found = moved("Open 1 Doing 1 Done", owners="0 anna 1.5 ben")
    assert [v.assigned for v in found.visits] == [True, True, True]


def test_handed_on_is_told_where_both_movers_are_known() -> None:
    found = moved("Open 1 Doing 1 Test 1 Done", by="aab")
    assert [v.handed for v in found.visits] == [None, False, True, None]

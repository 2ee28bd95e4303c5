"""What items did in each status, worked out by hand."""

from __future__ import annotations

from metrics.workflow.visits import facts_of
from tests.metrics.workflow.items import moved


def test_time_is_that_of_an_item_over_all_its_visits() -> None:
    found = facts_of(
        [
            moved("Open 1 Doing 2 Test 1 Doing 3 Done"),  # 5 days of Doing
            moved("Open 3 Doing 1 Done"),
            moved("Open 2 Doing"),  # still there: how long is not known
        ]
    )
    doing = found["Doing"]
    assert (doing.items, doing.visits, doing.ends) == (3, 3, 1)
    assert doing.median_d == 3.0
    assert found["Open"].median_d == 2.0
    assert found["Done"].median_d is None
    assert found["Test"].items == 1


def test_shares_count_ended_visits_only() -> None:
    found = facts_of(
        [
            moved("Open 1 Ready 1 Doing 1 Done", by="abb", owners="2 anna"),
            moved("Open 1 Ready 1 Doing 1 Done", by="aab", owners="1 ben"),
            moved("Open 1 Ready", by="a"),
        ]
    )
    assert found["Ready"].unassigned == 0.5
    assert (found["Ready"].handed, found["Ready"].handed_of) == (0.5, 2)
    assert found["Open"].handed is None


def test_resolutions_are_those_of_items_that_are_there_now() -> None:
    found = facts_of(
        [moved("Open 1 Closed", resolution="Fixed"), moved("Open 1 Closed"), moved("Open")]
    )
    assert found["Closed"].resolutions == ("Fixed",)


def test_nothing_is_known_of_no_history() -> None:
    assert facts_of([]) == {}

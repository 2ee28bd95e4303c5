"""Time by tool of a window: shares that add up, unknown parts by reason, thin samples withheld."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from core.frames import NONE
from metrics.measure import Measure
from metrics.periods import DAY, Window
from metrics.time_by_tool import days_so_far, in_flight, time_by_tool, tool_cohort
from metrics.tool_time import TOOLS, UNLINKED
from tests.metrics.tables import item_table

WINDOW = Window(100 * DAY, 200 * DAY)


def times(item: int, tracker: float, **days: float) -> dict[str, Any]:
    """A row of `tool_time`; a tool without days is not linked."""
    row: dict[str, Any] = {"item_id": item, "idea_ts": 0, "released_ts": 0}
    row["tracker_s"] = int(tracker * DAY)
    for tool in TOOLS:
        known = tool in days
        row[f"{tool}_s"] = int(days[tool] * DAY) if known else NONE
        row[f"{tool}_union_s"] = int(days[tool] * 2 * DAY) if known else NONE
        row[f"{tool}_reason"] = "" if known else UNLINKED[tool]
    return row


def items(*days: float, **more: Any) -> pd.DataFrame:
    """Released on day 150, so many days after the idea; numbered from 1."""
    at = 150 * DAY
    return item_table(
        *(
            {"item_id": n, "idea_ts": int(at - one * DAY), "done_ts": at, "released_ts": at, **more}
            for n, one in enumerate(days, start=1)
        )
    )


def told(rows: list[dict[str, Any]], *days: float) -> Measure:
    return time_by_tool(items(*days), pd.DataFrame(rows), window=WINDOW)


def test_the_worked_example() -> None:
    rows = [
        times(1, 2, review=2, ci=1, change_approval=3, waiting_for_release=2),
        times(2, 1, review=4, waiting_for_release=1),
        times(3, 4),
    ]
    found = told(rows, 10, 6, 4)
    shares = {name: one for name, one in found.value.items() if name.endswith("_share")}
    assert shares == {
        "tracker_share": 0.15,
        "review_share": 0.3,
        "ci_share": 0.05,
        "change_approval_share": 0.15,
        "waiting_for_release_share": 0.15,
        "tracker_unlinked_share": 0.2,
    }
    assert (found.n, found.value["p50"], found.parts["total_d"]) == (3, 6, 20)
    assert (found.value["review_p50"], found.value["review_p85"]) == (2, 4)
    assert (found.value["review_d"], found.value["review_union_d"]) == (6, 12)
    counts = {name: one for name, one in found.parts.items() if name != "total_d"}
    assert counts == {
        "tracker_n": 2, "review_n": 2, "ci_n": 1, "change_approval_n": 1,
        "waiting_for_release_n": 2, "tracker_unlinked_n": 1, "ci_no_builds_linked": 2,
        "change_approval_no_changes": 2, "review_no_requests": 1,
        "waiting_for_release_no_requests": 1,
    }  # fmt: skip


def test_what_is_never_linked_has_no_value_and_is_not_zero() -> None:
    found = told([times(1, 1, review=3)], 4)
    of_ci = {found.value[f"ci_{name}"] for name in ("p50", "p85", "d", "union_d", "share")}
    assert of_ci == {None}
    assert found.parts["ci_n"] == 0
    assert found.value["tracker_unlinked_share"] is None


def test_what_is_linked_and_took_no_time_is_zero() -> None:
    found = told([times(1, 4, ci=0)], 4)
    assert (found.value["ci_d"], found.value["ci_share"], found.value["ci_p50"]) == (0, 0, 0)


@pytest.mark.parametrize(("known", "withheld"), [(4, {"p50", "p85"}), (18, {"p85"}), (19, set())])
def test_a_part_of_which_few_items_tell_is_withheld_by_itself(
    known: int, withheld: set[str]
) -> None:
    rows = [times(n, 1, **({"ci": 1} if n <= known else {}), review=2) for n in range(1, 21)]
    found = told(rows, *([4] * 20))
    names = {name for name in ("p50", "p85") if f"ci_{name}" in found.withheld}
    assert names == withheld
    assert not {"review_p50", "review_p85"} & set(found.withheld)


def test_items_are_left_out_as_by_idea_to_release_and_where_no_times_were_kept() -> None:
    table = pd.concat(
        [
            items(10, 6),
            items(4, released_ts=NONE, release_reason="not_deployed").assign(item_id=3),
            items(4).assign(item_id=4, released_ts=300 * DAY, done_ts=290 * DAY),
        ]
    )
    found = tool_cohort(table, pd.DataFrame([times(1, 10), times(4, 4)]), window=WINDOW)
    assert found.included["item_id"].tolist() == [1]
    assert found.excluded == {"not_deployed": 1, "not_kept": 1}
    assert found.included["idea_ts"].tolist() == [140 * DAY]  # that of the delivery


def test_only_the_kinds_that_are_asked_for() -> None:
    table = items(10, 6).assign(kind=["feature", "defect"])
    both = pd.DataFrame([times(1, 10), times(2, 6)])
    found = time_by_tool(table, both, window=WINDOW, kinds=["defect"])
    assert (found.n, found.parts["total_d"]) == (1, 6)


def test_an_empty_window_says_so() -> None:
    found = time_by_tool(items(), pd.DataFrame([times(1, 1)]).iloc[:0], window=WINDOW)
    assert (found.n, found.reasons) == (0, ("no_data",))
    assert set(found.value.values()) == {None}


@pytest.mark.parametrize(
    ("more", "flies"),
    [
        ({}, True),
        ({"committed_ts": NONE}, False),
        ({"committed_ts": 101 * DAY}, False),
        ({"committed_ts": 100 * DAY}, True),
        ({"cancelled_ts": 100 * DAY}, False),
        ({"cancelled_ts": 101 * DAY}, True),
        ({"done_ts": 90 * DAY, "release_reason": "not_deployed"}, True),
        ({"done_ts": 90 * DAY, "release_reason": "no_commits"}, False),
        ({"done_ts": 101 * DAY, "release_reason": "no_commits"}, True),
        ({"done_ts": 90 * DAY, "release_reason": "deployments_unknown"}, False),
        ({"done_ts": 90 * DAY, "released_ts": 100 * DAY}, False),
        ({"done_ts": 90 * DAY, "released_ts": 101 * DAY}, True),
    ],
)
def test_in_flight_is_what_began_and_is_neither_live_nor_over(
    more: dict[str, Any], flies: bool
) -> None:
    table = item_table({"item_id": 1, "committed_ts": 50 * DAY, **more})
    assert len(in_flight(table, at=100 * DAY)) == flies


def test_an_item_that_came_back_is_in_flight_once() -> None:
    begun = {"item_id": 1, "release_reason": "not_deployed"}
    table = item_table(
        {**begun, "episode": 2, "committed_ts": 70 * DAY},
        {**begun, "episode": 1, "committed_ts": 50 * DAY, "done_ts": 60 * DAY},
    )
    assert in_flight(table, at=100 * DAY)["episode"].tolist() == [2]


def test_the_example_of_items_in_flight() -> None:
    rows = pd.DataFrame([times(1, 5, review=3), times(2, 2)])
    found = days_so_far(rows.assign(seconds=[8 * DAY, 2 * DAY]))
    assert (found["total_d"], found["review_share"], found["tracker_share"]) == (10, 0.3, 0.5)
    assert (found["tracker_unlinked_share"], found["ci_share"], found["ci_d"]) == (0.2, None, None)
    assert (found["review_n"], found["ci_n"], found["ci_no_builds_linked"]) == (1, 0, 2)
    assert not {name for name in found if name.endswith(("p50", "p85"))}

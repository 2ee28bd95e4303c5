"""The partition of an item's life by tool: the golden vector, odd cases, and the slow reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.tool_spans import Linked, Records, spans_of
from metrics.tool_time import TOOLS, Spans, is_unlinked, tool_times
from tests.examples import examples
from tests.reference import time_by_tool as reference
from tests.reference.time_by_tool import Life

HOUR = 3600
COLUMNS = ["item_id", "start_ts", "end_ts"]


def ts(value: int | None) -> int:
    return NONE if value is None else value


def frame(rows: list[tuple[int, ...]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns).astype("int64")


def fast(lives: Sequence[Life]) -> pd.DataFrame:
    """The lives as items 0, 1, ..; the frames in another order than the items."""
    numbered = list(enumerate(lives))[::-1]
    builds = [(n, ts(a), ts(b)) for n, one in numbered for a, b in one.builds]
    approvals = [(n, ts(a), ts(b)) for n, one in numbered for a, b in one.approvals]
    requests = [
        (n, ts(a), ts(b), ts(merged)) for n, one in numbered for (a, b), merged in one.requests
    ]
    spans = Spans(
        frame(builds, COLUMNS),
        frame(approvals, COLUMNS),
        frame(requests, [*COLUMNS, "merged_ts"]),
    )
    return tool_times(frame([(n, one.start, one.end) for n, one in numbered], COLUMNS), spans)


def one(life: Life) -> dict[str, Any]:
    return {str(name): value for name, value in fast([life]).to_dict("records")[0].items()}


def hours(row: dict[str, Any]) -> list[float]:
    return [row[f"{name}_s"] / HOUR for name in ("tracker", *TOOLS)]


def test_the_golden_vector() -> None:
    life = Life(
        0,
        40 * HOUR,
        builds=[(11 * HOUR, 13 * HOUR)],
        approvals=[(22 * HOUR, 30 * HOUR)],
        requests=[((10 * HOUR, 20 * HOUR), 20 * HOUR)],
    )
    row = one(life)
    assert hours(row) == [10, 2, 8, 8, 12]
    assert [row[f"{tool}_union_s"] / HOUR for tool in TOOLS] == [2, 8, 10, 20]


def test_of_several_builds_at_once_the_time_counts_once() -> None:
    row = one(Life(0, 100, builds=[(10, 30), (20, 40), (20, 25), (90, 120)]))
    assert (row["ci_s"], row["ci_union_s"], row["tracker_s"]) == (40, 40, 60)


def test_what_is_linked_and_took_no_time_is_zero_and_what_is_not_linked_is_unknown() -> None:
    row = one(Life(0, 100, builds=[(50, 50)], requests=[((120, 130), 130)]))
    assert (row["ci_s"], row["ci_reason"]) == (0, "")
    assert (row["review_s"], row["waiting_for_release_s"]) == (0, 0)
    assert (row["change_approval_s"], row["change_approval_reason"]) == (NONE, "no_changes")
    assert row["tracker_s"] == 100


def test_a_request_that_is_open_lasts_and_nothing_waits_for_release() -> None:
    row = one(Life(0, 100, requests=[((30, None), None)]))
    assert (row["review_s"], row["tracker_s"]) == (70, 30)
    assert (row["waiting_for_release_s"], row["waiting_for_release_reason"]) == (NONE, "not_merged")


def test_the_last_merge_before_the_end_begins_the_wait() -> None:
    merges = [((10, 20), 20), ((30, 50), 50), ((110, 120), 120)]
    assert one(Life(0, 100, requests=merges))["waiting_for_release_s"] == 50


def test_nothing_at_all_is_linked() -> None:
    table = fast([Life(0, 100), Life(0, 100, builds=[(None, None)])])
    assert table["tracker_s"].tolist() == [100, 100]
    assert is_unlinked(table).tolist() == [True, False]
    assert table["ci_reason"].tolist() == ["no_builds_linked", "no_build_times"]


def test_an_item_that_was_released_before_its_idea_took_no_time() -> None:
    row = one(Life(100, 40, builds=[(0, 200)], requests=[((10, 20), 20)]))
    assert [row[f"{name}_s"] for name in ("tracker", *TOOLS)][:2] == [0, 0]
    assert row["waiting_for_release_s"] == 0


def test_no_item_and_no_span() -> None:
    table = fast([])
    assert len(table) == 0
    assert "waiting_for_release_reason" in table


moment = st.integers(0, 60)
open_end = st.one_of(st.none(), moment)
span = st.one_of(st.tuples(moment, open_end), st.just((None, None)))
request = st.tuples(span, open_end)
lives = st.builds(
    Life,
    start=moment,
    end=moment,
    builds=st.lists(span, max_size=4),
    approvals=st.lists(span, max_size=3),
    requests=st.lists(request, max_size=4),
)


@given(st.lists(lives, max_size=3))
@settings(max_examples=examples(80), deadline=None)
def test_fast_and_slow_agree_and_the_parts_add_up(given_lives: list[Life]) -> None:
    table = fast(given_lives)
    for life, row in zip(given_lives, table.to_dict("records"), strict=True):
        told = reference.time_by_tool(life)
        for tool in TOOLS:
            assert row[f"{tool}_s"] == ts(told.parts[tool])
            assert row[f"{tool}_union_s"] == ts(told.unions[tool])
            assert row[f"{tool}_reason"] == told.reasons[tool]
        known = [row[f"{tool}_s"] for tool in TOOLS if row[f"{tool}_s"] != NONE]
        assert row["tracker_s"] == told.tracker
        assert row["tracker_s"] + sum(known) == max(0, life.end - life.start)


def _records(**changed: Any) -> Records:
    build = {"build_id": 1, "result": "success", "queued_ts": 5, "started_ts": 9}
    change = {"change_id": 1, "requested_ts": 10, "approved_ts": 20, "started_ts": 30}
    asked = {"merge_request_id": 1, "state": "merged", "created_ts": 1, "merged_ts": 8}
    rows = [build | {"finished_ts": 12}, change | {"closed_ts": 40}, asked | {"closed_ts": NONE}]
    return Records(*(pd.DataFrame([row | _own(row, changed)]) for row in rows))


def _own(row: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    kind = next(iter(row)).removesuffix("_id")
    given_here: dict[str, Any] = changed.get(kind, {})
    return given_here


def _span(kind: str, **changed: Any) -> tuple[int, int]:
    names = ("build_id", "change_id", "merge_request_id")
    linked = Linked(*(pd.DataFrame({"item_id": [7, 7], name: [1, 1]}) for name in names))
    spans = spans_of(linked, _records(**{kind: changed}))
    found = {"build": spans.builds, "change": spans.approvals, "merge_request": spans.requests}
    (row,) = found[kind].to_dict("records")
    assert row["item_id"] == 7
    return row["start_ts"], row["end_ts"]


def test_a_build_begins_in_the_queue() -> None:
    assert _span("build") == (5, 12)
    assert _span("build", queued_ts=NONE) == (9, 12)


def test_only_a_build_that_runs_lasts() -> None:
    assert _span("build", finished_ts=NONE, result="running") == (5, NONE)
    assert _span("build", finished_ts=NONE, result="waiting")[0] == NONE
    assert _span("build", finished_ts=NONE, result="canceled")[0] == NONE


def test_approval_ends_with_the_approval_or_else_where_the_work_began() -> None:
    assert _span("change") == (10, 20)
    assert _span("change", approved_ts=NONE) == (10, 30)
    assert _span("change", approved_ts=NONE, started_ts=NONE) == (10, 40)
    assert _span("change", approved_ts=NONE, started_ts=NONE, closed_ts=NONE) == (10, NONE)
    assert _span("change", requested_ts=NONE)[0] == NONE


def test_review_ends_with_the_merge_or_the_close() -> None:
    assert _span("merge_request") == (1, 8)
    assert _span("merge_request", state="closed", merged_ts=NONE, closed_ts=6) == (1, 6)
    assert _span("merge_request", state="open", merged_ts=NONE, closed_ts=6) == (1, NONE)
    assert _span("merge_request", merged_ts=NONE)[0] == NONE

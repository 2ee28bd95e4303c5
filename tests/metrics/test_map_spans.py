"""When merged work waited for a release, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from core.frames import NONE
from metrics.map_spans import MapRecords, map_spans
from metrics.periods import DAY
from tests.metrics.history import frame


def waited(merges: list[int], runs: list[int], released: int) -> list[tuple[int, int]]:
    """The stretches in days of an item with these merges, and deployments that brought them."""
    requests = pd.DataFrame(
        [(1, "merged", (at - 1) * DAY, at * DAY, NONE) for at in merges],
        columns=["item_id", "state", "created_ts", "merged_ts", "closed_ts"],
    )
    made = pd.DataFrame(
        [(1, "deploy", "production", at * DAY - 60, at * DAY) for at in runs],
        columns=["item_id", "job", "environment", "started_ts", "finished_ts"],
    )
    records = MapRecords(
        commits=frame("item_id ts"),
        requests=requests,
        builds=frame("item_id queued_ts started_ts finished_ts").assign(job="", result=""),
        changes=frame("item_id requested_ts approved_ts started_ts closed_ts").assign(type=""),
        runs=made,
        lives=pd.DataFrame({"item_id": [1], "released_ts": [released * DAY]}),
    )
    spans = map_spans(records)
    own = spans[spans["tool"] == "release"].sort_values("start_ts")
    return [
        (start // DAY, end // DAY)
        for start, end in zip(own["start_ts"], own["end_ts"], strict=True)
    ]


@pytest.mark.parametrize(
    ("merges", "runs", "released", "expected"),
    [
        ([2], [9], 9, [(2, 9)]),
        ([2, 5], [9], 9, [(5, 9)]),  # the last merge before a release
        ([2, 20], [9, 33], 33, [(2, 9), (20, 33)]),  # reopened: it waited twice
        ([2, 20], [9], 33, [(2, 9), (20, 33)]),  # the second deployment is not linked
        ([2, 5], [9, 12], 12, [(5, 12)]),  # one more deployment brought the rest of it
        ([20], [9], 9, []),
        ([2], [], 9, [(2, 9)]),
    ],
)
def test_merged_work_waits_for_each_of_its_releases(
    merges: list[int], runs: list[int], released: int, expected: list[tuple[int, int]]
) -> None:
    assert waited(merges, runs, released) == expected

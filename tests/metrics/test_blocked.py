"""Blocked time by reason, by hand."""

from __future__ import annotations

import pandas as pd

from core.frames import NONE
from metrics.blocked import blocked_time
from metrics.link_blocks import while_open
from metrics.periods import DAY, Window


def _blocks(*rows: tuple[str, int, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["kind", "start_ts", "end_ts", "blocker_id"])
    return frame.assign(
        item_id=1, detail="", start_ts=frame["start_ts"] * DAY, end_ts=frame["end_ts"] * DAY
    )


def _blocked(start: int, end: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item_id": [1],
            "episode": 1,
            "status_id": 4,
            "reason": "blocked",
            "start_ts": start * DAY,
            "end_ts": NONE if end == NONE else end * DAY,
        }
    )


def test_the_example_of_the_page() -> None:
    blocks = _blocks(("label", 2, 6, NONE), ("flag", 4, 8, NONE), ("link", 1, 9, 7))
    created = pd.DataFrame({"blocker_id": [7], "created_ts": 0})
    ended = pd.DataFrame({"blocker_id": [7], "start_ts": 7 * DAY, "end_ts": NONE})
    told = while_open(blocks, created, ended)
    assert told.loc[told["kind"] == "link", ["start_ts", "end_ts"]].to_numpy().tolist() == [
        [DAY, 7 * DAY]
    ]
    found = blocked_time(_blocked(1, 8), told, window=Window(0, 20 * DAY)).measure
    assert found.value == {
        "now": 0,
        "blocked_d": 7,
        "flag_d": 4,
        "status_d": 0,
        "label_d": 2,
        "link_d": 1,
        "not_told_d": 0,
    }
    assert found.n == 1


def test_only_the_window_counts_and_what_lasts_is_blocked_now() -> None:
    found = blocked_time(_blocked(1, NONE), _blocks(), window=Window(3 * DAY, 5 * DAY)).measure
    assert (found.value["blocked_d"], found.value["now"], found.value["not_told_d"]) == (2, 1, 2)


def test_what_ends_with_the_window_is_not_blocked_any_more() -> None:
    found = blocked_time(_blocked(1, 5), _blocks(), window=Window(0, 5 * DAY)).measure
    assert (found.value["blocked_d"], found.value["now"]) == (4, 0)


def test_a_stream_without_visits_is_null_with_the_reason() -> None:
    found = blocked_time(_blocked(1, 5).iloc[:0], _blocks(), window=Window(0, 5 * DAY)).measure
    assert set(found.value.values()) == {None}
    assert found.reasons == ("no_data",)

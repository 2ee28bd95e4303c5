"""Time by team, by hand."""

from __future__ import annotations

import pandas as pd

from core.frames import NONE
from metrics.periods import DAY, Window
from metrics.team_time import team_time
from metrics.teams import held_visits, sole_teams

_STAGES = pd.DataFrame({"stage_id": [1, 2], "team": ["web", ""]})
_NOBODY = pd.DataFrame(columns=["item_id", "start_ts", "end_ts", "team"])


def _visits(*rows: tuple[int, str, str, float, float]) -> pd.DataFrame:
    """stage_id, state, reason, start and end in days."""
    frame = pd.DataFrame(rows, columns=["stage_id", "state", "reason", "start_ts", "end_ts"])
    times = {name: (frame[name] * DAY).astype("int64") for name in ("start_ts", "end_ts")}
    return frame.assign(
        **times, item_id=1, episode=1, ordinal=range(1, len(frame) + 1), status_id=1
    )


def _item(done: int) -> pd.DataFrame:
    times = {"committed_ts": 0, "done_ts": done * DAY, "cancelled_ts": NONE}
    return pd.DataFrame(
        {"item_id": [1], "episode": 1, "kind": "feature", "start_reason": "", **times}
    )


def test_the_example_of_the_page() -> None:
    visits = _visits(
        (1, "active", "", 0, 1),
        (1, "waiting", "blocked", 1, 2),
        (1, "active", "", 2, 3),
        (2, "waiting", "", 3, 9),
    )
    assigned = pd.DataFrame(
        {"item_id": [1], "start_ts": 4 * DAY, "end_ts": 20 * DAY, "team": "ops"}
    )
    found = team_time(_item(9), held_visits(visits, _STAGES, assigned), window=Window(0, 10 * DAY))
    days = found.rows.set_index("team").drop(columns=["item_id", "episode"]) / DAY
    assert days["seconds"].to_dict() == {"": 1, "ops": 5, "web": 3}
    assert days["active_s"].to_dict() == {"": 0, "ops": 0, "web": 2}
    assert days["waiting_s"].to_dict() == {"": 1, "ops": 5, "web": 1}
    assert days["blocked_s"].to_dict() == {"": 0, "ops": 0, "web": 1}
    assert days["by_assignee_s"].to_dict() == {"": 0, "ops": 5, "web": 0}
    value = found.measure.value
    assert (value["total_d"], value["gap_d"], value["known_share"]) == (9, 0, 8 / 9)
    assert "no team is known of 11% of the time" in found.measure.reasons[0]


def test_the_gap_between_done_and_reopened_is_with_nobody() -> None:
    visits = _visits((1, "active", "", 0, 2), (2, "done", "", 2, 5), (1, "active", "", 5, 6))
    held = held_visits(visits, _STAGES, _NOBODY)
    found = team_time(_item(6), held, window=Window(0, 10 * DAY))
    assert found.rows["seconds"].tolist() == [3 * DAY]
    assert (found.measure.value["total_d"], found.measure.value["gap_d"]) == (3, 3)


def test_nothing_done_is_null_with_the_reason() -> None:
    held = held_visits(_visits((1, "active", "", 0, 2)), _STAGES, _NOBODY)
    found = team_time(_item(2), held, window=Window(20 * DAY, 30 * DAY))
    assert set(found.measure.value.values()) == {None}
    assert found.measure.reasons == ("no_data",)


def test_a_team_is_told_only_while_it_has_several_members() -> None:
    """anna is in web from 0 on, ben from 10 to 20: the team is told from 10 to 20 alone."""
    columns = ["identity_id", "member", "team", "from_ts", "to_ts"]
    rows = pd.DataFrame([(1, "a", "web", 0, NONE), (2, "b", "web", 10, 20)], columns=columns)
    told = sole_teams(rows, rows).sort_values("identity_id")
    assert told[["identity_id", "start_ts", "end_ts", "team"]].to_numpy().tolist() == [
        [1, 10, 20, "web"],
        [2, 10, 20, "web"],
    ]

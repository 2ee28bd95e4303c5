"""Rows of facts with short arguments, for tests of what reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from core.frames import NONE
from tests.metrics.history import frame

Row = Mapping[str, object]


def table(usual: Row, rows: Sequence[Row]) -> pd.DataFrame:
    """The rows over their usual values; empty with all columns where there are none."""
    made = pd.DataFrame([{**usual, **row} for row in rows or [{}]])
    return made if rows else made.iloc[:0]


def item_table(*rows: Row) -> pd.DataFrame:
    """Rows of `item_fact`; unfinished, complete, of no kind, unless said otherwise."""
    seconds = ("active_s", "waiting_s", "blocked_s", "unknown_s", "ignored_s", "gap_s")
    times = ("committed_ts", "done_ts", "cancelled_ts", "released_ts", "value_cents", "stage_id")
    usual: Row = {
        **{"item_id": 1, "episode": 1, "kind": "", "created_ts": 0, "idea_ts": 0},
        **dict.fromkeys(times, NONE),
        **dict.fromkeys(seconds, 0),
        **{"start_reason": "", "release_reason": "", "reopened": 0, "violations": 0},
        **{"complete": True, "has_code": False, "expects_code": False},
    }
    return table(usual, rows)


def change_table(*rows: Row) -> pd.DataFrame:
    usual: Row = {
        **{"service_id": 1, "commit_id": 1, "deployment_id": 1, "merge_request_id": NONE},
        **{"committed_ts": 0, "deployed_ts": 0, "clock": "committer", "excluded": ""},
    }
    return table(usual, rows)


def deployment_table(*rows: Row) -> pd.DataFrame:
    usual: Row = {
        **{"service_id": 1, "deployment_id": 1, "environment": "production", "kind": "planned"},
        **{"result": "success", "finished_ts": 0, "commits": 1, "commits_reason": ""},
        **{"failed": -1, "incident_id": NONE, "restored_ts": NONE, "restored_by": ""},
        **{"rework": False, "jobs": 1},
    }
    return table(usual, rows)


def incident_table(*rows: Row) -> pd.DataFrame:
    usual: Row = {
        **{
            "service_id": 1,
            "incident_id": 1,
            "deployment_id": NONE,
            "method": "unattributed",
            "reason": "",
        },
        **{"opened_ts": 0, "resolved_ts": NONE},
    }
    return table(usual, rows)


EMPTY_LINKS = frame("incident_id deployment_id confidence service_id")

"""Approvals that never reject: what counts as a decision, and what could not be seen."""

from __future__ import annotations

import pandas as pd
import pytest

from core.frames import NONE
from metrics.findings.approvals import NO_CHANGES, UNTOLD, decisions, idle_approvals
from metrics.periods import DAY, Window
from metrics.stats import wilson
from tests.metrics.findings_ground import BUILD, DONE, READY, TEST, TEST_QUEUE, Way, ground_of

WINDOW = Window(0, 100 * DAY)
WAY: Way = [(0, READY), (1, BUILD), (2, TEST_QUEUE), (8, TEST), (9, DONE)]
SPANS = pd.DataFrame(
    [(item, "change_approval", "change: normal", 3 * DAY, 7 * DAY) for item in (1, 2, 3)],
    columns=["item_id", "tool", "name", "start_ts", "end_ts"],
)


def changes(*rows: tuple[int, str, int, int]) -> pd.DataFrame:
    """(change, type, day of the request, day of the approval)."""
    told = [(n, kind, _ts(asked), _ts(given)) for n, kind, asked, given in rows]
    return pd.DataFrame(told, columns=["change_id", "type", "requested_ts", "approved_ts"])


def _ts(day: int) -> int:
    return NONE if day == NONE else day * DAY


def history(*rows: tuple[int, int, str, str]) -> pd.DataFrame:
    told = [(n, day * DAY, field, new) for n, day, field, new in rows]
    return pd.DataFrame(told, columns=["change_id", "ts", "field", "new"])


ALL = changes((1, "normal", 1, 2), (2, "normal", 1, 3), (3, "normal", 2, 7))
TOLD = history(*((n, 2, "approval", "approved") for n in (1, 2, 3)))


def test_a_type_of_which_all_were_approved_has_an_upper_bound_and_a_wait() -> None:
    found = idle_approvals(ground_of(WAY, WAY, WAY, spans=SPANS), decisions(ALL, TOLD, WINDOW))
    (first,) = found.findings
    assert first.title == "Approval of normal changes"
    assert (first.items, first.waited_s) == (3, 12 * DAY)
    assert first.figures["rejected_at_most"] == wilson(0, 3)[1]
    assert first.part.few
    assert first.words[0].startswith("All 3 normal changes that were decided on were approved")
    assert first.advice.startswith("Test is necessary: keep it, and make it quicker or simpler")


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        ((2, 2, "approval", "rejected"), "rejected"),
        ((2, 2, "state", "canceled"), "cancelled"),
        ((2, 2, "approval", "Cancelled"), "cancelled"),
    ],
)
def test_one_that_was_rejected_or_withdrawn_is_enough(
    entry: tuple[int, int, str, str], outcome: str
) -> None:
    told = pd.concat([TOLD, history(entry)])
    decided = decisions(ALL, told, WINDOW)
    assert sorted(decided["outcome"]) == sorted(["approved", outcome, "approved"])
    found = idle_approvals(ground_of(WAY, WAY, WAY, spans=SPANS), decided)
    assert found.findings == ()
    assert found.reason == "normal changes: 1 of 3 were rejected or withdrawn"


def test_what_is_rejected_after_the_window_was_approved_in_it() -> None:
    decided = decisions(ALL, pd.concat([TOLD, history((2, 100, "approval", "rejected"))]), WINDOW)
    assert set(decided["outcome"]) == {"approved"}


def test_without_a_history_no_rejection_could_be_seen() -> None:
    decided = decisions(ALL, history(), WINDOW)
    found = idle_approvals(ground_of(WAY, WAY, WAY, spans=SPANS), decided)
    assert found.findings == ()
    assert found.reason == f"normal changes: {UNTOLD}"


def test_what_never_asked_waits_still_or_was_decided_at_another_time_is_no_decision() -> None:
    given = changes(
        (1, "standard", NONE, 2),
        (2, "normal", 1, NONE),
        (3, "normal", 90, 100),
        (4, "normal", 1, 5),
    )
    told = history(*((n, 1, "approval", "requested") for n in (1, 2, 3, 4)))
    assert decisions(given, told, WINDOW)["change_id"].tolist() == [4]


def test_no_change_at_all_says_so() -> None:
    found = idle_approvals(ground_of(WAY, WAY), decisions(changes(), history(), WINDOW))
    assert found.reason == NO_CHANGES

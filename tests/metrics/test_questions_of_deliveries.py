"""Games with deployments, incidents and the tracker, played by hand, and healthy streams."""

from __future__ import annotations

import pandas as pd
import pytest

from core.frames import NONE
from metrics.periods import DAY
from metrics.questions.catalogue import DETECTORS
from metrics.questions.deployments import empty_deployments, silent_repairs
from metrics.questions.incidents import reclassified, severity_drift
from metrics.questions.tracker import avoided_reopen, bulk_moves, redated, remapped
from metrics.questions.working_days import Week
from tests.metrics.played import HOUR, WINDOW, at, delivered, healthy, rows_of, steady
from tests.metrics.tables import deployment_table, incident_table, item_table

WEEK = Week()


def _shipped(count: int, *, every_d: int = 3) -> pd.DataFrame:
    """Deployments, each with a version and a commit of its own."""
    rows = deployment_table(
        *(
            {"deployment_id": n, "finished_ts": at(9, 1) + n * every_d * DAY, "commits": 2}
            for n in range(1, count + 1)
        )
    )
    return rows.assign(version=[f"1.{n}" for n in range(1, count + 1)])


def test_empty_deployments_are_asked_about_from_three_and_a_fifth() -> None:
    usual = _shipped(15)
    quiet = empty_deployments(usual, window=WINDOW)
    assert not quiet.asked
    assert quiet.figures["all_deployments"] == 15
    again = usual.assign(version=["1.1" if n % 3 else f"2.{n}" for n in range(15)])
    found = empty_deployments(again, window=WINDOW)
    assert found.asked
    assert found.figures["same_version"] == 5  # the second of two alike, five times
    assert {proof.note for proof in found.proofs} == {"the version that ran there before"}
    bare = usual.assign(commits=[0 if n < 4 else 2 for n in range(15)])
    assert empty_deployments(bare, window=WINDOW).figures["no_commit"] == 4
    assert empty_deployments(bare, window=WINDOW).asked
    assert not empty_deployments(bare.assign(kind="rollback"), window=WINDOW).asked
    unknown = usual.assign(commits=NONE, version="")
    assert not empty_deployments(unknown, window=WINDOW).asked


def test_the_same_version_in_a_second_region_is_not_empty() -> None:
    one = _shipped(12)
    two = one.assign(
        deployment_id=one["deployment_id"] + 100,
        environment="production-eu",
        finished_ts=one["finished_ts"] + HOUR,
    )
    found = empty_deployments(pd.concat([one, two]), window=WINDOW)
    assert found.figures["deployments"] == 0


def test_silent_repairs_are_asked_about_where_no_incident_is_near() -> None:
    repairs = _shipped(6).assign(kind="rollback")
    opened = [
        {"incident_id": n, "opened_ts": ts - HOUR} for n, ts in enumerate(repairs["finished_ts"])
    ]
    assert not silent_repairs(repairs, incident_table(*opened), window=WINDOW).asked
    found = silent_repairs(repairs, incident_table(), window=WINDOW)
    assert found.asked
    assert found.figures == {"repairs": 6, "without_incident": 6, "share": 1.0}
    elsewhere = incident_table(*({**row, "service_id": 2} for row in opened))
    assert silent_repairs(repairs, elsewhere, window=WINDOW).asked
    planned = repairs.assign(kind="planned")
    assert not silent_repairs(planned, incident_table(), window=WINDOW).asked


def _prioritised(now: int, before: int) -> pd.DataFrame:
    rows = [
        {"incident_id": n, "opened_ts": start + n * DAY}
        for start in (WINDOW.from_ts, WINDOW.from_ts - WINDOW.seconds)
        for n in range(1, 21)
    ]
    grave = [now + n % 2 for n in range(20)] + [before + n % 2 for n in range(20)]
    return incident_table(*rows).assign(priority=grave)


def test_severity_drift_is_asked_only_towards_less_severe() -> None:
    found = severity_drift(_prioritised(4, 2), window=WINDOW)
    assert found.asked
    assert (found.figures["priority"], found.figures["priority_before"]) == (4.5, 2.5)
    assert not severity_drift(_prioritised(2, 4), window=WINDOW).asked
    assert not severity_drift(_prioritised(3, 3), window=WINDOW).asked
    untold = _prioritised(4, 2).assign(priority=NONE)
    assert "fewer than 10" in severity_drift(untold, window=WINDOW).not_looked_at


def test_reclassified_counts_what_was_attributed_when_it_was_told() -> None:
    held = incident_table(
        *({"incident_id": n, "opened_ts": at(10, 2), "deployment_id": 1} for n in range(10, 20))
    )
    words = "incident_id recorded_ts before after"
    lost = rows_of(words, *((n, at(10, 9), "attributed", "not_change_related") for n in range(4)))
    found = reclassified(lost, held, window=WINDOW)
    assert found.asked
    assert found.figures == {"incidents": 4, "attributed": 14, "share": 4 / 14}
    gained = lost.assign(before="unattributed", after="attributed")
    assert not reclassified(gained, held, window=WINDOW).asked
    assert not reclassified(lost[:2], held, window=WINDOW).asked


def test_a_new_defect_soon_after_an_item_was_done_is_an_avoided_reopen() -> None:
    items = healthy()
    done = dict(zip(items["item_id"], items["done_ts"], strict=True))
    defects = rows_of("item_id created_ts", *((500 + n, done[n] + 3 * DAY) for n in range(1, 11)))
    links = rows_of("item_id other_item_id", *((500 + n, n) for n in range(1, 11)))
    found = avoided_reopen(items, defects, links, window=WINDOW)
    assert found.asked
    assert found.figures["items"] == 10
    assert found.proofs[0].note == "a defect 3.0 days after it was done"
    turned = links.rename(columns={"item_id": "other_item_id", "other_item_id": "item_id"})
    assert avoided_reopen(items, defects, turned, window=WINDOW).asked
    late = defects.assign(created_ts=defects["created_ts"] + 12 * DAY)
    assert not avoided_reopen(items, late, links, window=WINDOW).asked
    before = defects.assign(created_ts=defects["created_ts"] - 5 * DAY)
    assert not avoided_reopen(items, before, links, window=WINDOW).asked
    assert not avoided_reopen(items, defects, links.iloc[:0], window=WINDOW).asked


def test_ten_items_within_a_minute_are_a_bulk_move() -> None:
    assert not bulk_moves(healthy(), window=WINDOW).asked
    together = [delivered(200 + n, at(10, 14, 16) + n) for n in range(12)]
    found = bulk_moves(item_table(*steady(), *together), window=WINDOW)
    assert found.asked
    assert found.figures["moves"] == 24  # committed together and done together
    assert found.proofs[-1].note == "done together with 11 others"
    nine = item_table(*steady(), *together[:9])
    assert not bulk_moves(nine, window=WINDOW).asked


def test_dates_that_move_after_they_were_told_are_asked_about() -> None:
    words = "item_id recorded_ts cause shift_s"
    moved = rows_of(words, *((n, at(10, 9), "records", -5 * DAY) for n in range(1, 7)))
    found = redated(moved, healthy(), window=WINDOW)
    assert found.asked
    assert found.figures["items"] == 6
    assert found.proofs[0].note == "moved by -5.0 days"
    assert not redated(moved.assign(shift_s=HOUR), healthy(), window=WINDOW).asked
    assert not redated(moved.assign(shift_s=NONE), healthy(), window=WINDOW).asked
    assert not redated(moved.assign(cause="mapping"), healthy(), window=WINDOW).asked


def test_a_mapping_changed_at_the_end_of_a_month_is_asked_about() -> None:
    words = "item_id recorded_ts cause shift_s"
    late = rows_of(words, *((n, at(10, 30), "mapping", NONE) for n in range(1, 15)))
    found = remapped(late, window=WINDOW, week=WEEK)
    assert found.asked
    assert found.figures == {"items": 14, "months": 2}
    assert not remapped(late.assign(recorded_ts=at(10, 12)), window=WINDOW, week=WEEK).asked
    assert not remapped(late.assign(cause="records"), window=WINDOW, week=WEEK).asked


@pytest.mark.parametrize("name", DETECTORS)
def test_every_question_is_worded_as_one_and_has_a_harmless_answer(name: str) -> None:
    detector = DETECTORS[name]
    assert detector.question.endswith("?")
    assert detector.rule
    assert detector.harmless
    assert detector.look_at

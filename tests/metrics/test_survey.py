"""What the survey of DORA told: dated, with its sources, and where a number falls in it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from metrics.survey import COMPARED, UNCONFIRMED, editions, newest_with, placed
from pipeline.survey_answers import context_of, survey

WEEK = 168


def test_every_figure_has_a_source_or_says_that_nobody_confirmed_it() -> None:
    told = survey()["editions"]
    rows = [row for one in told for name in ("groups", "answers", "figures") for row in one[name]]
    assert len(rows) > 40
    assert all(row["source"] for row in rows)
    doubted = [row for row in rows if row["source"] == UNCONFIRMED]
    assert doubted
    assert len(doubted) < len(rows)


@pytest.mark.parametrize(
    ("year", "metric", "doubted"),
    [
        (2021, "change_fail_rate", False),
        (2021, "change_lead_time", False),
        (2019, "change_lead_time", True),
        (2023, "recovery_time", True),
        (2024, "change_lead_time", False),
        (2024, "recovery_time", True),
    ],
)
def test_what_is_general_knowledge_alone_is_labelled(year: int, metric: str, doubted: bool) -> None:
    (edition,) = (one for one in survey()["editions"] if one["year"] == year)
    sources = {row["source"] for row in edition["answers"] if row["metric"] == metric}
    assert (sources == {UNCONFIRMED}) == doubted
    assert sources


def test_shares_of_groups_are_those_of_all_teams_asked() -> None:
    for edition in editions():
        if edition.groups:
            assert sum(one.share for one in edition.groups) == pytest.approx(1, abs=0.021)


def test_answers_of_a_metric_do_not_overlap() -> None:
    for edition in editions():
        for metric in COMPARED:
            bounds = sorted((one.least, one.under) for one in edition.of(metric))
            assert all(low < high for low, high in bounds)
            assert all(before[1] <= after[0] for before, after in pairwise(bounds))


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("change_lead_time", 23.9, "less than one day"),
        ("change_lead_time", 24, "between one day and one week"),
        ("change_lead_time", WEEK, "between one week and one month"),
        ("change_lead_time", 9_000, None),
        ("deployment_frequency", 20, "on demand"),
        ("deployment_frequency", 1, "between once a day and once a week"),
        ("deployment_frequency", 0.25, "between once a week and once a month"),
        ("deployment_frequency", 0, None),
        ("recovery_time", 0.5, "less than one hour"),
        ("recovery_time", 48, None),
        ("change_fail_rate", 0.15, "0–15 %"),
        ("change_fail_rate", 0.25, "16–30 %"),
        ("change_fail_rate", 0.64, None),
    ],
)
def test_a_value_falls_under_the_answer_of_the_newest_survey(
    metric: str, value: float, text: str | None
) -> None:
    edition = newest_with(metric)
    assert edition is not None
    found = placed(edition, metric, value)
    assert (found.text if found else None) == text


def test_each_of_the_five_says_where_it_falls_or_why_not() -> None:
    values = {"p50": 30.0, "per_week": None, "ratio": 0.9}
    rows = {
        one["metric"]: one for one in context_of({name: {"value": values} for name in COMPARED})
    }
    assert list(rows) == list(COMPARED)
    assert rows["change_lead_time"]["answer"] == "between one day and one week"
    assert rows["change_lead_time"]["year"] == 2024
    assert rows["recovery_time"]["reason"] == "none of the answers that are told for this year"
    assert "withheld" in rows["deployment_frequency"]["reason"]
    assert "no edition" in rows["deployment_rework_rate"]["reason"]
    for row in rows.values():
        assert (row["answer"] is None) != (row["reason"] is None)

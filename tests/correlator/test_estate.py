"""Incidents of made-up estates: how many are put down to the deployment that caused them."""

from __future__ import annotations

import pytest

from bench.incidents import Outcome, measured
from simulator.estate import Estate, estate
from tests.telling import measured as tell


@pytest.fixture(scope="module")
def made() -> Estate:
    return estate(40, seed=11)


@pytest.fixture(scope="module")
def outcome(made: Estate) -> Outcome:
    found = measured([made, estate(40, seed=12)])
    tell(
        f"estates of 40 services: sure links right {found.strict_precision:.4f}, right or open"
        f" {found.honest:.4f}, open {found.open_share:.4f}, last deployment anywhere"
        f" {found.baseline:.4f}"
    )
    return found


def test_the_estate_is_as_mixed_as_it_says(made: Estate, outcome: Outcome) -> None:
    assert 0.4 < outcome.causeless / outcome.incidents < 0.6
    assert 0.35 < outcome.causeless_busy / outcome.causeless < 0.65
    assert outcome.incidents > 400
    assert set(made.causes) < set(made.frames["incidents"]["incident_id"])
    again = estate(40, seed=11)
    assert again.causes == made.causes
    assert again.frames["commits"].equals(made.frames["commits"])


def test_sure_links_are_right(outcome: Outcome) -> None:
    assert outcome.strict > 150
    assert outcome.strict_precision >= 0.98


def test_what_is_told_is_right_or_left_open(outcome: Outcome) -> None:
    assert outcome.honest >= 0.95
    assert outcome.open_share <= 0.25


def test_the_last_deployment_anywhere_is_seldom_the_cause(outcome: Outcome) -> None:
    assert outcome.baseline < outcome.right / outcome.incidents / 3


@pytest.mark.parametrize(("services", "seeds"), [(4, range(11, 23)), (400, range(11, 12))])
def test_small_and_large_estates_are_told_as_well(services: int, seeds: range) -> None:
    found = measured(estate(services, seed=seed) for seed in seeds)
    tell(
        f"estates of {services} services: sure links right {found.strict_precision:.4f}, right or"
        f" open {found.honest:.4f}, open {found.open_share:.4f}"
    )
    assert found.strict > 200
    assert found.strict_precision >= 0.98
    assert found.honest >= 0.95
    assert found.open_share <= 0.25


def test_truth_that_is_withheld_makes_the_measure_fall(made: Estate) -> None:
    others = dict.fromkeys(made.causes)
    assert measured([Estate(made.frames, others, made.busy)]).strict_precision == 0

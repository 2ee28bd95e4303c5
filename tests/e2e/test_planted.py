"""Waiting that is planted in a company is found: what waits, how long, at what cost, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.plants import ApprovalQueue, DesignReview, Plant, ReleaseTrain, ScarceTesters
from tests.e2e.planted import STREAMS, Planted, planted_company

SEEDS = (1, 2, 3, 4, 5)
ITEMS = 120
HERE: tuple[Plant, ...] = (
    DesignReview("orders", before="Designing"),
    ApprovalQueue("orders", before="Accepting"),
    ReleaseTrain("orders", before="Delivered"),
    ScarceTesters("billing", before="Testing"),
)
ELSEWHERE: tuple[Plant, ...] = (
    DesignReview("orders", before="Analysing"),
    ApprovalQueue("orders", before="Planning"),
    ReleaseTrain("orders", before="Preparing"),
    ScarceTesters("billing", before="Accepting"),
)
FOUND_AS = {
    "design_review": "biggest_delay",
    "tester_shortage": "biggest_delay",
    "approval_queue": "approval",
    "release_train": "batch",
}
BOUND = 0.05


@dataclass(frozen=True)
class Ground:
    """Where companies are collected."""

    template: Path
    folders: pytest.TempPathFactory

    def company(self, seed: int, plants: tuple[Plant, ...]) -> Planted:
        home = self.folders.mktemp("planted")
        return planted_company(self.template, home, seed=seed, items=ITEMS, plants=plants)


@pytest.fixture(scope="module")
def ground(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(sqlite_template, tmp_path_factory)


@pytest.fixture(scope="module", params=SEEDS)
def company(request: pytest.FixtureRequest, ground: Ground) -> Planted:
    return ground.company(request.param, HERE)


@pytest.fixture(scope="module")
def moved(ground: Ground) -> Planted:
    return ground.company(1, ELSEWHERE)


@pytest.fixture(scope="module")
def control(ground: Ground) -> Planted:
    return ground.company(1, ())


def of_seconds(days: float) -> float:
    return days * 86_400


def assert_found(company: Planted, kind: str) -> None:
    """The first finding of its kind is the plant: its place, its items, its time and its money."""
    truth = company.delivered(kind)
    first = company.first(truth.stream, FOUND_AS[kind])
    last = truth.before == "Delivered"
    assert first["step"] == (truth.stage if last else truth.before)
    waiting = sum(item.waiting_s > 0 for item in truth.items)
    assert abs(first["items"] - waiting) <= BOUND * waiting + 1
    waited = of_seconds(first["waiting"]["total_d"])
    assert waited == pytest.approx(truth.waiting_s, rel=BOUND)
    assert truth.cost_cents is not None
    assert first["money"]["cost_cents"] == pytest.approx(truth.cost_cents, rel=BOUND)


@pytest.mark.parametrize("kind", FOUND_AS)
def test_what_is_planted_is_the_first_finding_of_its_kind(company: Planted, kind: str) -> None:
    assert_found(company, kind)


def test_the_plants_are_large_enough_to_matter(company: Planted) -> None:
    for kind in FOUND_AS:
        truth = company.delivered(kind)
        whole = of_seconds(company.answers[truth.stream]["waiting_d"])
        assert truth.waiting_s > 0.10 * whole
        assert len(truth.items) >= 20


@pytest.mark.parametrize("kind", FOUND_AS)
def test_a_plant_elsewhere_is_found_there(moved: Planted, kind: str) -> None:
    assert_found(moved, kind)


def test_a_company_without_plants_has_nothing_that_stands_out(control: Planted) -> None:
    assert control.truth.plants == ()
    for stream in STREAMS:
        body = control.answers[stream]
        assert body["n"] >= 20
        for kind, found in control.findings(stream).items():
            for one in found:
                assert one["waiting"]["total_d"] <= 0.10 * body["waiting_d"], kind

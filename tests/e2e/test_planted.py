"""Waiting that is planted in a company is found: what waits, how long, at what cost, and where."""

from __future__ import annotations

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


@pytest.fixture(scope="module", params=SEEDS)
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    home = tmp_path_factory.mktemp("planted")
    return planted_company(home, seed=request.param, items=ITEMS, plants=HERE)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return planted_company(tmp_path_factory.mktemp("moved"), seed=1, items=ITEMS, plants=ELSEWHERE)


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return planted_company(tmp_path_factory.mktemp("control"), seed=1, items=ITEMS, plants=())


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

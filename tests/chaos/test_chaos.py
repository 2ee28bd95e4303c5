"""Twenty short seeds of troubles; `make chaos` lives through as many as one likes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.lived import Chaos, chaos
from tests.telling import MEASURED

SEEDS = range(1, 21)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chaos]:
    with chaos(tmp_path_factory.mktemp("chaos")) as made:
        yield made


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_nothing_told_twice_and_all_that_is_red_is_explained(
    company: Chaos, seed: int
) -> None:
    lived = company.lived(seed, wholly=False)
    assert lived.bad == [], str(lived)
    MEASURED.append(str(lived))

"""The engine against one that is obviously right, on random small streams with random rules."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.lab.draws import Draws
from metrics.lab.engine import play
from metrics.lab.network import Network, Step
from metrics.stats import Floats
from tests.examples import examples
from tests.reference.lab import Line


def _sample(seed: int) -> Floats:
    """So many values that no two moments are the same: then the order of ties decides nothing."""
    return np.sort(np.random.default_rng(seed).exponential(1.0, 997))


def _network(chance: Random) -> Network:
    """One to four steps, with people who may work in several, limits, ways back and by-passes."""
    size = chance.randint(1, 4)
    steps = []
    for place in range(size):
        onward = {place + 1: 1.0}
        if place + 2 <= size and chance.random() < 0.5:
            onward = {place + 1: 0.7, place + 2: 0.3}
        behind = {chance.randrange(place): 0.25} if place and chance.random() < 0.5 else {}
        steps.append(
            Step(
                f"s{place}",
                pool=chance.choice([None, 0, 1, 2]),
                service=_sample(chance.randrange(10_000)),
                delay=chance.choice([np.zeros(1), _sample(chance.randrange(10_000))]),
                limit=chance.choice([None, 1, 2, 3]),
                back=behind,
                onward=onward,
            )
        )
    people = tuple(chance.randint(1, 3) for _ in range(3))
    return Network(tuple(steps), people, {0: 1.0}, _sample(chance.randrange(10_000)))


def _reference(network: Network, draws: Draws) -> Line:
    size = len(network.steps)

    def cell(item: int, step: int, number: int, what: str) -> Any:
        column = getattr(draws.visit(number), what)
        return 0.0 if column is None else column[item * size + step]

    found = Line(
        [-1 if step.pool is None else step.pool for step in network.steps],
        network.people,
        [step.limit for step in network.steps],
        lambda item, step, number: cell(item, step, number, "service"),
        lambda item, step, number: cell(item, step, number, "delay"),
        lambda item, step, number: cell(item, step, number, "target"),
    )
    found.play(list(zip(draws.arrivals().tolist(), draws.begins(), strict=True)))
    return found


@settings(max_examples=examples(150), deadline=None)
@given(seed=st.integers(0, 1_000_000))
def test_every_visit_is_where_the_plain_one_has_it(seed: int) -> None:
    network = _network(Random(seed))
    draws = Draws(network, 14, seed, 0)
    ours, plain = play(network, draws), _reference(network, draws)
    assert not np.isnan(ours.ended).any()
    told = sorted(
        zip(
            ours.item, ours.step, ours.entered, ours.ready, ours.begun, ours.worked, ours.left,
            strict=True,
        )
    )  # fmt: skip
    expected = sorted(
        (v.item, v.step, v.entered, v.ready, v.begun, v.worked, v.left) for v in plain.done
    )
    np.testing.assert_allclose(np.array(told), np.array(expected), atol=1e-9)
    np.testing.assert_allclose(ours.ended, [plain.ends[item] for item in range(14)], atol=1e-9)

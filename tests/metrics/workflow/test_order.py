"""Statuses stand in the order in which most items came to them."""

from __future__ import annotations

from random import Random

import pytest

from metrics.workflow.order import order_of


def place(*statuses: str) -> dict[str, tuple[float, ...]]:
    """All alike but for the place in which they are named."""
    return {one: (1.0, float(at)) for at, one in enumerate(statuses)}


def test_skipped_statuses_find_their_place() -> None:
    paths = [("open", "dev", "done"), ("open", "ready", "dev"), ("dev", "test", "done")]
    found = order_of(paths, place("done", "dev", "open", "ready", "test"))
    assert found.statuses == ("open", "ready", "dev", "test", "done")
    assert (found.pairs, found.agreeing) == (9, 9)


def test_the_many_outweigh_the_few_who_went_the_other_way() -> None:
    paths = [("dev", "test")] * 9 + [("test", "dev")] * 2
    found = order_of(paths, place("test", "dev"))
    assert found.statuses == ("dev", "test")
    assert (found.pairs, found.agreeing) == (11, 9)


def test_a_circle_breaks_where_fewest_items_hold_it() -> None:
    paths = [("a", "b")] * 5 + [("b", "c")] * 4 + [("c", "a")] * 2
    assert order_of(paths, place("c", "b", "a")).statuses == ("a", "b", "c")


def test_what_nobody_passed_stands_by_its_place() -> None:
    ranks = {"open": (0.0,), "done": (2.0,), "dev": (1.0, 1.0), "uat": (1.0, 2.0)}
    assert order_of([("open", "dev", "done")], ranks).statuses == ("open", "dev", "uat", "done")


def test_no_history_leaves_the_place_alone() -> None:
    found = order_of([], {"b": (1.0,), "a": (2.0,)})
    assert (found.statuses, found.pairs, found.agreeing) == (("b", "a"), 0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_a_workflow_is_found_again_through_skips_and_noise(seed: int) -> None:
    draw = Random(seed)
    true = [f"s{number}" for number in range(12)]
    paths = []
    for _ in range(200):
        path = [one for one in true if draw.random() > 0.3]
        if draw.random() < 0.1 and len(path) > 1:  # somebody clicked the wrong way
            at = draw.randrange(len(path) - 1)
            path[at], path[at + 1] = path[at + 1], path[at]
        paths.append(tuple(path))
    shuffled = draw.sample(true, len(true))
    assert order_of(paths, place(*shuffled)).statuses == tuple(true)

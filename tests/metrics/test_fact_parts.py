"""Facts made part by part are those that are made at once."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from bench.histories import history
from metrics.fact_parts import joined_facts, parted
from metrics.facts import FactInputs, Facts, Rules, item_facts

RULES = Rules(kinds={"Story": "feature", "Bug": "defect"}, expects_code=frozenset({"Story"}))


def _made(inputs: FactInputs, size: int) -> Facts:
    moves = inputs.transitions
    parts = []
    for part in parted(replace(inputs, transitions=moves[:0]), size):
        assert len(part.items) <= size
        own = moves[moves["item_id"].isin(part.items["item_id"])]
        parts.append(item_facts(replace(part, transitions=own), RULES))
    return joined_facts(parts)


@pytest.mark.parametrize("size", [1, 7, 50, 1_000])
def test_facts_of_parts_are_those_of_all(size: int) -> None:
    inputs = history(50)
    backwards = {
        name: getattr(inputs, name).iloc[::-1].reset_index(drop=True)
        for name in ("items", "blocks", "ideas", "releases")
    }
    told = pd.Series(["no_deployment", "not_all", ""]).sample(50, replace=True, random_state=1)
    backwards["releases"] = backwards["releases"].assign(
        release_reason=told.to_numpy()[: len(backwards["releases"])]
    )
    shuffled = replace(inputs, **backwards)
    whole, parts = item_facts(shuffled, RULES), _made(shuffled, size)
    assert len(whole.items) >= 50
    for name in ("items", "visits"):
        one, other = getattr(whole, name), getattr(parts, name)
        assert_frame_equal(one.astype(str), other.astype(str))


def test_a_stream_without_items_is_one_part_without_facts() -> None:
    inputs = history(5)
    bare = replace(inputs, items=inputs.items[:0], transitions=inputs.transitions[:0])
    parts = list(parted(bare, 10))
    assert len(parts) == 1
    made = joined_facts([item_facts(part, RULES) for part in parts])
    assert len(made.items) == len(made.visits) == 0


def test_histories_are_not_handed_on_with_the_parts() -> None:
    with pytest.raises(ValueError, match="leave them out"):
        next(parted(history(3), 2))

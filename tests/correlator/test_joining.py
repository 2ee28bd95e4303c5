"""Rows joined by their ids are those that a loop over all of both finds."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.frames import NONE
from correlator.joining import Ids, among, joined

_IDS = st.lists(st.sampled_from([NONE, 0, 1, 2, 7, 2**40]), max_size=8)
_PAIRS = st.lists(st.tuples(st.sampled_from([NONE, 0, 3, 2**40]), st.integers(-1, 2)), max_size=8)


def _array(values: list[int]) -> Ids:
    return np.array(values, dtype=np.int64)


def _columns(pairs: list[tuple[int, int]]) -> tuple[Ids, Ids]:
    return _array([a for a, _ in pairs]), _array([b for _, b in pairs])


@given(_IDS, _IDS)
def test_each_meets_each_with_its_id(left: list[int], right: list[int]) -> None:
    rows, others = joined(_array(left), _array(right))
    expected = [
        (i, j) for i, one in enumerate(left) for j, other in enumerate(right) if one == other
    ]
    assert list(zip(rows.tolist(), others.tolist(), strict=True)) == expected


@given(_PAIRS, _PAIRS)
def test_a_pair_is_found_only_whole(
    pairs: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    found = among(_columns(pairs), _columns(others))
    assert found.tolist() == [pair in others for pair in pairs]

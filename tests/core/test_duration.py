"""Durations as people write them, both ways."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.duration import duration_text, parse_duration


@pytest.mark.parametrize(
    ("written", "shortest"),
    [("72h", "3d"), ("25h", "25h"), ("90s", "90s"), ("60s", "1m"), ("2w", "14d"), ("36h", "36h")],
)
def test_a_duration_is_told_in_the_largest_unit_up_to_days(written: str, shortest: str) -> None:
    assert duration_text(parse_duration(written)) == shortest


@given(st.integers(1, 10**9))
def test_what_is_told_is_read_back_alike(seconds: int) -> None:
    span = timedelta(seconds=seconds)
    assert parse_duration(duration_text(span)) == span

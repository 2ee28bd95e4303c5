"""Whether a series of weeks shows a shift: limits that are cut at nothing make none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import Open

pytestmark = pytest.mark.browser

ASK = """async ([values, limits]) => {
  const { signal } = await import("/static/js/spark.js");
  const weeks = values.map((p50, at) => ({ start: `2026-09-${10 + at}`, complete: true, p50 }));
  return signal(weeks, limits);
}"""


@pytest.mark.parametrize(
    ("values", "limits", "expected"),
    [
        # As far below as above is -10: 1 lies 9 below the mean, and half of the way are 10.
        ([20, 20, 20, 20, 1, 1, 1], {"mean": 10, "upper": 30, "lower": 0}, None),
        # Nothing is cut: half of the way down is 4, so three of four are nearer the limit.
        ([20, 20, 20, 20, 5, 5, 5], {"mean": 10, "upper": 18, "lower": 2}, "2026-09-14"),
        # Nothing is at the cut limit, which is no point outside of it.
        ([8, 8, 12, 12, 12, 12, 0], {"mean": 10, "upper": 32, "lower": 0}, None),
    ],
)
def test_a_limit_cut_at_nothing_is_as_far_away_as_the_upper_one(
    visit: Open, values: list[float], limits: dict[str, float], expected: str | None
) -> None:
    found: dict[str, Any] | None = visit("/definitions").evaluate(ASK, [values, limits])
    assert (found and found["since"]) == expected

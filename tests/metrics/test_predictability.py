"""Flow predictability, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from metrics.periods import Window
from metrics.predictability import OBJECTIVES, predictability, rated

_NAN = float("nan")
_WINDOW = Window(100, 200)
_PI = [
    ("PI 12", 150, "Split payment", True, 8.0, 7.0),
    ("PI 12", 150, "One-click refund", True, 5.0, 5.0),
    ("PI 12", 150, "Gift cards", False, 3.0, 2.0),
]


def _frame(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    kinds = {"ended_ts": "int64", "committed": "bool", "planned": "float64", "actual": "float64"}
    return pd.DataFrame(list(rows), columns=OBJECTIVES).astype(kinds)


def test_stretch_objectives_count_above_the_line_alone() -> None:
    found = predictability(_frame(_PI), window=_WINDOW)
    assert found.value["ratio"] == pytest.approx(14 / 13)
    assert found.parts == {"numerator": 14, "denominator": 13, "increments": 1}
    assert (found.n, found.excluded, found.reasons) == (3, {}, ())


def test_an_increment_that_is_not_rated_to_the_end_is_left_out_whole() -> None:
    open_one = [
        ("PI 13", 190, "Invoices", True, 6.0, 6.0),
        ("PI 13", 190, "Reports", True, 4.0, _NAN),
    ]
    found = predictability(_frame([*_PI, *open_one]), window=_WINDOW)
    assert found.value["ratio"] == pytest.approx(14 / 13)
    assert found.excluded == {"not_rated": 2}
    left = rated(_frame([*_PI, *open_one]), window=_WINDOW).left_out
    assert left["name"].tolist() == ["Invoices", "Reports"]


def test_increments_of_one_window_are_pooled_and_not_averaged() -> None:
    small = [("PI 13", 199, "Reports", True, 1.0, 0.0)]
    found = predictability(_frame([*_PI, *small]), window=_WINDOW)
    assert found.value["ratio"] == pytest.approx(14 / 14)
    assert found.parts["increments"] == 2


@pytest.mark.parametrize(("ended", "counted"), [(99, 0), (100, 1), (199, 1), (200, 0)])
def test_an_increment_belongs_to_the_window_in_which_it_ended(ended: int, counted: int) -> None:
    found = predictability(_frame([("PI", ended, "A", True, 2.0, 1.0)]), window=_WINDOW)
    assert found.n == counted
    assert (found.value["ratio"] is None) == (counted == 0)


def test_nothing_planned_is_null_and_not_endless() -> None:
    found = predictability(_frame([("PI", 150, "A", False, 2.0, 2.0)]), window=_WINDOW)
    assert found.value["ratio"] is None
    assert found.reasons == ("nothing was planned",)
    nothing = predictability(_frame([]), window=_WINDOW)
    assert (nothing.value["ratio"], nothing.reasons) == (None, ("no_data",))


def test_nothing_delivered_is_a_real_zero() -> None:
    found = predictability(_frame([("PI", 150, "A", True, 2.0, 0.0)]), window=_WINDOW)
    assert found.value["ratio"] == 0.0

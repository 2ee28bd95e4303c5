"""The band beside a number that weak links move by more than a tenth."""

from __future__ import annotations

import numpy as np

from metrics.envelope import Context, envelope
from metrics.measure import Measure, of_durations
from metrics.periods import DAY
from metrics.registry import METRICS
from metrics.sensitivity import with_band


def _days(*values: float) -> Measure:
    return of_durations(np.array(values) * DAY, unit="d", excluded={})


def test_a_number_that_weak_links_hardly_move_has_no_band() -> None:
    told = _days(*range(10, 110))
    assert with_band(told, _days(*range(11, 110))) == told
    assert with_band(told, told) == told


def test_a_number_that_weak_links_move_stands_between_two() -> None:
    told, sure = _days(*[10] * 20, *[2] * 30), _days(*[10] * 20)
    found = with_band(told, sure)
    assert found.value == {
        **{"p50": 2, "p85": 10, "p95": 10},
        **{"sure_p50": 10, "sure_p85": 10, "sure_p95": 10},
    }
    assert found.reasons == (
        "links under 0.8 move p50 from 2.0 to 10.0 d: see sure_ (20 of 50 do without)",
    )
    context = Context(
        scope={},
        window=None,
        as_of=0,
        known_at=0,
        coverage={"C1": 1.0, "C3": 1.0, "C6": 1.0, "C8": 1.0},
        sources={},
        explain="",
    )
    answer = envelope(found, METRICS["idea_to_release"].definition, context)
    assert (answer.value["sure_p50"], answer.value["sure_p85"]) == (10, 10)
    assert answer.value["sure_p95"] is None
    assert answer.observed["sure_p95"] == 10
    assert "sure_p95 withheld: n<59" in answer.reasons


def test_a_number_that_rests_on_weak_links_alone_says_so() -> None:
    found = with_band(_days(3, 4, 5), _days())
    assert found.value == _days(3, 4, 5).value
    assert found.reasons == ("every one of them rests on a link under 0.8",)

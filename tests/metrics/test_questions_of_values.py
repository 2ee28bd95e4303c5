"""Values that were set against what came true."""

from __future__ import annotations

import pandas as pd
import pytest

from metrics.questions.inflated import inflated_cost

DAY = 86_400


def _brought(*cents: float | None, opinion: float | None = None) -> pd.DataFrame:
    """Items that went live on their day, of each of which 100 000 was expected."""
    numbers = range(1, len(cents) + 1)
    return pd.DataFrame(
        {
            "item_id": [*numbers],
            "live_ts": [number * DAY for number in numbers],
            "expected_90_cents": [100_000.0] * len(cents),
            "experiment_direct_90_cents": [None] * len(cents),
            "before_after_direct_90_cents": [*cents],
            "opinion_direct_90_cents": [opinion] * len(cents),
        }
    )


def _flying(*profiles: int) -> pd.DataFrame:
    numbers = range(100, 100 + len(profiles))
    columns = {"item_id": [*numbers], "committed_ts": [*numbers], "profile": [*profiles]}
    return pd.DataFrame(columns, dtype="int64")


def test_values_of_which_most_did_not_come_true_are_asked_about() -> None:
    found = inflated_cost(_brought(*[49_000] * 6, *[100_000] * 4), _flying())
    assert found.asked
    assert (found.figures["items"], found.figures["share"]) == (6, 0.6)
    assert [proof.id for proof in found.proofs] == [1, 2, 3, 4, 5, 6]
    assert found.proofs[0].ts == 91 * DAY
    assert found.proofs[0].note == "brought 49 % of what was expected"
    assert not inflated_cost(_brought(*[49_000] * 5, *[100_000] * 5), _flying()).asked
    half = inflated_cost(_brought(*[50_000] * 10), _flying())
    assert (half.asked, half.figures["items"]) == (False, 0)


def test_too_many_expedites_are_asked_about() -> None:
    found = inflated_cost(_brought(), _flying(*[5] * 4, *[1] * 8))
    assert found.asked
    assert [proof.note for proof in found.proofs] == ["in flight as an expedite"] * 4
    assert not inflated_cost(_brought(), _flying(*[5] * 3, *[1] * 9)).asked


def test_an_experiment_goes_before_the_time_before_and_after() -> None:
    rows = _brought(*[10_000] * 10)
    found = inflated_cost(rows.assign(experiment_direct_90_cents=90_000.0), _flying())
    assert (found.asked, found.figures["items"]) == (False, 0)


@pytest.mark.parametrize("many", [0, 9])
def test_an_opinion_or_too_few_are_no_ground_for_a_question(many: int) -> None:
    found = inflated_cost(_brought(*[1_000] * many, opinion=5.0), _flying(*[5] * many))
    assert found.not_looked_at.startswith("fewer than 10 items have a measured value")
    told = inflated_cost(_brought(*[None] * 20, opinion=5.0), _flying(*[1] * 10))
    assert (told.asked, told.figures["measured_items"], told.figures["share"]) == (False, 0, None)

"""`headwater lab`: the levers of a stream, and what moving them would do."""

from __future__ import annotations

import pytest

from cli.lab import levers_of
from core.errors import BadRequestError
from tests.cli.conftest import Run


def test_without_levers_it_lists_them_and_says_how_near_the_model_comes(headwater: Run) -> None:
    outcome = headwater("lab", "checkout", "--days", "400")
    assert outcome.status == 0
    assert outcome.out.startswith("Checkout, a simulation, made of the last 400 days")
    for text in ("Test.people", "Review.usable", "arrivals.cap", "half within", "The model"):
        assert text in outcome.out


def test_a_change_has_its_verdict_first_and_every_step(headwater: Run) -> None:
    args = ("lab", "checkout", "--days", "400", "--set", "Test.wait=-80 %")
    (body,) = headwater(*args, "--json").lines
    shown = headwater(*args).out
    assert " ".join(body["verdict"]["words"].split()) in " ".join(shown.split())
    assert body["verdict"]["verdict"] in ("relieved", "shifted")
    for row in body["steps"]:
        assert row["step"].split()[0] in shown
    assert "Test.wait" in shown


@pytest.mark.parametrize(
    ("lever", "told"),
    [
        ("Test.people", 'write a lever as "Test.people=+2"'),
        ("Design.people=+2", "no such step"),
        ("Test.people=lots", "a number of people"),
    ],
)
def test_a_lever_that_is_none_is_one_line_and_status_1(
    headwater: Run, lever: str, told: str
) -> None:
    outcome = headwater("lab", "checkout", "--days", "400", "--set", lever)
    assert (outcome.status, outcome.out) == (1, "")
    assert told in outcome.err
    assert outcome.err.count("\n") == 1


def test_too_little_for_a_model_is_said(headwater: Run) -> None:
    outcome = headwater("lab", "checkout", "--days", "3")
    assert outcome.status == 0
    assert "There is no model:" in outcome.out


def test_levers_are_read_in_order() -> None:
    assert levers_of(["A step.people = +2", "mix.defect=10 %"]) == {
        "A step.people": "+2",
        "mix.defect": "10 %",
    }
    for text in ("x", "=2", "x="):
        with pytest.raises(BadRequestError):
            levers_of([text])

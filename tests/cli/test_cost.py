"""`headwater cost` and `headwater sequence`: what waiting costs, in the terminal."""

from __future__ import annotations

from core.written import money
from tests.cli.conftest import Run


def test_the_parts_of_the_cost_and_what_burns_most_are_shown(headwater: Run) -> None:
    (told,) = headwater("cost", "checkout", "--json").lines
    cost, burning = told["cost"], told["burning"]
    assert sum(row["cost_cents"] for row in cost["items"]) == cost["cost_cents"] > 0
    shown = headwater("cost", "checkout")
    assert shown.status == 0
    assert shown.out.startswith("Checkout, last 90 days; from the commitment")
    assert all(row["stage"] in shown.out for row in cost["items"][:3])
    assert burning["items"][0]["key"] in shown.out
    assert f"Waiting cost {money(cost['cost_cents'], 'EUR')}." in shown.out
    assert f"Now it costs {money(cost['burn_rate_cents'], 'EUR')} a week." in shown.out
    assert max(map(len, shown.out.splitlines())) <= 100
    assert f"{burning['unvalued']} of {burning['total']} in flight have no value" in shown.out


def test_the_cost_is_split_by_what_is_asked_and_from_the_clock_that_is(headwater: Run) -> None:
    (told,) = headwater("cost", "checkout", "--by", "reason", "--clock", "idea", "--json").lines
    assert {"queue", "not begun"} <= {row["reason"] for row in told["cost"]["items"]}
    assert "from the first idea" in headwater("cost", "checkout", "--clock", "idea").out
    assert headwater("cost", "nope").status == 1


def test_the_order_of_a_queue_is_shown_with_what_it_saves(headwater: Run) -> None:
    (cost,) = headwater("cost", "checkout", "--json").lines
    stage = max(cost["cost"]["items"], key=lambda row: row["waiting_now"])["stage"]
    (told,) = headwater("sequence", "checkout", "--stage", stage, "--json").lines
    shown = headwater("sequence", "checkout", "--stage", stage).out
    assert all(row["key"] in shown for row in told["items"])
    assert "of delay instead of" in shown
    assert headwater("sequence", "checkout", "--stage", "nope").status == 1

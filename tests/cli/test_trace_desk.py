"""`headwater trace` with the number of a change request or an incident."""

from __future__ import annotations

import json

from cli.trace_desk import linked_table
from tests.cli.conftest import Run
from tests.e2e.company import Company


def test_trace_of_a_change_shows_the_chain_both_ways(headwater: Run, company: Company) -> None:
    released = [
        one.change
        for one in company.world.deployments
        if one.change and one.environment == "production" and one.status == "success"
    ]
    numbers = [one.number for one in company.world.changes if one.id in released]
    told = {one: json.loads(headwater("trace", one, "--json").out) for one in numbers[-20:]}
    number = next(one for one, body in told.items() if body["tickets"])
    outcome = headwater("trace", number.lower())
    assert outcome.status == 0
    assert outcome.out.startswith(number)
    for part in ("Deployments: 1", "Builds: ", "Commits: ", "Tickets: "):
        assert part in outcome.out
    body = told[number]
    assert body["kind"] == "change_request"
    (ticket, *_) = body["tickets"]
    assert number in headwater("trace", ticket["name"]).out


def test_trace_of_an_incident_says_what_it_is_put_down_to(headwater: Run, company: Company) -> None:
    named = next(one for one in company.world.incidents if one.caused_by and not one.duplicate_of)
    out = headwater("trace", named.number).out
    assert "(explicit, 100 % sure)" in out
    assert "Candidates: " in out


def test_an_unknown_number_is_told_as_an_unknown_item(headwater: Run) -> None:
    outcome = headwater("trace", "CHG9999999")
    assert (outcome.status, outcome.out) == (1, "")
    assert len(outcome.err.splitlines()) == 1


def test_a_long_list_says_how_much_more_there_is() -> None:
    row = {
        **{"name": "a" * 40, "title": "", "at": None, "confidence": 0.4},
        "why": [{"rule": "proximity", "confidence": 0.4, "evidence": "It ran before"}],
    }
    cells = list(linked_table([row] * 33).columns[1].cells)
    assert cells[-1] == "and 13 more"
    assert cells[0] == "a" * 8

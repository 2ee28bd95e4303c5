"""Findings over HTTP: each opens to exactly the items that it counts, or says why it is none."""

from __future__ import annotations

import pytest

from api.examples_findings import FINDINGS
from api.schemas_findings import Findings
from core.frames import NONE
from metrics.findings.model import KINDS
from metrics.ledger import accrued
from metrics.map_steps import map_steps
from metrics.periods import DAY, Window
from pipeline.delay_ledger import book_in
from pipeline.snapshots import Snapshots
from tests.api.client import Answer, Client
from tests.e2e.company import NOW, Company

_ALL = "from=2020-01-01"
_ADDRESS = f"/v1/streams/checkout/findings?{_ALL}"


def _found(body: Answer) -> list[Answer]:
    return [one for kind in body["kinds"] for one in kind["findings"]]


def test_the_example_has_the_shape_of_the_answer(client: Client) -> None:
    Findings.model_validate(FINDINGS, strict=True)
    Findings.model_validate(client.json(_ADDRESS), strict=True)


def test_every_kind_has_a_finding_or_a_reason(client: Client) -> None:
    body = client.json(_ADDRESS)
    assert [one["kind"] for one in body["kinds"]] == list(KINDS)
    for kind in body["kinds"]:
        assert bool(kind["findings"]) == (kind["reason"] is None)
        assert len(kind["findings"]) <= 3
    assert {one["kind"] for one in _found(body)} >= {"biggest_delay", "before_work"}


@pytest.mark.parametrize("clock", ["idea_to_release", "idea_to_done", "flow_time"])
def test_each_opens_to_exactly_the_items_that_it_counts(client: Client, clock: str) -> None:
    found = _found(client.json(f"{_ADDRESS}&clock={clock}"))
    assert found
    for one in found:
        behind = client.json(one["explain"])
        assert behind["n"] == one["items"] >= 2
        seconds = sum(row["seconds"] for row in behind["included"])
        if one["kind"] not in ("rework", "ageing"):
            assert seconds / 86_400 == pytest.approx(one["waiting"]["total_d"])
        assert set(one["keys"]) <= {row["key"] for row in behind["included"]}
        money = one["money"]
        assert money["valued"] + money["unvalued"] == one["items"]
        assert (money["cost_cents"] is None) == (money["reason"] is not None)


@pytest.mark.parametrize("name", ["checkout", "search"])
def test_a_delay_costs_what_the_delay_cost_has_for_its_stages_and_items(
    client: Client, company: Company, name: str
) -> None:
    """To the cent: the same cells, of the deliveries that the finding counts."""
    body = client.json(f"/v1/streams/{name}/findings?{_ALL}&clock=flow_time")
    (delays,) = [one["findings"] for one in body["kinds"] if one["kind"] == "biggest_delay"]
    whole = client.json(f"/v1/streams/{name}/delay-cost?{_ALL}&by=stage")
    with company.database.read() as session:
        stream = Snapshots(company.settings).present(session).streams[name]
    ts = int(NOW.timestamp()) + 60
    cells = accrued(book_in(stream), window=Window(0, ts), as_of=ts).cells
    kept = cells[~cells["sunk"]]
    assert int(kept["cost_cents"].sum()) == whole["cost_cents"]
    done = stream.items[stream.items["done_ts"] != NONE][["item_id", "episode"]]
    told = kept.merge(done, on=["item_id", "episode"])
    steps = {step.name: step.stage_ids for step in map_steps(stream.stages).steps}
    assert delays
    for one in delays:
        here = told[told["stage_id"].isin(steps[one["step"]])]
        assert one["money"]["cost_cents"] == int(here["cost_cents"].sum())
        assert one["money"]["charged_d"] * DAY == pytest.approx(int(here["wait_s"].sum()))
        assert one["money"]["clock"] == "commitment"


def test_the_loops_of_the_map_cost_what_the_findings_say(client: Client) -> None:
    asked = f"{_ALL}&clock=flow_time"
    body = client.json(f"/v1/streams/checkout/findings?{asked}")
    (loops,) = [one["findings"] for one in body["kinds"] if one["kind"] == "rework"]
    drawn = client.json(f"/v1/streams/checkout/map?{asked}")["rework"]
    costs = {f"{one['from']} back to {one['to']}": one["cost_cents"] for one in drawn}
    assert loops
    for one in loops:
        assert one["money"]["cost_cents"] in (costs[one["title"]], None)


def test_delays_before_and_after_somebody_began_are_the_waiting_of_the_map(client: Client) -> None:
    body = client.json(_ADDRESS)
    ladder = client.json(f"/v1/streams/checkout/map?{_ALL}")["ladder"]
    assert body["waiting_each_d"] == pytest.approx(ladder["waiting_d"])
    (backlog,) = [one for one in body["kinds"] if one["kind"] == "before_work"]
    step = backlog["findings"][0]
    steps = client.json(f"/v1/streams/checkout/map?{_ALL}")["steps"]
    (own,) = [one for one in steps if one["name"] == step["step"]]
    reasons = own["wait_by_reason_d"]
    days = sum(reasons.get(name, 0.0) for name in ("not_started", "before_item"))
    assert step["waiting"]["total_d"] == pytest.approx(days * body["n"])


def test_a_stream_without_items_explains_each_empty_kind(thin: Client) -> None:
    body = thin.json("/v1/streams/empty/findings")
    assert _found(body) == []
    assert all(kind["reason"] for kind in body["kinds"])
    assert thin.json("/v1/streams/empty/findings/explain?kind=rework")["n"] == 0


def test_what_nothing_is_called_is_not_found(client: Client) -> None:
    base = "/v1/streams/checkout/findings/explain"
    assert "<b>" in client.problem(f"{base}?about=%3Cb%3E", 404)["detail"]
    client.problem(f"{base}?kind=everything", 422)
    client.problem("/v1/streams/nowhere/findings", 404)

"""Incidents and change requests over HTTP, against what is true of the company."""

from __future__ import annotations

from typing import Any

import pytest

from api.schemas_desk import ChangeBody, IncidentBody
from simulator.model import Deployment
from tests.api.client import Client
from tests.e2e.company import Company


def _released(company: Company) -> list[Deployment]:
    return [
        one
        for one in company.world.deployments
        if one.change and one.environment == "production" and one.status == "success"
    ]


def _number(company: Company, change: str | None) -> str:
    return next(one.number for one in company.world.changes if one.id == change)


def test_a_change_request_leads_to_what_was_done_under_it(client: Client, company: Company) -> None:
    firsts = company.truth.first_deployments
    tickets = 0
    for deployment in _released(company)[-12:]:
        body = client.json(f"/v1/change-requests/{_number(company, deployment.change).lower()}")
        ChangeBody.model_validate(body)
        assert len(body["deployments"]) == 1
        true = {sha for (_, sha), one in firsts.items() if one == deployment.id}
        assert {row["name"] for row in body["commits"]} == true
        assert body["builds"]
        assert all(why["evidence"] for row in body["commits"] for why in row["why"])
        tickets += len(body["tickets"])
        for row in body["tickets"][:2]:
            journey = client.json(f"/v1/items/{row['name']}/journey")
            assert body["number"] in {line["event"] for line in journey["evidence"]}
    assert tickets


def test_the_incidents_of_a_service_have_verdicts_and_candidates(
    client: Client, company: Company
) -> None:
    causes = {one.number: one.deployment for one in company.world.incidents}
    copies = {one.number for one in company.world.incidents if one.duplicate_of}
    seen: dict[str, dict[str, Any]] = {}
    for service in company.settings.services:
        path = f"/v1/services/{service.name}/incidents?from={company.world.start:%Y-%m-%d}"
        rows = client.json(path)["items"]
        opened = [row["opened_at"] for row in rows]
        assert opened == sorted(opened, reverse=True)
        seen |= {row["number"]: row for row in rows}
    assert set(seen) == set(causes) - copies
    for number, row in seen.items():
        if row["verdict"] == "attributed":
            assert row["candidates"][0]["confidence"] >= 0.4
            assert row["reason"] is None
        else:
            assert row["reason"]
        if row["method"] in ("explicit", "remediation", "reference"):
            assert causes[number]
        if row["verdict"] == "not_change_related":
            assert row["candidates"] == []


def test_an_incident_by_its_number_lists_its_duplicates_and_its_change(
    client: Client, company: Company
) -> None:
    incidents = {one.id: one for one in company.world.incidents}
    copies = [one for one in incidents.values() if one.duplicate_of]
    for copy in copies:
        body = client.json(f"/v1/incidents/{incidents[str(copy.duplicate_of)].number}")
        IncidentBody.model_validate(body)
        assert copy.number in body["duplicates"]
    named = next(one for one in incidents.values() if one.caused_by and not one.duplicate_of)
    body = client.json(f"/v1/incidents/{named.number}")
    assert _number(company, named.caused_by) in {row["name"] for row in body["changes"]}
    assert (body["verdict"], body["method"], body["confidence"]) == ("attributed", "explicit", 1.0)


@pytest.mark.parametrize("kind", ["change-requests", "incidents"])
@pytest.mark.parametrize("number", ["CHG9999999", "x" * 500, "%00", "CHG%0A1"])
def test_an_unknown_number_is_a_404_in_one_line(client: Client, kind: str, number: str) -> None:
    answer = client.get(f"/v1/{kind}/{number}")
    assert answer.status_code == 404
    assert "\n" not in answer.json()["detail"]

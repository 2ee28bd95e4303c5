"""What people say about the cause of an incident: told beside its suspects, and followed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from api.schemas_desk import IncidentBody
from core.settings import Database as DatabaseSettings
from pipeline.database import opened
from pipeline.sync import bring_up_to_date
from tests.api.client import Client
from tests.e2e.company import Company

JSON = {"content-type": "application/json"}
LONG = "from=2025-01-01"
Row = dict[str, Any]


def _say(client: Client, answer: str, a: Row, b: Row) -> int:
    body = {"a": a, "b": b, "answer": answer, "who": "anna", "why": "I was there"}
    told = client.post("/v1/verdicts", json.dumps(body).encode(), JSON)
    assert told.status_code == 202, told.text
    return int(told.json()["id"])


def _named(end: Row) -> Row:
    return {name: end[name] for name in ("kind", "source", "id")}


def _compute(company: Company, path: Path) -> None:
    with opened(DatabaseSettings(url=f"sqlite:///{path}")) as database:
        bring_up_to_date(company.settings, database)


def _surely(client: Client, company: Company) -> tuple[str, Row]:
    """A service and an incident of it that names its cause; one suspect, told once."""
    for service in company.settings.services:
        for row in client.json(f"/v1/services/{service.name}/incidents?{LONG}")["items"]:
            alone = len(row["candidates"]) == 1 and len(row["ends"]) == 2
            if row["method"] == "explicit" and alone:
                return service.name, row
    raise AssertionError("no incident names its cause")


def test_a_suspect_is_rejected_and_another_deployment_is_named(
    copied: tuple[Client, Path], company: Company
) -> None:
    client, path = copied
    service, before = _surely(client, company)
    (suspect,) = before["candidates"]
    (pair, *_) = suspect["pairs"]
    assert (before["verdicts"], pair["verdict"]) == ([], None)
    a, b = before["ends"][pair["a"]], before["ends"][pair["b"]]
    assert (a["kind"], b["kind"], b["label"]) == ("deployment", "incident", before["number"])
    listed = client.json(f"/v1/services/{service}/metrics/change_fail_rate/explain?{LONG}")
    rows = [*listed["included"], *listed["excluded"]]
    accused = next(row for row in rows if (row["source"], row["id"]) == (a["source"], a["id"]))
    assert accused["failed"]
    assert accused["service"] == service
    assert accused["incident_number"]
    other = next(
        row
        for row in sorted(rows, key=lambda one: str(one["finished_at"]), reverse=True)
        if not row["failed"] and row["finished_at"] < before["opened_at"]
    )

    rejected = _say(client, "rejected", _named(a), _named(b))
    soon = client.json(f"/v1/incidents/{before['number']}")
    IncidentBody.model_validate(soon)
    assert [one["verdict"] for one in soon["candidates"][0]["pairs"]][:1] == [rejected]
    assert [(one["id"], one["state"]) for one in soon["verdicts"]] == [(rejected, "pending")]
    cause = {"kind": "deployment", "source": other["source"], "id": other["id"]}
    named = _say(client, "confirmed", cause, {"kind": "incident", "key": before["number"]})
    _compute(company, path)

    after = client.json(f"/v1/incidents/{before['number']}")
    told = {one["id"]: one for one in after["verdicts"]}
    assert {number: one["answer"] for number, one in told.items()} == {
        rejected: "rejected",
        named: "confirmed",
    }
    assert told[rejected]["overruled"]
    assert after["candidates"][0]["url"] == other["url"]
    assert named in [one["verdict"] for one in after["candidates"][0]["pairs"]]
    assert (after["verdict"], after["method"], after["confidence"]) == (
        "attributed",
        "explicit",
        1.0,
    )
    assert suspect["url"] not in {one["url"] for one in after["candidates"]}


def test_how_long_deployments_are_watched_is_told(client: Client) -> None:
    for address in ("/v1/services/web/dora", "/v1/streams/checkout/dora"):
        body = client.json(address)
        assert (body["observation_window_h"], body["incident_window_h"]) == (72.0, 24.0)

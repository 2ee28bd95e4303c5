"""The mapping over the API: as it is, what it lacks, what another one would do; hostile input."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.schemas import Envelope
from api.schemas_definitions import DefinitionChangeRow
from api.schemas_lists import Listed
from api.schemas_mappings import PREVIEW, MappingRow, Preview, PreviewGiven, Unmapped
from core.settings import Database, Settings
from pipeline.database import opened
from pipeline.sync import bring_up_to_date
from tests.api.client import Answer, Client, Clock
from tests.api.conftest import copy_of
from tests.e2e.company import Company

JSON = {"content-type": "application/json"}
ADDRESS = "/v1/mappings/preview"


def _stream(company: Company, name: str = "checkout", **changed: Any) -> dict[str, Any]:
    """A stream as the configuration has it, in JSON."""
    found = next(one for one in company.settings.streams if one.name == name)
    told: dict[str, Any] = found.model_dump(mode="json", by_alias=True)
    days = found.reopen_window.days
    return {**told, "reopen_window": f"{days}d", **changed}


def _waiting(company: Company) -> dict[str, Any]:
    """The stream with its first active stage waiting, and its second one gone."""
    stages = _stream(company)["stages"]
    active = [one["name"] for one in stages if one["state"] == "active"]
    kept = [one for one in stages if one["name"] != active[1]]
    return _stream(
        company,
        stages=[one | ({"state": "waiting"} if one["name"] == active[0] else {}) for one in kept],
    )


def _asked(client: Client, body: object, status: int = 200) -> Answer:
    answer = client.post(ADDRESS, orjson.dumps(body), JSON)
    assert answer.status_code == status, answer.text
    found: Answer = answer.json()
    return found


def test_the_mapping_is_that_of_the_configuration(client: Client, company: Company) -> None:
    body = client.json("/v1/mappings")
    Listed[MappingRow].model_validate(body)
    for row, stream in zip(body["items"], company.settings.streams, strict=True):
        assert [one["name"] for one in row["stages"]] == [one.name for one in stream.stages]
        for stage, told in zip(row["stages"], stream.stages, strict=True):
            assert {one["status"] for one in stage["statuses"]} <= set(told.statuses)
    only = client.json("/v1/mappings?stream=search")
    assert [row["stream"] for row in only["items"]] == ["search"]
    client.problem("/v1/mappings?stream=shop", 404)


def test_a_preview_shows_what_moves_and_both_numbers(client: Client, company: Company) -> None:
    body = _asked(client, {"streams": [_waiting(company)]})
    Preview.model_validate(body)
    (row,) = [one for one in body["streams"] if not one["same"]]
    assert row["stream"] == "checkout"
    kinds = {one["change"] for one in row["statuses"]}
    assert kinds == {"moved", "unmapped"}
    assert all(one["items"] > 0 < one["days"] for one in row["statuses"])
    assert row["items"]["touched"] > 0
    now = client.json("/v1/streams/checkout/metrics/flow_time")
    pair = next(one for one in row["metrics"] if one["metric"] == "flow_time")
    assert pair["present"] == now
    assert Envelope.model_validate(pair["proposed"])


def test_the_same_streams_change_nothing(client: Client, company: Company) -> None:
    names = [one.name for one in company.settings.streams]
    body = _asked(client, {"streams": [_stream(company, name) for name in names]})
    assert body["same"]
    assert [row["what"] for row in body["streams"]] == [[]] * len(names)
    assert _asked(client, {})["same"]


def test_the_window_of_the_numbers_is_asked_for(client: Client, company: Company) -> None:
    sent = {"streams": [_waiting(company)], "from": "2026-06-01", "to": "2026-09-01"}
    row = _asked(client, sent)["streams"][0]
    now = client.json("/v1/streams/checkout/metrics/velocity?from=2026-06-01&to=2026-09-01")
    assert next(one for one in row["metrics"] if one["metric"] == "velocity")["present"] == now
    told = _asked(client, {"from": "2026-09-01", "to": "2026-06-01"}, 422)["detail"]
    assert "the window is empty" in told


@pytest.fixture
def changed(company: Company, tmp_path: Path) -> Iterator[tuple[Client, Client, Settings]]:
    """An application over a copy of the company, and one after the mapping changed there."""
    from api.app import create_app

    path = tmp_path / "headwater.db"
    copy_of(company, path)
    url = Database(url=f"sqlite:///{path}")
    old = company.settings.model_copy(update={"database": url})
    given = PreviewGiven.model_validate({"streams": [_waiting(company)]})
    rest = [one for one in old.streams if one.name != "checkout"]
    new = old.model_copy(update={"streams": (*given.streams, *rest)})
    with opened(url) as database:
        yield Client(create_app(old, database)), Client(create_app(new, database)), new


def test_the_preview_is_what_the_change_then_answers(
    changed: tuple[Client, Client, Settings], company: Company, clock: Clock
) -> None:
    before, after, new = changed
    row = _asked(before, {"streams": [_waiting(company)]})["streams"][0]
    old = {one["metric"]: one["present"] for one in row["metrics"]}
    with opened(new.database) as database:
        bring_up_to_date(new, database)
    names = ("value", "observed", "interval", "n", "excluded", "coverage", "grade", "reasons")
    for pair in row["metrics"]:
        now = after.json(f"/v1/streams/checkout/metrics/{pair['metric']}")
        assert {name: now[name] for name in names} == {
            name: pair["proposed"][name] for name in names
        }
    assert any(pair["proposed"]["value"] != old[pair["metric"]]["value"] for pair in row["metrics"])
    body = after.json("/v1/definitions/changes")
    Listed[DefinitionChangeRow].model_validate(body)
    (change,) = body["items"]
    assert change["what"] == row["what"]
    assert change["stream"] == "checkout"
    assert body == after.json("/v1/definitions/changes?stream=checkout")
    assert after.json("/v1/definitions/changes?stream=search")["items"] == []
    clock.ts = _ts(change["at"]) + 7200
    chart = after.json("/v1/streams/checkout/cfd")
    assert [one["at"] for one in chart["breaks"]] == [change["at"]]
    listed = after.json(chart["breaks"][0]["changes"])
    assert listed["items"] == [change]
    series = after.json("/v1/streams/checkout/metrics/velocity?interval=week")
    assert series["breaks"] == chart["breaks"]
    Envelope.model_validate(series)
    (stream,) = [one for one in after.json("/v1/overview")["streams"] if one["name"] == "checkout"]
    assert stream["breaks"] == chart["breaks"]
    known = after.json(f"/v1/streams/checkout/metrics/flow_time?known_at={change['known_at']}")
    told = {one["metric"]: one["before"] for one in change["numbers"]}["flow_time"]
    assert known == told | {"watermarks": known["watermarks"]}


def _ts(text: str) -> int:
    with sqlite3.connect(":memory:") as base:
        return int(base.execute("SELECT strftime('%s', ?)", [text]).fetchone()[0])


def test_what_is_not_mapped_is_told_with_the_line_that_maps_it(
    changed: tuple[Client, Client, Settings], company: Company
) -> None:
    _, after, new = changed
    with opened(new.database) as database:
        bring_up_to_date(new, database)
    body = after.json("/v1/mappings/unmapped?stream=checkout")
    Unmapped.model_validate(body)
    rows = [row for row in body["items"] if row["what"] == "status"]
    lost = {one for stage in _stream(company)["stages"] for one in stage["statuses"]}
    kept = {one for stage in _waiting(company)["stages"] for one in stage["statuses"]}
    assert {row["name"] for row in rows} == lost - kept
    for row in rows:
        assert row["items"] >= row["items_now"]
        assert row["days"] > 0
        assert f'statuses = ["{row["name"]}"]' in row["line"]
    last = max(_ts(row["since"]) for row in body["items"])
    assert after.json(f"/v1/mappings/unmapped?since={_iso(last + 1)}")["items"] == []
    with_last = after.json(f"/v1/mappings/unmapped?since={_iso(last)}")["items"]
    assert last in {_ts(row["since"]) for row in with_last}
    after.problem("/v1/mappings/unmapped?since=soon", 422)
    after.problem("/v1/mappings/unmapped?stream=shop", 404)


def _iso(ts: int) -> str:
    with sqlite3.connect(":memory:") as base:
        found = base.execute("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?, 'unixepoch')", [ts])
        return str(found.fetchone()[0])


_ITEMS = {"source": "jira", "projects": ["SHOP"]}
_GOOD = {"name": "checkout", "items": _ITEMS}
BAD: dict[str, tuple[object, str]] = {
    "a secret's table": ({"sources": [{"auth": {"token": "sesame"}}]}, "sources"),
    "a database": ({"database": {"password": "sesame"}}, "database"),
    "no list": ({"streams": "sesame"}, "streams"),
    "no stream": ({"streams": ["sesame"]}, "streams.0"),
    "no name": ({"streams": [{"items": _ITEMS}]}, "streams.0.name"),
    "an unknown key": ({"streams": [_GOOD | {"auth": "sesame"}]}, "streams.0.auth"),
    "an unknown state": (
        {"streams": [_GOOD | {"stages": [{"name": "A", "state": "sesame", "statuses": ["B"]}]}]},
        "streams.0.stages.0.state",
    ),
    "no duration": ({"streams": [_GOOD | {"reopen_window": "sesame"}]}, "streams.0.reopen_window"),
    "an unknown tracker": (
        {"streams": [_GOOD | {"items": {"source": "sesame", "projects": ["A"]}}]},
        "streams.0.items.source",
    ),
    "twice": ({"streams": [_GOOD, _GOOD]}, "streams"),
    "too many": ({"streams": [_GOOD | {"name": f"s{n}"} for n in range(21)]}, "streams"),
    "a character that no text holds": ({"streams": [_GOOD | {"title": "a\x00b"}]}, "streams"),
    "no currency": ({"cost_of_delay": {"currency": "sesame"}}, "cost_of_delay.currency"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_names_its_field(client: Client, name: str) -> None:
    sent, field = BAD[name]
    body = _asked(client, sent, 422)
    assert body["field"] == field
    if name != "an unknown tracker":
        assert "sesame" not in orjson.dumps(body).decode()


def test_stages_that_contradict_each_other_are_refused(client: Client, company: Company) -> None:
    stages = _stream(company)["stages"]
    twice = [*stages, stages[0] | {"state": "ignored"}]
    told = _asked(client, {"streams": [_stream(company, stages=twice)]}, 422)["detail"]
    assert "stands twice" in told


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"content-type": "text/plain"}, b"{}", 415),
        ({}, b"{}", 415),
        (JSON | {"sec-fetch-site": "cross-site"}, b"{}", 403),
        (JSON | {"sec-fetch-site": "same-site"}, b"{}", 403),
        (JSON, b"{", 400),
        (JSON, b"[]", 400),
        (JSON, b'{"streams":' + b"[" * 5000, 400),
        (JSON, b" " * 70_000, 413),
    ],
)
def test_forms_and_pages_of_others_are_refused(
    client: Client, headers: dict[str, str], content: bytes, status: int
) -> None:
    assert client.post(ADDRESS, content, headers).status_code == status


def test_references_to_secrets_are_words_like_others(
    client: Client, company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("open-sesame")
    monkeypatch.setitem(os.environ, "SESAME", "open-sesame")
    for reference in (f"file:{secret}", "env:SESAME"):
        stages = [{"name": reference, "state": "active", "statuses": [reference]}]
        sent = {
            "streams": [_stream(company, stages=stages, title=reference)],
            "cost_of_delay": {"field": reference},
        }
        text = orjson.dumps(_asked(client, sent)).decode()
        assert reference in text
        assert "open-sesame" not in text


def test_the_example_is_one_that_is_taken(client: Client) -> None:
    described = client.json("/v1/openapi.json")["paths"][ADDRESS]["post"]["requestBody"]
    body = described["content"]["application/json"]
    assert body["example"] == PREVIEW
    assert set(body["schema"]["properties"]) == set(PREVIEW)
    assert PreviewGiven.model_validate(PREVIEW)


def test_one_preview_is_computed_at_a_time(client: Client) -> None:
    from api.routes import mappings

    with mappings._turn:
        answer = client.post(ADDRESS, b"{}", JSON)
    assert answer.status_code == 503
    assert client.post(ADDRESS, b"{}", JSON).status_code == 200

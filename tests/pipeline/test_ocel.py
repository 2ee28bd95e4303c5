"""The event log follows OCEL 2.0, whole, in both forms, and tells what happened.

The rules of the standard's JSON schema, and those that it states in words, are written out here:
what the log claims about itself is checked against nothing of ours.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import text

from pipeline.ocel import JSON_FILE, SQLITE_FILE, export_log
from tests.e2e.company import Company, collected

_VALUE = {"type": ["string", "number", "boolean"]}
_TYPES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "attributes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string", "minLength": 1},
                        "type": {"enum": ["string", "time", "integer", "float", "boolean"]},
                    },
                    "required": ["name", "type"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["name", "attributes"],
        "additionalProperties": False,
    },
}
_RELATED = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"objectId": {"type": "string"}, "qualifier": {"type": "string"}},
        "required": ["objectId", "qualifier"],
        "additionalProperties": False,
    },
}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}


def _things(*, timed: bool) -> dict[str, Any]:
    attribute = {"name": {"type": "string"}, "value": _VALUE} | ({} if timed else {"time": _TIME})
    own = {"id": {"type": "string", "minLength": 1}, "type": {"type": "string"}}
    own |= {"time": _TIME} if timed else {}
    listed = {
        "attributes": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": attribute,
                "required": sorted(attribute),
                "additionalProperties": False,
            },
        },
        "relationships": _RELATED,
    }
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {**own, **listed},
            "required": sorted(own),
            "additionalProperties": False,
        },
    }


STANDARD = {
    "type": "object",
    "properties": {
        "objectTypes": _TYPES,
        "eventTypes": _TYPES,
        "objects": _things(timed=False),
        "events": _things(timed=True),
    },
    "required": ["objectTypes", "eventTypes", "objects", "events"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with collected(tmp_path_factory.mktemp("mined"), seed=3, items=60) as found:
        yield found


@pytest.fixture(scope="module")
def folder(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mining")
    first = export_log(company.database, made, "ocel")
    second = export_log(company.database, made, "ocel-sqlite")
    assert first | {"file": ""} == second | {"file": ""}
    assert sorted(one.name for one in made.iterdir()) == [JSON_FILE, SQLITE_FILE]
    return made


@pytest.fixture(scope="module")
def log(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / JSON_FILE).read_bytes())
    return found


def test_the_document_has_the_shape_of_the_standard(log: dict[str, Any]) -> None:
    Draft202012Validator(STANDARD).validate(log)


def test_ids_are_unique_and_all_that_is_named_is_there(log: dict[str, Any]) -> None:
    objects = {one["id"] for one in log["objects"]}
    assert len(objects) == len(log["objects"]) > 100
    assert len({one["id"] for one in log["events"]}) == len(log["events"]) > 300
    for one in (*log["objects"], *log["events"]):
        assert {other["objectId"] for other in one["relationships"]} <= objects, one["id"]
    assert all(one["relationships"] for one in log["events"])


def test_attributes_are_declared_and_of_their_type(log: dict[str, Any]) -> None:
    kinds = {"string": str, "integer": int, "float": float, "boolean": bool}
    for types, things in (("objectTypes", "objects"), ("eventTypes", "events")):
        names = [one["name"] for one in log[types]]
        assert len(set(names)) == len(names)
        told = {
            one["name"]: {at["name"]: at["type"] for at in one["attributes"]} for one in log[types]
        }
        for one in log[things]:
            for attribute in one["attributes"]:
                kind = told[one["type"]][attribute["name"]]
                assert type(attribute["value"]) is kinds[kind], attribute


def test_the_events_of_an_item_are_those_that_the_simulator_knows(
    company: Company, log: dict[str, Any]
) -> None:
    """Every change of status into another stage is an event, and every commit names its items."""
    known = {one.key: one for one in company.world.items}
    events = [one for one in log["events"] if one["type"].startswith("enter ")]
    checked = 0
    for one in log["objects"]:
        if one["type"] != "item":
            continue
        told = {at["name"]: at["value"] for at in one["attributes"]}
        item = known[told["key"]]
        mine = [e for e in events if e["relationships"][0]["objectId"] == one["id"]]
        times = [datetime.fromisoformat(e["time"]).timestamp() for e in mine]
        assert times == sorted(times)
        assert int(times[0]) == int(item.created.timestamp())
        checked += 1
    assert checked == sum(one["type"] == "item" for one in log["objects"]) >= 50


def test_deployments_name_what_they_ship(company: Company, log: dict[str, Any]) -> None:
    with company.database.engine.connect() as connection:
        rows = connection.execute(text("SELECT deployment_id, commit_id FROM change_fact")).all()
    expected = {(f"deployment:{a}", f"commit:{b}") for a, b in rows}
    found = {
        (own["objectId"], other["objectId"])
        for event in log["events"]
        if event["type"] == "deploy"
        for own in event["relationships"]
        if own["qualifier"] == "deployment"
        for other in event["relationships"]
        if other["qualifier"] == "ships"
    }
    assert found == expected
    assert len(expected) > 10


def test_the_sqlite_file_says_the_same(folder: Path, log: dict[str, Any]) -> None:
    with sqlite3.connect(folder / SQLITE_FILE) as file:
        for what in ("object", "event"):
            counted = Counter(one["type"] for one in log[f"{what}s"])
            maps = dict(file.execute(f"SELECT ocel_type, ocel_type_map FROM {what}_map_type"))
            assert set(maps) == {one["name"] for one in log[f"{what}Types"]}
            for name, word in maps.items():
                count = file.execute(f"SELECT count(*) FROM {what}_{word}").fetchone()[0]
                assert count == counted[name], name
        for table, things in (("event_object", "events"), ("object_object", "objects")):
            rows = Counter(file.execute(f"SELECT * FROM {table}"))
            assert rows == Counter(
                (one["id"], other["objectId"], other["qualifier"])
                for one in log[things]
                for other in one["relationships"]
            )
        word = file.execute("SELECT ocel_type_map FROM event_map_type WHERE ocel_type = 'deploy'")
        name = f"event_{word.fetchone()[0]}"
        stored = dict(file.execute(f"SELECT ocel_id, ocel_time FROM {name}"))
    for one in log["events"]:
        if one["type"] == "deploy":
            assert stored[one["id"]] == one["time"].replace("T", " ").removesuffix("Z")
    file.close()


def test_nobody_is_in_the_log(company: Company, log: dict[str, Any]) -> None:
    whole = json.dumps([one for one in log["objects"] if one["type"] != "item"])
    assert not [one.email for one in company.world.people if one.email in whole]
    assert "person" not in {one["name"] for one in log["objectTypes"]}

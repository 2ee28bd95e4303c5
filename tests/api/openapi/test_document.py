"""The document as it is stored is that of the code, and says everything of every operation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.document_units import unit_of
from api.document_whole import operations
from tests.api.openapi.breaking import differences
from tests.api.openapi.document import STORED, present, stored, written
from tests.api.openapi.fitting import resolved

UNIT = re.compile(
    r"Unit: |\b(seconds?|days?|hours?|weeks?|minutes?|years?|cents?|shares?|part|percent|%|0 to 1"
    r"|how many|how likely|times|count|number of|unit|version|per|probability|HTTP)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return present()


def _answers(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            yield f"{method.upper()} {path}", status, resolved(document, answer)


def test_the_stored_document_is_that_of_the_code(document: dict[str, Any]) -> None:
    if STORED.is_file() and STORED.read_text(encoding="utf-8") == written(document) + "\n":
        return
    found = [f"{'BREAKS' if one.breaking else 'adds  '}  {one}" for one in
             differences(stored(), document)]  # fmt: skip
    told = "\n".join(found[:40]) or "only words or examples differ"
    pytest.fail(f"docs/openapi.json is not that of the code; `make openapi` renews it:\n{told}")


def test_every_operation_says_what_it_is_for(document: dict[str, Any]) -> None:
    found = [operation for _, _, operation in operations(document)]
    assert len(found) > 100
    for operation in found:
        assert operation["summary"]
        assert len(operation["description"]) > 15, operation["summary"]
    names = [operation["operationId"] for operation in found]
    assert len(set(names)) == len(names)


def test_every_answer_has_an_example_that_is_one(document: dict[str, Any]) -> None:
    for where, status, answer in _answers(document):
        if not answer.get("content"):
            continue
        for kind, content in answer["content"].items():
            assert "schema" in content, (where, status)
            if (kind == "application/json" and status == "200") or "problem" in kind:
                assert "example" in content, f"{where} {status}: no example"
                schema = {**content["schema"], "components": document["components"]}
                wrong = [
                    f"{where} {status} {error.json_path}: {error.message[:200]}"
                    for error in Draft202012Validator(schema).iter_errors(content["example"])
                ]
                assert not wrong


def test_every_refusal_that_can_come_is_a_documented_problem(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        where, told = f"{method.upper()} {path}", set(operation["responses"])
        if not path.startswith("/v1/"):
            continue
        wanted = {"422", "503"}
        wanted |= {"401", "403", "429"} if "security" in operation else {"401"}
        wanted |= {"400", "413", "415"} if "requestBody" in operation else set()
        named = "{" in path and not path.startswith("/v1/hooks/")
        wanted |= {"404"} if named else set()
        assert wanted <= told, (where, wanted - told)
        for status in told:
            answer = resolved(document, operation["responses"][status])
            if status >= "400":
                (kind, content), *more = answer["content"].items()
                assert (kind, more) == ("application/problem+json", [])
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert str(content["example"]["status"]) == status


def test_the_headers_of_answers_are_documented(document: dict[str, Any]) -> None:
    for where, status, answer in _answers(document):
        told = set(answer.get("headers", {}))
        kept = where.startswith("GET /v1/") and where.split("/v1")[1] not in (
            "/account", "/audit-log", "/tokens", "/stream",
        )  # fmt: skip
        assert (kept and status in ("200", "304")) == ("ETag" in told), (where, status)
        assert (status == "429") == ("Retry-After" in told), (where, status)
        for name in told:
            header = resolved(document, answer["headers"][name])
            assert header["description"]
            assert header["schema"]["type"] in ("string", "integer")


def test_every_number_says_its_unit(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, told in schema.get("properties", {}).items():
            words = {str(one.get("type")) for one in [told, *told.get("anyOf", [])]}
            if words & {"number", "integer"}:
                assert UNIT.search(told.get("description", "")), (
                    f"{name}.{field} is a number without a unit: say it in its description, or"
                    " end its name with one (_s, _d, _cents, _share)"
                )


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("p50_d", "days"),
        ("blocked_s", "seconds"),
        ("cost_cents", "integer cents"),
        ("cents_per_week", "integer cents a week"),
        ("visit_share", "share from 0 to 1"),
        ("breach_p", "probability from 0 to 1"),
        ("horizon_weeks", "weeks"),
        ("requests_per_hour", "requests an hour"),
        ("id", "none: it names one"),
        ("happiness", ""),
    ],
)
def test_a_name_tells_its_unit(name: str, unit: str) -> None:
    assert unit_of(name, whole=False) == unit


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for one in part.values():
                yield from references(one)
        elif isinstance(part, list):
            for one in part:
                yield from references(one)

    found = set(references(document))
    assert len(found) > 250
    for one in found:
        assert resolved(document, {"$ref": one})

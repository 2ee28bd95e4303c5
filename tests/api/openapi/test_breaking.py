"""What breaks programs and what does not, by pairs of documents written by hand."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.api.openapi.breaking import breaking, differences
from tests.api.openapi.changelog import untold
from tests.api.openapi.document import written

Document = dict[str, Any]
BASE: Document = {
    "paths": {
        "/v1/items/{key}": {
            "get": {
                "parameters": [
                    {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}},
                    {
                        "name": "limit",
                        "in": "query",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 500, "default": 50},
                    },
                    {
                        "name": "rank",
                        "in": "query",
                        "schema": {"anyOf": [{"enum": ["wait", "cost"]}, {"type": "null"}]},
                    },
                ],
                "responses": {
                    "200": {
                        "headers": {"ETag": {}},
                        "content": {"application/json": {"schema": {"$ref": "#/defs/Item"}}},
                    },
                    "404": {"description": "Not found"},
                },
            },
            "post": {
                "parameters": [],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["who"],
                                "properties": {
                                    "who": {"type": "string", "maxLength": 80},
                                    "why": {"type": "string"},
                                },
                            }
                        }
                    },
                },
                "responses": {"202": {"description": "Taken"}},
            },
        }
    },
    "defs": {
        "Item": {
            "type": "object",
            "required": ["key", "state"],
            "properties": {
                "key": {"type": "string", "description": "As the tracker has it."},
                "state": {"type": "string", "enum": ["open", "done"]},
                "age_d": {"type": "number"},
                "parts": {"type": "array", "items": {"$ref": "#/defs/Item"}},
            },
        }
    },
}
_ITEM = ("defs", "Item", "properties")
_GET = ("paths", "/v1/items/{key}", "get")
_LIMIT = (*_GET, "parameters", 1, "schema")
_RANK = (*_GET, "parameters", 2, "schema", "anyOf", 0)
_SENT = (
    *("paths", "/v1/items/{key}", "post", "requestBody", "content"),
    *("application/json", "schema"),
)
_BIG = "GET /v1/items/{}"
GONE = object()


def _with(*changes: tuple[tuple[Any, ...], Any]) -> Document:
    """The base, with a value put at each path, or taken from it."""
    found = deepcopy(BASE)
    for path, value in changes:
        place: Any = found
        for step in path[:-1]:
            place = place[step]
        if value is GONE:
            del place[path[-1]]
        else:
            place[path[-1]] = value
    return found


NEW_PARAMETER = {"name": "team", "in": "query", "schema": {"type": "string"}}
BREAKS: dict[str, tuple[Document, str]] = {
    "address": (_with((_GET, GONE)), f"{_BIG}: the address is taken out"),
    "parameter": (
        _with(((*_GET, "parameters", 2), GONE)),
        f"{_BIG} rank: the parameter is taken out",
    ),
    "new required parameter": (
        _with(((*_GET, "parameters", 2), NEW_PARAMETER | {"required": True})),
        f"{_BIG} team: the parameter is new and required",
    ),
    "parameter required": (
        _with(((*_GET, "parameters", 1, "required"), True)),
        f"{_BIG} limit: is required now",
    ),
    "default": (_with(((*_LIMIT, "default"), 20)), f"{_BIG} limit: is 20 where it is not said"),
    "upper bound": (_with(((*_LIMIT, "maximum"), 100)), f"{_BIG} limit: maximum is 100, was 500"),
    "lower bound": (_with(((*_LIMIT, "minimum"), 2)), f"{_BIG} limit: minimum is 2, was 1"),
    "new bound": (
        _with(((*_LIMIT, "exclusiveMaximum"), 9)),
        f"{_BIG} limit: exclusiveMaximum is 9, was None",
    ),
    "pattern": (_with(((*_GET, "parameters", 0, "schema", "pattern"), "^A")),
                f"{_BIG} {{}} 0: pattern is ^A"),
    "word asked": (_with(((*_RANK, "enum"), ["wait"])), f"{_BIG} rank: cost is taken out"),
    "few words asked": (
        _with(((*_GET, "parameters", 0, "schema", "enum"), ["a"])),
        f"{_BIG} {{}} 0: one of few words only",
    ),
    "type asked": (_with(((*_LIMIT, "type"), "string")), f"{_BIG} limit: integer is taken out"),
    "field sent": (
        _with(((*_SENT, "properties", "why"), GONE)),
        "POST /v1/items/{} body.why: the field is taken out",
    ),
    "field needed": (
        _with(((*_SENT, "required"), ["who", "why"])),
        "POST /v1/items/{} body.why: is required now",
    ),
    "new field needed": (
        _with(
            ((*_SENT, "properties", "at"), {"type": "string"}),
            ((*_SENT, "required"), ["who", "at"]),
        ),
        "POST /v1/items/{} body.at: the field is new",
    ),
    "length sent": (
        _with(((*_SENT, "properties", "who", "maxLength"), 8)),
        "POST /v1/items/{} body.who: maxLength is 8, was 80",
    ),
    "field answered": (_with(((*_ITEM, "age_d"), GONE)), f"{_BIG} 200.age_d: the field is taken"),
    "field may be missing": (
        _with((("defs", "Item", "required"), ["key"])),
        f"{_BIG} 200.state: may be missing now",
    ),
    "null answered": (
        _with(((*_ITEM, "age_d"), {"anyOf": [{"type": "number"}, {"type": "null"}]})),
        f"{_BIG} 200.age_d: null is new",
    ),
    "type answered": (
        _with(((*_ITEM, "age_d", "type"), "string")),
        f"{_BIG} 200.age_d: string is new",
    ),
    "within a list": (
        _with(((*_ITEM, "parts", "items"), {"type": "string"})),
        f"{_BIG} 200.parts[]: string is new",
    ),
    "any word answered": (_with(((*_ITEM, "state", "enum"), GONE)), f"{_BIG} 200.state: any word"),
    "answer": (
        _with(((*_GET, "responses"), {"404": {}})),
        f"{_BIG} 200: the answer is taken out",
    ),
    "kind of answer": (
        _with(((*_GET, "responses", "200", "content"), {"text/csv": {}})),
        f"{_BIG} 200: application/json is taken out",
    ),
    "header": (
        _with(((*_GET, "responses", "200", "headers"), {})),
        f"{_BIG} 200: the header ETag is taken out",
    ),
}  # fmt: skip
ADDS: dict[str, Document] = {
    "address": _with((("paths", "/v1/new"), {"get": {"responses": {}}})),
    "method": _with((("paths", "/v1/items/{key}", "delete"), {"responses": {}})),
    "parameter": _with(
        ((*_GET, "parameters"), [*BASE["paths"]["/v1/items/{key}"]["get"]["parameters"],
                                 NEW_PARAMETER])
    ),
    "wider bound": _with(((*_LIMIT, "maximum"), 1000)),
    "bound gone": _with(((*_LIMIT, "minimum"), GONE)),
    "word asked": _with(((*_RANK, "enum"), ["wait", "cost", "age"])),
    "type asked": _with(
        ((*_GET, "parameters", 0, "schema"), {"anyOf": [{"type": "string"}, {"type": "null"}]})
    ),
    "field sent": _with(((*_SENT, "properties", "note"), {"type": "string"})),
    "field needed no more": _with(((*_SENT, "required"), [])),
    "field answered": _with(((*_ITEM, "title"), {"type": "string"})),
    "word answered": _with(((*_ITEM, "state", "enum"), ["open", "done", "gone"])),
    "answer": _with(((*_GET, "responses", "429"), {"description": "Too often"})),
    "refusal gone": _with(((*_GET, "responses", "404"), GONE)),
    "kind of answer": _with(((*_GET, "responses", "200", "content", "text/csv"), {})),
}  # fmt: skip
SAME: dict[str, Document] = {
    "nothing": _with(),
    "words for people": _with(((*_ITEM, "key", "description"), "Another sentence.")),
    "name in the path": {
        **BASE,
        "paths": {"/v1/items/{id}": BASE["paths"]["/v1/items/{key}"]},
    },
    "schema called otherwise": {
        **_with(
            (
                (*_GET, "responses", "200", "content", "application/json", "schema"),
                {"$ref": "#/defs/Renamed"},
            )
        ),
        "defs": {"Item": BASE["defs"]["Item"], "Renamed": BASE["defs"]["Item"]},
    },
}


@pytest.mark.parametrize("case", BREAKS)
def test_what_a_program_relies_on_may_not_go(case: str) -> None:
    document, line = BREAKS[case]
    found = breaking(BASE, document)
    assert any(one.startswith(line) for one in found), found


@pytest.mark.parametrize("case", ADDS)
def test_an_addition_breaks_nothing(case: str) -> None:
    found = list(differences(BASE, ADDS[case]))
    assert found
    assert not [str(one) for one in found if one.breaking]


@pytest.mark.parametrize("case", SAME)
def test_what_means_the_same_is_no_difference(case: str) -> None:
    assert not list(differences(BASE, SAME[case]))


def test_a_breaking_change_must_stand_in_the_newest_part_of_the_changelog() -> None:
    line = f"{_BIG} rank: the parameter is taken out"
    head = "### Breaking changes of the API\n\n"
    told = f"# Changelog\n\n## Unreleased\n\n- a line\n\n{head}- `{line}` (use `sort`)\n"
    assert untold([line], told) == []
    assert untold([line, "another: is required now"], told) == ["another: is required now"]
    assert untold([line], told.replace("## Unreleased", "## Unreleased\n\n## 0.1.0")) == [line]
    assert untold([line], f"# Changelog\n\n## Unreleased\n\n- `{line}`\n") == [line]


def test_the_document_is_written_in_order_and_in_few_lines() -> None:
    text = written({"b": ["x" * 60, "y" * 60], "a": {"n": 1, "m": "ü"}, "c": []})
    x, y = "x" * 60, "y" * 60
    assert text == (
        f'{{\n "a": {{"m": "ü", "n": 1}},\n "b": [\n  "{x}",\n  "{y}"\n ],\n "c": []\n}}'
    )

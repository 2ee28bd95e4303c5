"""What every operation has in common, put into the OpenAPI document once it is made: one schema of
problems, headers, units of numbers, and an answer as it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from api.document_headers import COMPONENTS, tell_headers
from api.document_units import tell_units
from api.schemas import Problem

_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
_OF_SCHEMAS: Final = {"type", "anyOf", "allOf", "$ref", "const", "enum"}
_METHODS: Final = ("get", "post", "delete", "put", "patch")


def document_whole(app: FastAPI) -> None:
    """Complete the document of the application, once it is asked for."""
    plain = app.openapi

    @cache
    def told() -> dict[str, Any]:
        document = deepcopy(plain())
        for context in iter_route_contexts(app.routes):
            route = context.original_route
            if isinstance(route, APIRoute) and route.include_in_schema:
                _restore(route, document["paths"][context.path_format])
        return _completed(document)

    app.openapi = told  # type: ignore[method-assign]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of each."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in _METHODS:
                yield path, method, operation


def _restore(route: APIRoute, methods: dict[str, Any]) -> None:
    """Examples as routes give them: FastAPI leaves every null out of them, which then look like
    answers that no route gives.
    """
    sent = (route.openapi_extra or {}).get("requestBody", {})
    for method in route.methods or ():
        operation = methods[method.lower()]
        given = [(operation.get("requestBody", {}), sent)]
        given += [(operation["responses"].get(str(status), {}), told)
                  for status, told in route.responses.items()]  # fmt: skip
        for shown, told in given:
            for kind, content in told.get("content", {}).items():
                if "example" in content:
                    shown["content"][kind]["example"] = content["example"]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    components["headers"] = dict(COMPONENTS)
    seen = _examples()
    for path, method, operation in operations(document):
        for answer in operation["responses"].values():
            for content in answer.get("content", {}).values():
                if content.get("schema", {}).get("title") == "Problem":
                    content["schema"] = _PROBLEM
        _show(operation, seen.get(f"{method.upper()} {path}"))
        tell_headers(path, method, operation)
        _lift(operation.get("requestBody", {}), schemas)
    for schema in schemas.values():
        tell_units(schema)
    _share_refusals(document)
    _drop_titles(components["schemas"])
    _drop_titles(document["paths"])
    return document


def _share_refusals(document: dict[str, Any]) -> None:
    """What is refused alike stands once, and not with each of a hundred operations."""
    told = document["components"].setdefault("responses", {})
    for _, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status < "300":
                continue
            name = "-".join([status, *re.findall(r"\w+", answer["description"].lower())[:5]])
            while told.setdefault(name, answer) != answer:
                name += "-or"
            operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}


def _drop_titles(part: Any) -> None:
    """The titles that Pydantic makes of names say nothing that the names do not."""
    if isinstance(part, list):
        for one in part:
            _drop_titles(one)
    elif isinstance(part, dict):
        if isinstance(part.get("title"), str) and part.keys() & _OF_SCHEMAS:
            del part["title"]
        for name, one in part.items():
            if name not in ("example", "examples"):
                _drop_titles(one)


def _lift(body: dict[str, Any], schemas: dict[str, Any]) -> None:
    """The parts of what is sent stand where the document's references look for them."""
    for content in body.get("content", {}).values():
        for name, schema in content.get("schema", {}).pop("$defs", {}).items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two schemas are called {name}: give one another name")


def _show(operation: dict[str, Any], seen: Any) -> None:
    """An answer as it looks, where the route gives none itself."""
    for status in ("200", "202"):
        content = operation["responses"].get(status, {}).get("content", {})
        body = content.get("application/json")
        if body is not None and "example" not in body and seen is not None:
            body["example"] = seen


def _examples() -> dict[str, Any]:
    """By method and path: answers of the simulated company, cut to what shows their shape."""
    found: dict[str, Any] = orjson.loads(files("api").joinpath("seen_answers.json").read_bytes())
    return found

"""The vendors' own descriptions of their APIs, from the folder beside the recorded payloads."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

_NAMES = "components"


class Described:
    """An OpenAPI 3.0 description; answers are checked as JSON Schema of today."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.paths: dict[str, Any] = document["paths"]
        self._names = _with_null(document[_NAMES])

    def faults(self, path: str, body: Any) -> list[str]:
        """What is wrong with the body of a 200 to a GET of this path; empty where all is well."""
        answer = self.paths[path]["get"]["responses"]["200"]["content"]["application/json"]
        schema = {**_with_null(answer["schema"]), _NAMES: self._names}
        found = Draft202012Validator(schema).iter_errors(body)
        return [f"{error.json_path}: {error.message[:200]}" for error in found]


def described(fixtures: Path, name: str) -> Described:
    """The description of this file name; skips where the folder beside the payloads has none."""
    path = fixtures.parent / "openapi" / name
    if not path.is_file():
        pytest.skip(f"there is no {name} beside the recorded payloads")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return Described(json.load(file))


def _with_null(schema: Any) -> Any:
    """`nullable` of OpenAPI 3.0 as an alternative; what describes the description is left out."""
    if isinstance(schema, list):
        return [_with_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _with_null(one) for name, one in schema.items() if name != "nullable"}
    if schema.get("nullable") is True:
        return {"anyOf": [plain, {"type": "null"}]}
    return plain

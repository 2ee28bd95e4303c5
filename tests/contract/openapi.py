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
    """An OpenAPI 3.0 description; answers are checked as JSON Schema of today. closed: a name that
    an object is not described with is a fault, too.
    """

    def __init__(self, document: dict[str, Any], *, closed: bool = False) -> None:
        self.paths: dict[str, Any] = document["paths"]
        self._shut = closed
        self._names = self._read(document.get(_NAMES, {}))

    def faults(self, path: str, body: Any, *, method: str = "get") -> list[str]:
        """What is wrong with the body of a 200 to a request of this path; empty where all is
        well.
        """
        return self._faults(self._answer(path, method)["schema"], body)

    def faults_of(self, name: str, value: Any) -> list[str]:
        """The same of something that is described by this name, wherever it stands."""
        return self._faults({"$ref": f"#/{_NAMES}/schemas/{name}"}, value)

    def example(self, path: str, *, method: str = "get") -> Any:
        """The example of an answer; some descriptions write it as JSON inside a string."""
        found = self._answer(path, method)["example"]
        return json.loads(found) if isinstance(found, str) else found

    def _answer(self, path: str, method: str) -> Any:
        return self.paths[path][method]["responses"]["200"]["content"]["application/json"]

    def _read(self, schema: Any) -> Any:
        return _closed(_with_null(schema)) if self._shut else _with_null(schema)

    def _faults(self, schema: Any, value: Any) -> list[str]:
        whole = {**self._read(schema), _NAMES: self._names}
        found = Draft202012Validator(whole).iter_errors(value)
        return [f"{error.json_path}: {error.message[:200]}" for error in found]


def described(fixtures: Path, name: str, *, closed: bool = False) -> Described:
    """The description of this file name; skips where the folder beside the payloads has none."""
    path = fixtures.parent / "openapi" / name
    if not path.is_file():
        pytest.skip(f"there is no {name} beside the recorded payloads")
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    return Described(json.loads(text), closed=closed)


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


def _closed(schema: Any) -> Any:
    """Objects have the names that they are described with and no others, unless others are
    welcome.
    """
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _closed(one) for name, one in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        plain.setdefault("additionalProperties", False)
    return plain

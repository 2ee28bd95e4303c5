"""What the OpenAPI document says of an application that lets in only who may."""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import FastAPI

from api.documented import problem_told
from api.route_roles import NEEDS, Need

_REFUSALS: Final = {
    "401": problem_told("Not known", "nobody is signed in: send a token ..", 401),
    "403": problem_told("Refused", "token:bi is a viewer, and this needs the role analyst ..", 403),
    "429": problem_told("Asked too often", "1200 requests a minute are answered; wait 3 s", 429),
}
_SCHEMES: Final = {
    "token": {"type": "http", "scheme": "bearer", "description": "`hw_..`, of `headwater token`."}
}
_DOCUMENTED: Final = {re.sub(r":\w+}", "}", line): need for line, need in NEEDS.items()}
"""As the document writes paths: without the kind of a parameter."""


def document_access(app: FastAPI) -> None:
    """Add how to sign in, which role each address needs, and how it refuses."""
    plain = app.openapi

    def told() -> dict[str, Any]:
        document = plain()
        if "token" in document.setdefault("components", {}).setdefault("securitySchemes", {}):
            return document
        document["components"]["securitySchemes"].update(_SCHEMES)
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                _mark(operation, _DOCUMENTED.get(f"{method.upper()} {path}"))
        return document

    app.openapi = told  # type: ignore[method-assign]


def _mark(operation: dict[str, Any], need: Need | None) -> None:
    if need is not None and need.role is None:
        return
    operation["security"] = [{"token": []}]
    operation["x-role"] = "admin" if need is None else need.role
    for status, told in _REFUSALS.items():
        operation["responses"].setdefault(status, told)

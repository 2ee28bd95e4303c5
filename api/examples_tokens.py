"""Examples of tokens."""

from __future__ import annotations

from typing import Any, Final

TOKEN: Final[dict[str, Any]] = {
    "id": 3,
    "name": "grafana",
    "role": "viewer",
    "streams": ["checkout"],
    "state": "counts",
    "created_by": "anna@acme.example",
    "created_at": "2026-11-22T06:12:00Z",
    "expires_at": "2027-02-20T06:12:00Z",
    "revoked_at": None,
    "last_used_at": None,
}
TOKENS: Final[dict[str, Any]] = {"items": [TOKEN], "next": None}
GIVEN: Final[dict[str, Any]] = {
    "name": "grafana",
    "role": "viewer",
    "streams": ["checkout"],
    "expires": "90d",
}
MADE: Final[dict[str, Any]] = {**TOKEN, "secret": "hw_shown_this_once"}

"""Which headers the OpenAPI document names for which answer."""

from __future__ import annotations

from typing import Any, Final

from api.caching import is_kept


def _header(description: str, kind: str, example: object) -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}, "example": example}


COMPONENTS: Final = {
    "ETag": _header(
        "The version of the facts and the question; send it back in `If-None-Match`.",
        "string",
        'W/"0f3c9d1e5a7b2c4d6e8f0a1b"',
    ),
    "Cache-Control": _header(
        "`no-cache`: keep it, and ask whether it still holds; `private` where an account asks.",
        "string",
        "private, no-cache",
    ),
    "RateLimit-Limit": _header("Requests that the account may make in a minute.", "integer", 1200),
    "RateLimit-Remaining": _header("Requests that are left now.", "integer", 1187),
    "RateLimit-Reset": _header("Seconds until all of them are there again.", "integer", 1),
    "Retry-After": _header("Seconds to wait before asking again.", "integer", 3),
    "WWW-Authenticate": _header("How to say who asks.", "string", "Bearer"),
}
_KEPT: Final = ("ETag", "Cache-Control")
_LIMITS: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def tell_headers(path: str, method: str, operation: dict[str, Any]) -> None:
    """Name the headers of each answer of an operation."""
    kept = method == "get" and is_kept(path)
    for status, answer in operation["responses"].items():
        names = [
            *(_KEPT if kept and status in ("200", "304") else ()),
            *(_LIMITS if "security" in operation and status != "401" else ()),
            *(("Retry-After",) if status == "429" else ()),
            *(("WWW-Authenticate",) if status == "401" and "security" in operation else ()),
        ]
        if names:
            told = answer.setdefault("headers", {})
            told.update({name: {"$ref": f"#/components/headers/{name}"} for name in names})

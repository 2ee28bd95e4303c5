"""What the simulated vendors share: a call as a plain value, answers, credentials, the ASGI edge.

A vendor is an object with `answer(call) -> Response`, built for one `World` and never changed
after; another day of the company is another object. Paths are split before they are decoded,
because GitLab and Jenkins take names with an encoded slash as one segment.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, unquote

import orjson
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import Receive, Scope

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `segments`: the decoded path below the mount; `root`: the mount's URL."""

    method: str
    segments: tuple[str, ...]
    query: QueryParams
    headers: Headers
    body: bytes
    root: str

    @property
    def path(self) -> str:
        """Below the mount, encoded again, so that it leads back to the same segments."""
        return "/" + "/".join(quote(segment, safe="") for segment in self.segments)

    def json(self) -> Json:
        """The body as an object; empty for an absent body or one that is not an object."""
        try:
            body = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return body if isinstance(body, dict) else {}


class Vendor(Protocol):
    """A simulated tool. `refusal` is its 403: the login is right, the permission is missing."""

    def answer(self, call: Call) -> Response: ...

    def refusal(self) -> Response: ...


def json_answer(
    payload: Any, status: int = 200, *, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(
        orjson.dumps(payload), status, headers=dict(headers or {}), media_type="application/json"
    )


def html_answer(title: str, status: int, *, headers: Mapping[str, str] | None = None) -> Response:
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(page, status, headers=dict(headers or {}), media_type="text/html")


def basic_credentials(headers: Headers) -> tuple[str, str] | None:
    """User and password of a Basic header; None where it is absent or does not decode."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


def bearer_token(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else None


async def read_call(scope: Scope, receive: Receive, *, mount: str) -> Call:
    """The request of an ASGI scope below the mount of this name."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    headers = Headers(scope=scope)
    raw = scope["raw_path"].decode("ascii").removeprefix(f"/{mount}")
    return Call(
        method=scope["method"],
        segments=tuple(unquote(part) for part in raw.split("/") if part),
        query=QueryParams(scope["query_string"]),
        headers=headers,
        body=body,
        root=f"{scope['scheme']}://{headers.get('host', '127.0.0.1')}/{mount}",
    )

"""How the tools ask the HTTP API: with GET and nothing else, and what it refuses in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx
from mcp.server.mcpserver.exceptions import ToolError

from api.route_roles import need_of

Answer = dict[str, Any]
_TIMEOUT_S: Final = 120.0
_LONGEST: Final = 500
_ALLOWED: Final = ("viewer", None)
_NO_TOKEN: Final = (
    "Headwater does not know who asks: put a token into HEADWATER_TOKEN; an admin makes one with:"
    " headwater token create assistant --role viewer"
)


class ReadOnly(httpx.AsyncBaseTransport):
    """Lets through what a viewer may GET; anything else is a fault of ours and never sent."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        need = need_of(request.method, request.url.path)
        if request.method != "GET" or need is None or need.role not in _ALLOWED:
            raise ToolError(f"{request.method} {request.url.path} is no question")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass(frozen=True)
class Api:
    """A server, or the application in this process. `base`: where people reach it; "" where they
    can't.
    """

    client: httpx.AsyncClient
    base: str

    async def get(self, *path: str, **query: str | float | bool | None) -> Answer:
        """The body of an answer. Parts of the path are escaped; None is not asked. `ToolError` with
        what the API says is wrong.
        """
        for part in path:
            if "/" in part or part in (".", ".."):
                raise ToolError(f'there is nothing of the name "{part[:100]}"')
        address = "/v1/" + "/".join(quote(part, safe="") for part in path)
        asked = {name.rstrip("_"): _plain(one) for name, one in query.items() if one is not None}
        try:
            response = await self.client.get(address, params=asked)
            body = response.json()
        except httpx.HTTPError as error:
            raise ToolError(
                f"Headwater at {self.client.base_url} can't be asked"
                f" ({type(error).__name__}): is it running (headwater serve), and is HEADWATER_URL"
                " its address?"
            ) from error
        except json.JSONDecodeError as error:
            raise ToolError(
                f"{self.client.base_url} is no Headwater: check HEADWATER_URL"
            ) from error
        if response.status_code != 200 or not isinstance(body, dict):
            raise ToolError(_refused(response.status_code, body))
        return body

    def link(self, address: str) -> str:
        """An address of the API or of a page for people to open; as it is where none is known."""
        return f"{self.base}{address}" if address.startswith("/") else address

    def page(self, path: str, **query: str) -> str:
        """A page of the dashboard."""
        asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        return self.link(f"{path}?{asked}" if asked else path)


def api_of(transport: httpx.AsyncBaseTransport, url: str, token: str, *, base: str) -> Api:
    """token: "" for none; it goes to `url` and nowhere else, for redirects are not followed."""
    headers: Mapping[str, str] = {"authorization": f"Bearer {token}"} if token else {}
    client = httpx.AsyncClient(
        transport=ReadOnly(transport), base_url=url, headers=headers, timeout=_TIMEOUT_S
    )
    return Api(client, base.rstrip("/"))


def _plain(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refused(status: int, body: object) -> str:
    detail = str(body.get("detail", "")) if isinstance(body, dict) else ""
    if status == 401:
        return _NO_TOKEN
    if status == 403:
        return f"The token may not ask this: {detail[:_LONGEST]}"
    if status in (429, 503):
        return f"Headwater can't answer now, ask again in a minute: {detail[:_LONGEST]}"
    return detail[:_LONGEST] or f"Headwater answered {status} without a reason"

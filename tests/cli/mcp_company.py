"""The tools of `headwater mcp` over the company, asked by the official client in this process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from mcp.client import Client
from starlette.types import ASGIApp, Receive, Scope, Send

from cli.mcp_asking import Api, api_of
from cli.mcp_tools import tools_over
from tests.api.client import finished

Answer = dict[str, Any]
BASE = "https://headwater.example"


@dataclass
class Spy:
    """Notes method and path of all that reaches an application."""

    app: ASGIApp
    seen: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.seen.append((scope["method"], scope["path"]))
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class Assistant:
    """Calls tools as an assistant does."""

    spy: Spy
    token: str = ""

    @property
    def api(self) -> Api:
        transport = httpx.ASGITransport(self.spy, raise_app_exceptions=False)
        return api_of(transport, "http://test", self.token, base=BASE)

    def tools(self) -> list[Any]:
        async def listed() -> list[Any]:
            async with Client(tools_over(self.api)) as client:
                return list((await client.list_tools()).tools)

        return finished(listed())

    def call(self, name: str, **arguments: object) -> Answer:
        """The answer of a call that must succeed."""
        error, text = self.asked(name, arguments)
        assert not error, text
        told: Answer = json.loads(text)
        return told

    def refused(self, name: str, **arguments: object) -> str:
        """The words of a call that must fail."""
        error, text = self.asked(name, arguments)
        assert error, text
        return text

    def asked(self, name: str, arguments: Mapping[str, object]) -> tuple[bool, str]:
        async def ask() -> tuple[bool, str]:
            async with Client(tools_over(self.api)) as client:
                result = await client.call_tool(name, dict(arguments))
                return bool(result.is_error), result.content[0].text  # type: ignore[union-attr]

        return finished(ask())


def assistant_over(app: FastAPI, token: str = "") -> Assistant:
    return Assistant(Spy(app), token)

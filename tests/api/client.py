"""Asks the application without a network, and tells the time to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

T = TypeVar("T")
Answer = dict[str, Any]


def finished(asked: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: a browser that other tests share keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asked).result()


@dataclass
class Clock:
    """Now, for the application: stands still until it is set."""

    ts: int

    def __call__(self) -> int:
        return self.ts


@dataclass(frozen=True)
class Client:
    """GETs from an application; an error that it does not handle is its 500, as for a browser."""

    app: FastAPI

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.get(address, headers=headers)

        return finished(ask())

    def post(
        self,
        address: str,
        content: bytes | AsyncIterator[bytes],
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.post(address, content=content, headers=headers)

        return finished(send())

    def delete(
        self, address: str, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request("DELETE", address, content=content, headers=headers)

        return finished(ask())

    def request(
        self,
        method: str,
        address: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        base: str = "http://test",
    ) -> httpx.Response:
        """Any method, by the address that the application has for whoever asks."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, address, content=content, headers=headers)

        return finished(ask())

    def json(self, address: str) -> Answer:
        """The body of an answer that must be a 200."""
        response = self.get(address)
        assert response.status_code == 200, response.text
        body: Answer = response.json()
        return body

    def problem(self, address: str, status: int) -> Answer:
        """The body of an answer that must be a problem document of this status."""
        response = self.get(address)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        body: Answer = response.json()
        return body

"""Dashboards that poll: what they ask, by which ETag, at which server, and what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bench.dashboards import Dashboard, Told
from tests.api.client import finished

Asked = list[tuple[str, str]]


@asynccontextmanager
async def _server(asked: Asked, name: str, status: int = 200) -> AsyncIterator[int]:
    """Answers with an ETag, or says that it is the same; asked: by whom and with which ETag."""

    first = b'HTTP/1.1 %d Told\r\netag: W/"1"\r\nx-computed: 1\r\ncontent-length: 2\r\n\r\n{}'

    answering: list[asyncio.Task[None] | None] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.append(asyncio.current_task())
        with suppress(EOFError):  # who asked has left
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                known = [one.partition(": ")[2] for one in lines if one.startswith("If-None-Match")]
                asked.append((name, known[0] if known else ""))
                same = b'HTTP/1.1 304 Not Modified\r\netag: W/"1"\r\n\r\n'
                writer.write(same if known else first % status)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*filter(None, answering))  # who asked has left by now


def test_each_server_is_asked_in_turn_with_what_the_other_one_told() -> None:
    async def polled() -> tuple[Asked, Told]:
        asked, told = Asked(), Told()
        async with _server(asked, "a") as a, _server(asked, "b") as b:
            one = Dashboard("hw_x", ["/v1/overview"], [a, b])
            for _ in range(4):
                await one.poll(told)
            one.close()
        return asked, told

    asked, told = finished(polled())
    assert asked == [("b", ""), ("a", 'W/"1"'), ("b", 'W/"1"'), ("a", 'W/"1"')]
    assert {kind: len(took) for kind, took in told.took.items()} == {"computed": 1, "304": 3}
    assert not told.errors


def test_what_is_no_answer_is_counted_and_not_timed() -> None:
    async def polled() -> Told:
        told = Told()
        async with _server([], "a", status=503) as a:
            one = Dashboard("hw_x", ["/v1/overview"], [a])
            await one.poll(told)
            one.close()
        await one.poll(told)  # nobody listens any longer
        return told

    told = finished(polled())
    assert told.asked == 0
    assert told.errors == {"503": 1, "ConnectionRefusedError": 1}

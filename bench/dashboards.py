"""Many dashboards in one process that poll several servers, each with its token and ETags.

Each asks, every five seconds or so, for all that a page of the dashboard asks for, one address
after the other, at one server after the other: as behind a proxy that hands requests out in turn.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from bench.serving import header

EVERY_S: Final = 5.0
_JITTER_S: Final = 0.5
_PATIENCE_S: Final = 60.0
COMPUTED: Final = "x-computed"
"""A header that the servers of a benchmark send with what they had to compute."""


@dataclass(slots=True)
class Told:
    """took: seconds of each answer by kind (304, kept, computed). late: seconds from when a poll
    was due until it was sent, which is the generator's own delay. errors: by what went wrong.
    """

    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    late: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        return sum(map(len, self.took.values()))


@dataclass(slots=True)
class _Line:
    """A connection that stays open."""

    port: int
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def ask(self, address: str, headers: str) -> tuple[int, bytes]:
        """Status and head; the body is read and dropped."""
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = int(header(head[:-4], "content-length") or 0)
        if status != 304 and length:
            await self.reader.readexactly(length)
        return status, head[:-4]

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


@dataclass(slots=True)
class Dashboard:
    """addresses: of its page."""

    secret: str
    addresses: Sequence[str]
    ports: Sequence[int]
    etags: dict[str, str] = field(default_factory=dict)
    turn: int = 0
    _lines: list[_Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lines = [_Line(port) for port in self.ports]

    async def poll(self, told: Told) -> None:
        """All of its page, once."""
        for address in self.addresses:
            self.turn += 1
            line = self._lines[self.turn % len(self._lines)]
            try:
                await asyncio.wait_for(self._asked(line, address, told), _PATIENCE_S)
            except (OSError, EOFError, TimeoutError) as error:
                told.errors[type(error).__name__] += 1
                line.close()

    async def _asked(self, line: _Line, address: str, told: Told) -> None:
        known = f"If-None-Match: {self.etags[address]}\r\n" if address in self.etags else ""
        headers = f"Authorization: Bearer {self.secret}\r\nAccept-Encoding: gzip\r\n{known}"
        began = time.perf_counter()
        status, head = await line.ask(address, headers)
        took = time.perf_counter() - began
        if status not in (200, 304):
            told.errors[str(status)] += 1
            return
        self.etags[address] = header(head, "etag")
        computed = bool(header(head, COMPUTED))
        kind = "304" if status == 304 else "computed" if computed else "kept"
        told.took[kind].append(took)

    def close(self) -> None:
        for line in self._lines:
            line.close()


async def polled(dashboards: Sequence[Dashboard], seconds: float, seed: int) -> Told:
    """For so long, each beginning at a moment of its own within the first five seconds."""
    told, random = Told(), Random(seed)
    ends = time.monotonic() + seconds

    async def run(one: Dashboard, own: Random) -> None:
        due = time.monotonic() + own.uniform(0.0, EVERY_S)
        while due < ends:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            told.late.append(time.monotonic() - due)
            await one.poll(told)
            due = max(due, time.monotonic() - EVERY_S)  # not all that was missed is made up for
            due += EVERY_S + own.uniform(-_JITTER_S, _JITTER_S)

    await asyncio.gather(*(run(one, Random(random.random())) for one in dashboards))
    return told

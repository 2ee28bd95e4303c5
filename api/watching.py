"""Who waits for news: one look at the version a second for all of them together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

LOOK_S: Final = 1.0
QUIET_S: Final = 15.0
MOST: Final = 200
"""So many wait at once; who comes after that is told to poll."""


@dataclass
class Watch:
    """`version` moves when there is news, and must be cheap; it is asked in a thread of its own,
    and only while somebody waits. All else is of one event loop.
    """

    version: Callable[[], str]
    look_s: float = LOOK_S
    quiet_s: float = QUIET_S
    _waiting: set[asyncio.Queue[str | None]] = field(default_factory=set)
    _looking: asyncio.Task[None] | None = None
    _closed: bool = False

    @property
    def full(self) -> bool:
        """Whether as many wait as may."""
        return len(self._waiting) >= MOST

    def close(self) -> None:
        """Nobody waits any longer: the server stops."""
        self._closed = True
        for queue in self._waiting:
            queue.put_nowait(None)

    async def news(self) -> AsyncIterator[str]:
        """The version as it is, then each time that it moves; "" where it did not for a while, so
        that a line that is dead is noticed. Ends with `close`.
        """
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting.add(queue)
        try:
            last = await run_in_threadpool(self.version)
            if self._looking is None:
                self._looking = asyncio.create_task(self._look(last))
            yield last
            while not self._closed:
                try:
                    found = await asyncio.wait_for(queue.get(), self.quiet_s)
                except TimeoutError:
                    found = ""
                if found is not None:
                    yield found
        finally:
            self._waiting.discard(queue)

    async def _look(self, last: str) -> None:
        try:
            while self._waiting and not self._closed:
                await asyncio.sleep(self.look_s)
                try:
                    present = await run_in_threadpool(self.version)
                except SQLAlchemyError:  # who waits is told once it answers again
                    continue
                if present != last:
                    last = present
                    for queue in self._waiting:
                        queue.put_nowait(present)
        finally:
            self._looking = None

"""Makes what dashboards poll of new facts before these are served, so that nobody waits for it.

As long as it makes them, who asks gets the answers of before; a second or so later all get the new
ones, as kept bytes. What was written through the API itself is served at once.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Message

from api.deps import Moment, Served, made_of
from api.kept import Kept

log = structlog.get_logger()
LOOK_S: Final = 1.0
IDLE_S: Final = 3.0
"""Between two looks while nobody asks."""
LATELY_S: Final = 60.0
"""What was not asked for so long is made when it is asked for."""
MOST_S: Final = 15.0
"""New facts are served after so long, whether or not everything was made of them."""
_GRACE_S: Final = 1.0


@dataclass(slots=True)
class Ahead:
    """One per process that serves, in a thread of its own."""

    served: Served
    kept: Kept
    stopped: threading.Event = field(default_factory=threading.Event)
    _last: Moment | None = None

    def run(self) -> None:
        """Until it is stopped."""
        while not self.stopped.is_set():
            try:
                self.look()
            except SQLAlchemyError:  # who asks meets the same, and is told
                self._last = None
            except Exception:
                log.exception("ahead_failed")
            self.stopped.wait(LOOK_S if self.kept.asked(LATELY_S) else IDLE_S)

    def look(self) -> None:
        """What is served from now on is what the database has now; all that was asked lately has
        been made of it, as far as there was time.
        """
        since = time.monotonic()
        now = self.served.latest()
        if now != self._last:
            self.served.hold_on(MOST_S)
            if not self._made(now, since):
                self._last = None
                return
            self._last = now
        self.served.hold(now, LOOK_S + _GRACE_S, since=since)

    def _made(self, moment: Moment, since: float) -> bool:
        """The facts first, which all answers need, then what was asked last. Whether it was in time
        and nothing else is to be served by now.
        """
        with self.served.database.read() as session:
            self.served.snapshots.present(session)
        asyncio.run(self._answers(moment, since))
        return not self._over(since)

    async def _answers(self, moment: Moment, since: float) -> None:
        views = self.kept.views
        if views is None:
            return
        with made_of(moment):
            for scope in self.kept.asked(LATELY_S):
                if self._over(since):
                    return
                await views(scope, _nothing, _nowhere)

    def _over(self, since: float) -> bool:
        late = time.monotonic() - since >= MOST_S
        return late or self.served.forgotten >= since or self.stopped.is_set()


@contextmanager
def made_ahead(app: FastAPI) -> Iterator[None]:
    """For as long as the block runs."""
    ahead = Ahead(app.state.served, app.state.kept)
    thread = threading.Thread(target=ahead.run, name="ahead", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ahead.stopped.set()
        thread.join()


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nowhere(_message: Message) -> None:
    """Nobody asked."""

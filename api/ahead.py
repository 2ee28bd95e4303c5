"""Makes what dashboards poll of new facts before these are served, so that nobody waits for it.

As long as it makes them, who asks gets the answers of before; a second or so later all get the new
ones, as kept bytes. What was written through the API itself is served at once.

When it begins it also makes what the pages ask when they are first opened: one answer after the
other, between the questions of others.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Scope

from api.deps import Moment, Served, made_of
from api.first_views import first_views
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
FIRST_S: Final = 30.0
"""So long at the most first views are made, all together."""
_QUIET_S: Final = 0.5
_BREATH_S: Final = 0.02


@dataclass(slots=True)
class Ahead:
    """One per process that serves, in a thread of its own."""

    served: Served
    kept: Kept
    stopped: threading.Event = field(default_factory=threading.Event)
    first: list[Scope] = field(default_factory=list)
    _last: Moment | None = None
    _spent_s: float = 0.0

    def run(self) -> None:
        """Until it is stopped."""
        while not self.stopped.is_set():
            try:
                self.look()
                self.begin()
            except SQLAlchemyError:  # who asks meets the same, and is told
                self._last = None
            except Exception:
                log.exception("ahead_failed")
            self.stopped.wait(self._pause_s())

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

    def begin(self) -> None:
        """Makes first views until it is time to look again, or somebody else asks."""
        views, moment, since = self.kept.views, self._last, time.monotonic()
        if views is None or moment is None:
            return
        while self.first and time.monotonic() - since < LOOK_S and not self._is_called():
            began = time.monotonic()
            with made_of(moment):
                asyncio.run(_asked(views, self.first.pop(0)))
            self._spent_s += time.monotonic() - began
            if self._spent_s >= FIRST_S:
                self.first.clear()
            self.stopped.wait(_BREATH_S)

    def _pause_s(self) -> float:
        if self.first and self._last is not None:
            return LOOK_S if self._is_called() else _BREATH_S
        return LOOK_S if self.kept.asked(LATELY_S) else IDLE_S

    def _is_called(self) -> bool:
        return self.stopped.is_set() or self.kept.quiet_s() < _QUIET_S

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
                try:
                    await _asked(views, scope)
                except SQLAlchemyError:
                    raise
                except (
                    Exception
                ):  # who asks for it meets the same; the others are made all the same
                    log.exception("ahead_failed", path=scope["path"])

    def _over(self, since: float) -> bool:
        late = time.monotonic() - since >= MOST_S
        return late or self.served.forgotten >= since or self.stopped.is_set()


@contextmanager
def made_ahead(app: FastAPI) -> Iterator[None]:
    """For as long as the block runs."""
    served = app.state.served
    names = (one.name for one in served.settings.streams)
    first = first_views(names, datetime.fromtimestamp(served.now(), UTC).date())
    ahead = Ahead(served, app.state.kept, first=[{**one, "app": app} for one in first])
    thread = threading.Thread(target=ahead.run, name="ahead", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ahead.stopped.set()
        thread.join()


async def _asked(views: ASGIApp, scope: Scope) -> None:
    await views(scope, _nothing, _nowhere)


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nowhere(_message: Message) -> None:
    """Nobody asked."""

"""What every route is handed: settings, read sessions, and the version of what is served."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import orjson
from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from api.watching import Watch
from core.settings import Settings
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.freshness import served_version
from pipeline.snapshots import Snapshots

_VERSION_S = 1.0
_LATELY: Final = 3

Moment = tuple[str, int]
"""What an answer is made of: the version of what is served, and the minute."""
_MAKING: ContextVar[Moment | None] = ContextVar("making", default=None)
_NOTHING_HELD: Final = (("", 0), float("-inf"))


@contextmanager
def made_of(moment: Moment) -> Iterator[None]:
    """What is answered within is of this moment, whatever others are still told."""
    before = _MAKING.set(moment)
    try:
        yield
    finally:
        _MAKING.reset(before)


def is_made_ahead() -> bool:
    """Whether nobody asked for what is being answered."""
    return _MAKING.get() is not None


@dataclass(slots=True)
class Served:
    """One per process. The version is asked of the database at most once a second, or by who makes
    answers ahead, who tells what is served meanwhile. forgotten: when something was written here.
    stopping: no more requests are to be sent here. was_ready: the tables were those of this program
    once.
    """

    settings: Settings
    database: Database
    snapshots: Snapshots = field(init=False)
    watch: Watch = field(init=False)
    stopping: bool = False
    was_ready: bool = False
    forgotten: float = float("-inf")
    _held: tuple[Moment, float] = _NOTHING_HELD
    _version: str = ""
    _asked: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.snapshots = Snapshots(self.settings)
        self.watch = Watch(self.version)

    def version(self) -> str:
        """Moves when facts were computed anew or a source was read."""
        if (moment := self._told()) is not None:
            return moment[0]
        with self._lock:
            if time.monotonic() - self._asked >= _VERSION_S:
                self._version = self.latest()[0]
                self._asked = time.monotonic()
            return self._version

    def latest(self) -> Moment:
        """As the database has it now."""
        with self.database.read() as session:
            return served_version(session), self.now() // 60 * 60

    def hold(self, moment: Moment, seconds: float, *, since: float) -> None:
        """Serve this moment for so long without asking. Not where something was written here, or
        another version was served, after `since`, when the moment was read.
        """
        with self._lock:
            newer = self._asked > since and self._version != moment[0]
            if self.forgotten < since and not newer:
                self._held = (moment, time.monotonic() + seconds)
                self._version, self._asked = moment[0], time.monotonic()

    def hold_on(self, seconds: float) -> None:
        """What is held is so for so long from now, or else what was served last; nothing, where
        nobody asked lately.
        """
        with self._lock:
            now = time.monotonic()
            moment, until = self._held
            if now >= until and now - self._asked < _LATELY * _VERSION_S:
                moment, until = (self._version, self.now() // 60 * 60), math.inf
            if now < until:
                self._held = (moment, now + seconds)

    def forget_version(self) -> None:
        """Something was written here: who asks next must see it."""
        with self._lock:
            self.forgotten = time.monotonic()
            self._held = _NOTHING_HELD
            self._asked = float("-inf")

    def minute(self) -> int:
        """Now, cut to the minute: views that depend on now change no more often."""
        moment = self._told()
        return self.now() // 60 * 60 if moment is None else moment[1]

    def _told(self) -> Moment | None:
        """The moment that is told, None where it must be asked for."""
        if (making := _MAKING.get()) is not None:
            return making
        moment, until = self._held
        return moment if time.monotonic() < until else None

    def now(self) -> int:
        return now_ts()


def served(request: Request) -> Served:
    found: Served = request.app.state.served
    return found


ServedDep = Annotated[Served, Depends(served)]


def read_session(found: ServedDep) -> Iterator[Session]:
    with found.database.read() as session:
        yield session


SessionDep = Annotated[Session, Depends(read_session)]


def encoded(body: Any) -> Response:
    """JSON bytes; dataclasses, NumPy numbers and datetimes included."""
    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
    return Response(orjson.dumps(body, option=option), media_type="application/json")

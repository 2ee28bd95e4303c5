"""What every route is handed: settings, read sessions, and the version of what is served."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

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


@dataclass(slots=True)
class Served:
    """One per process. The version is asked of the database at most once a second. stopping: no
    more requests are to be sent here. was_ready: the tables were those of this program once.
    """

    settings: Settings
    database: Database
    snapshots: Snapshots = field(init=False)
    watch: Watch = field(init=False)
    stopping: bool = False
    was_ready: bool = False
    _version: str = ""
    _asked: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.snapshots = Snapshots(self.settings)
        self.watch = Watch(self.version)

    def version(self) -> str:
        """Moves when facts were computed anew or a source was read."""
        with self._lock:
            if time.monotonic() - self._asked >= _VERSION_S:
                with self.database.read() as session:
                    self._version = served_version(session)
                self._asked = time.monotonic()
            return self._version

    def forget_version(self) -> None:
        """Something was written here: who asks next must see it."""
        with self._lock:
            self._asked = float("-inf")

    def minute(self) -> int:
        """Now, cut to the minute: views that depend on now change no more often."""
        return self.now() // 60 * 60

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

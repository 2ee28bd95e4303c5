"""A process that forks one child for each pass that is to be killed, with everything imported.

It reads a line of JSON for each: {"config", "url", "at", "now"}. The child makes one pass at that
time (epoch seconds) and ends itself with SIGKILL before its statement or commit number `at`; with
`at` 0 it runs to the end. The answer is a line of JSON: {"points": how many it came to, "before":
what it was about to do}.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog
from sqlalchemy import Engine, event

from core.config_file import load_settings
from pipeline import reading
from tests.e2e.small import synced


def killed() -> None:
    """The end of this process, at once."""
    os.kill(os.getpid(), signal.SIGKILL)


class Counting:
    """Counts what goes to the database, and acts before number `at`, 0 for never; the pass has
    several threads. report: the file that is written to.
    """

    def __init__(self, at: int, report: int, act: Callable[[], None]) -> None:
        self.at, self.report, self.act, self.points = at, report, act, 0
        self._lock = threading.Lock()

    def listen(self) -> None:
        event.listen(Engine, "before_cursor_execute", self.statement)
        event.listen(Engine, "commit", self.commit)

    def statement(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.point(" ".join(statement.split())[:160])

    def commit(self, _connection: Any) -> None:
        self.point("COMMIT")

    def point(self, what: str) -> None:
        with self._lock:
            self.points += 1
            if self.points == self.at:
                if self.act is killed:
                    self.tell(what)
                self.act()

    def tell(self, what: str) -> None:
        os.write(self.report, json.dumps({"points": self.points, "before": what}).encode() + b"\n")


def _pass(asked: dict[str, Any], report: int) -> None:
    settings = load_settings(Path(asked["config"]), {"HEADWATER_DATABASE_URL": asked["url"]})
    counting = Counting(asked["at"], report, killed)
    counting.listen()
    with patch.object(reading, "now_ts", return_value=asked["now"]):
        done = synced(settings)
    counting.tell("the end" if not done.failed else "the end, with problems")


def serve(make: Callable[[dict[str, Any], int], None]) -> None:
    """Until the input ends: a child for each line, which makes the pass and writes its report."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    gc.freeze()  # what was imported is shared with the children and no garbage
    for line in sys.stdin:
        told, report = os.pipe()
        child = os.fork()
        if child == 0:
            make(json.loads(line), report)
            os._exit(0)
        os.close(report)
        with os.fdopen(told) as answer:
            text = answer.read()
        # Told once it is reaped: a dead process that was not still holds its lease.
        _, status = os.waitpid(child, 0)
        print(text.strip() or json.dumps({"points": 0, "before": f"status {status}"}), flush=True)


if __name__ == "__main__":
    serve(_pass)

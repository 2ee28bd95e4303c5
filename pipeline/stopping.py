"""How a pass that runs is asked to end early, and how it waits meanwhile."""

from __future__ import annotations

import threading

from core.errors import StoppedError


class Stop:
    """Shared by those who ask and the passes that are asked.

    A pass ends with `StoppedError` after the page that it is writing, before its next request, or
    in the middle of a pause that a source asked for.
    """

    def __init__(self) -> None:
        self._asked = threading.Event()

    def ask(self) -> None:
        """Every pass that shares this ends soon; those that begin later end at once."""
        self._asked.set()

    def check(self, *_: object) -> None:
        """`StoppedError` if asked to stop."""
        if self._asked.is_set():
            raise StoppedError("stopped; what was read is stored, the next run goes on from there")

    def sleep(self, seconds: float) -> None:
        """Wait so long; `StoppedError` as soon as asked to stop."""
        self._asked.wait(seconds)
        self.check()

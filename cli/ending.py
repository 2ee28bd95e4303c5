"""How a command that runs on is asked to end: by Ctrl-C, or by SIGTERM from whoever started it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ASKING = frozenset({signal.SIGINT, signal.SIGTERM})


@contextmanager
def asked_to_end() -> Iterator[Callable[[], None]]:
    """From the beginning of the block on a signal ends nothing by itself: what is yielded waits for
    one, and returns at once where one has come already. For the main thread only.

    It waits at a socket into which the system's own handler writes. Python's handlers run only when
    the main thread gets to run: one that goes to sleep on a lock just then, or whose signal another
    thread was given, would sleep on, and a handler that takes the lock it held would never return.
    """
    told, written = socket.socketpair()
    with told, written:
        written.setblocking(False)
        handlers = {number: signal.signal(number, lambda *_: None) for number in _ASKING}
        before = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
        try:
            yield lambda: _wait(told)
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)


def _wait(told: socket.socket) -> None:
    while not _ASKING & set(told.recv(64)):
        continue

"""The `headwater` command as a process of its own, whatever is installed."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SOON = 40
"""Requests that a pass still makes once it is asked to stop, at the most: its time is told by the
machine, too.
"""
ROOT = Path(__file__).parents[2]
PATIENCE_S = 240
"""A process that begins beside two busy ones takes long on a slow machine."""
_PORTS = range(12_000, 32_000)
"""Below those that the system gives to whoever connects, so that none is taken meanwhile."""
# A shell that starts tests in the background has them ignore Ctrl-C.
_MAIN = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    " from cli.app import main; main()"
)
_HASTY = "from pipeline.stopping import Stop; Stop.sleep = Stop.check; "


def run(*args: str | Path, hasty: bool = False) -> subprocess.CompletedProcess[str]:
    """Run to the end. hasty: the pauses between retries take no time."""
    return subprocess.run(
        _command(args, hasty=hasty),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@contextmanager
def started(*args: str | Path, database_url: str = "") -> Iterator[subprocess.Popen[str]]:
    """The running process; killed at the end if it still runs."""
    process = subprocess.Popen(
        _command(args, hasty=False),
        cwd=ROOT,
        env=environment(database_url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


def wait_until(
    happened: Callable[[], object], process: subprocess.Popen[str] | None = None
) -> None:
    """Until it is true; fails when that takes too long, or when the process ends before."""
    ends = time.monotonic() + PATIENCE_S
    while not happened():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.005)


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    for port in random.SystemRandom().sample(_PORTS, 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("something listens on each of a hundred ports")


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def _command(args: tuple[str | Path, ...], *, hasty: bool) -> list[str]:
    code = f"{_HASTY if hasty else ''}{_MAIN}"
    return [sys.executable, "-W", "error", "-c", code, *map(str, args)]


def environment(database_url: str = "") -> dict[str, str]:
    """Of a process of ours: nothing of Headwater in it but the database."""
    kept = {name: value for name, value in os.environ.items() if "HEADWATER" not in name}
    given = {"HEADWATER_DATABASE_URL": database_url} if database_url else {}
    return {**kept, **given, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"}

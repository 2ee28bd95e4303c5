"""The processes that make troubled passes: each forks a child for every pass, and stays.

A cold start costs more than the pass, so none is made anew: one process lives in another time (each
child then sets its own), and in one the rights of files count although root starts it. Both are
started when the first pass needs them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.e2e.killing import answered, asked, forking

_CHILD: Final = "tests.chaos.child"
_PLAIN: Final[Mapping[str, Any]] = {
    "at": 0,
    "act": "kill",
    "user": None,
    "largest": 0,
    "off_s": 0,
    "bound": False,
}
_FAKETIME: Final = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
_ANY_TIME: Final = {
    "LD_PRELOAD": str(_FAKETIME),
    "FAKETIME": "+0",
    "FAKETIME_NO_CACHE": "1",  # a child tells its own time by the variable
    "TZ": "UTC",
    "DONT_FAKE_MONOTONIC": "1",
    # Without this each wait of one thread for another returns at once, and so spins.
    "FAKETIME_FORCE_MONOTONIC_FIX": "0",
}


@dataclass
class Passes:
    """config: the file that all of them read."""

    config: Path
    _held: ExitStack
    _processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def made(self, url: str, now: int, log: str = "/dev/null", **order: Any) -> dict[str, Any]:
        """What the child answers (`tests.chaos.child` tells what may be ordered)."""
        line = {"config": str(self.config), "url": url, "now": now, "log": log, **_PLAIN, **order}
        process = self._process(line)
        asked(process, line)
        return answered(process)

    def _process(self, line: Mapping[str, Any]) -> subprocess.Popen[str]:
        if line["off_s"] and _FAKETIME.exists():
            return self._kept("in any time", **_ANY_TIME)
        if line["bound"] and (under := _bound()):
            return self._kept("bound", under)
        return self._kept("plain")

    def _kept(self, name: str, under: Sequence[str] = (), **more: str) -> subprocess.Popen[str]:
        if name not in self._processes:
            started = self._held.enter_context(forking(_CHILD, under=under, **more))
            self._processes[name] = started
        return self._processes[name]


@contextmanager
def passes(config: Path) -> Iterator[Passes]:
    """They end with the block."""
    with ExitStack() as held:
        yield Passes(config, held)


def _bound() -> Sequence[str]:
    """What starts a process for which the rights of files count although root starts it."""
    found = shutil.which("setpriv")
    if os.geteuid() != 0 or not found:
        return ()
    return [found, "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override"]

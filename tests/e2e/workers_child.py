"""A process that forks workers, with everything imported: each is `headwater worker` as it is run.

It reads a line of JSON for each: {"config", "url", "host", "lease_s", "clock", "log"}; the answer
is the number of the process. `host` is the name of the machine that the worker believes to be on,
empty for the real one. The time of the tools stands in the file `clock`. The worker appends to
`log` when it begins and ends to read a source.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import api.app  # noqa: F401 - what the workers import is imported once
from cli import serve  # noqa: F401
from cli.app import main as command
from connectors.stream import Stream
from core.errors import SourceBusyError
from pipeline import lease, owner, reading, turns
from pipeline.source_pass import SourcePass


def _log_readings(log: str) -> None:
    """Told inside of the lease: what two of one source have in common was read twice at once."""
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    run = SourcePass.run

    def tell(one: SourcePass, what: str) -> None:
        line = {"source": one.name, "pid": os.getpid(), "what": what, "at": time.monotonic()}
        os.write(out, json.dumps(line).encode() + b"\n")

    def told(one: SourcePass, streams: list[Stream]) -> None:
        tell(one, "begin")
        how = "end"
        try:
            run(one, streams)
        except SourceBusyError:
            how = "lost"
            raise
        finally:
            tell(one, how)

    SourcePass.run = told  # type: ignore[method-assign, assignment]


def _work(asked: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    clock = Path(asked["clock"])
    reading.now_ts = lambda: int(clock.read_text("utf-8"))  # type: ignore[attr-defined]
    lease.LEASE_S = turns.LEASE_S = asked["lease_s"]  # type: ignore[attr-defined, misc]
    lease._RENEW_S = asked["lease_s"] / 6
    if asked["host"]:
        owner.socket.gethostname = lambda: asked["host"]  # type: ignore[attr-defined]
    _log_readings(asked["log"])
    os.environ["HEADWATER_DATABASE_URL"] = asked["url"]
    for stream, name in ((1, "out"), (2, "err")):
        file = os.open(f"{asked['log']}.{name}", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(file, stream)
    sys.argv = ["headwater", "worker", "--config", asked["config"]]
    command()


def _reap(*_: object) -> None:
    """A dead process that was not reaped still seems to live."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGCHLD, _reap)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                _work(json.loads(line))
                status = 0
            except SystemExit as ended:
                status = int(ended.code or 0)
            finally:
                os._exit(status)
        print(child, flush=True)


if __name__ == "__main__":
    main()

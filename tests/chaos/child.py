"""A process that forks one child for each troubled pass, with everything imported.

A line of JSON asks for one: {"config", "url", "now": epoch seconds, "log": file for what it says,
"at": the statement or commit before which "act" happens (0: never), "act": "kill" or the words of a
command, "user" who runs that command, "largest": bytes that no file may outgrow (0: no limit),
"off_s": seconds by which our clock is off, "bound": whether the rights of files count for root}.
The answer has "points" and "before" as in `tests.e2e.kill_child`; "before" begins with "the end"
where the pass came to it, with "told" where it ended with words for a person, and with "broke"
where it did not.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import certifi  # noqa: F401  the first request of each child would import it
import httpcore  # noqa: F401  and this
from sqlalchemy.exc import OperationalError

from core.config_file import load_settings
from core.errors import HeadwaterError
from pipeline import clock, reading
from pipeline.database import lost
from tests.e2e.kill_child import Counting, killed, serve
from tests.e2e.small import synced

_STARTED_S = 60


def _pass(asked: dict[str, Any], report: int) -> None:
    _written_to(asked["log"])
    if asked["largest"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked["largest"], asked["largest"]))
    counting = Counting(asked["at"], report, _act(asked))
    counting.listen()
    settings = load_settings(Path(asked["config"]), {"HEADWATER_DATABASE_URL": asked["url"]})
    with _time(asked):
        try:
            done = synced(settings)
        except HeadwaterError as error:
            counting.tell(f"told: {error}")
        except OperationalError as error:
            counting.tell(f"told: {lost(error)}")
        except Exception as error:
            traceback.print_exc()
            counting.tell(f"broke: {type(error).__name__}: {error}")
        else:
            counting.tell("the end, with problems" if done.failed else "the end")


def _written_to(log: str) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(handle, stream.fileno())


def _act(asked: dict[str, Any]) -> Callable[[], None]:
    if asked["act"] == "kill":
        return killed
    return lambda: _done(asked["act"], asked["user"])


def _done(words: list[str], user: str | None) -> None:
    """Runs a command to its end, in a folder that every user may see."""
    quiet = subprocess.DEVNULL
    subprocess.run(words, cwd="/", user=user, stdout=quiet, stderr=quiet, check=True, timeout=240)


@contextmanager
def _time(asked: dict[str, Any]) -> Iterator[None]:
    """The time of the tools goes for what is read when. Where our clock is off it is off in all
    that we do, unless the whole process lives in another time already.
    """
    now = asked["now"] + asked["off_s"]
    if os.environ.get("FAKETIME"):
        os.environ["FAKETIME"] = f"{now - time.time():+.0f}"
        assert abs(time.time() - now) < _STARTED_S, "libfaketime did not move the clock"
        yield
        return
    with ExitStack() as held:
        held.enter_context(patch.object(reading, "now_ts", return_value=now))
        if asked["off_s"]:
            for module in [one for one in sys.modules.values() if _tells_time(one)]:
                held.enter_context(patch.object(module, "now_ts", return_value=now))
        yield


def _tells_time(module: Any) -> bool:
    return getattr(module, "now_ts", None) is clock.now_ts


if __name__ == "__main__":
    serve(_pass)

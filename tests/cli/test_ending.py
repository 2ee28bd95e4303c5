"""A command that runs on ends by a signal, whichever thread gets it and whenever it comes."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

from tests.e2e.commands import PATIENCE_S, environment

_BEGIN = """
import os, signal, threading, time
from cli.ending import asked_to_end
"""


def _ends(code: str) -> str:
    """What the program printed; `TimeoutExpired` where it went on."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", dedent(_BEGIN) + dedent(code)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S / 4,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_that_another_thread_is_given_ends_the_wait(name: str) -> None:
    code = f"""
    thread = threading.Thread(target=time.sleep, args=(600,), daemon=True)
    with asked_to_end() as wait:
        thread.start()
        to = (thread.ident, signal.{name})
        threading.Timer(0.5, signal.pthread_kill, to).start()
        wait()
    print("ended")
    """
    assert "ended" in _ends(code)


def test_a_signal_that_comes_before_the_wait_ends_it_at_once() -> None:
    code = """
    with asked_to_end() as wait:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        print("goes on")
        wait()
    print("ended")
    """
    assert _ends(code).split("\n") == ["goes on", "ended", ""]


def test_another_signal_ends_nothing() -> None:
    code = """
    seen = []
    signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
    with asked_to_end() as wait:
        signal.raise_signal(signal.SIGUSR1)
        threading.Timer(0.5, lambda: (seen.append(2), os.kill(os.getpid(), signal.SIGTERM))).start()
        wait()
    print(seen)
    """
    assert _ends(code) == "[1, 2]\n"


def test_afterwards_signals_do_what_they_did_before() -> None:
    code = """
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    with asked_to_end():
        pass
    print(before == [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)])
    print(signal.set_wakeup_fd(-1))
    """
    assert _ends(code) == "True\n-1\n"

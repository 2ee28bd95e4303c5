"""What the kernel tells of processes: time, memory, and who belongs to whom."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bench.processes import cpu_of_all, cpu_s, family_of, peak_mb_of


def test_the_time_of_this_process_is_what_it_is_told_itself() -> None:
    times = os.times()
    own = times.user + times.system + times.children_user + times.children_system
    assert cpu_s(os.getpid()) == pytest.approx(own, abs=0.5)


def test_memory_is_what_was_held_at_the_most() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "bytearray(100 * 2**20); print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        assert 100 <= peak_mb_of(child.pid) < 200
        child.stdin.write(b"\n")
        child.stdin.close()


def test_a_child_belongs_to_the_family_until_it_ends_and_is_then_no_fault() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        assert set(family_of(os.getpid())) >= {os.getpid(), child.pid}
        assert list(family_of(child.pid)) == [child.pid]
        assert child.stdin is not None
        child.stdin.close()
        child.wait()
        assert cpu_of_all([child.pid]) == 0.0

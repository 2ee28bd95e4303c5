"""What other processes of this machine used: processor time and memory, as the kernel tells."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PROC: Final = Path("/proc")


def cpu_s(number: int) -> float:
    """Seconds of processor time of a process and of its children that have ended."""
    return sum(map(int, _stat(number)[11:15])) / _TICKS


def peak_mb_of(number: int) -> int:
    """The most memory that it ever held."""
    told = (_PROC / str(number) / "status").read_text(encoding="ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) // 1024


def family_of(number: int) -> Iterator[int]:
    """The process and its children."""
    yield number
    for folder in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            if int(_stat(int(folder.name))[1]) == number:
                yield int(folder.name)


def cpu_of_all(numbers: Iterable[int]) -> float:
    """Of those that still run."""
    total = 0.0
    for number in numbers:
        with suppress(OSError):
            total += cpu_s(number)
    return total


def _stat(number: int) -> list[str]:
    """The fields after the name, which may hold anything."""
    told = (_PROC / str(number) / "stat").read_text(encoding="utf-8", errors="replace")
    return told.rpartition(")")[2].split()

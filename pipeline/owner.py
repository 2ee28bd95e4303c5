"""Who holds a lease: a process, told apart from all others, and whether it still runs."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NUMBERS = Path("/proc/self/ns/pid")


class Process(NamedTuple):
    """host, number: what people look for. space: in what the number is one, as containers of one
    machine count theirs apart and may share its name; empty where the system does not tell.
    """

    host: str
    number: int
    space: str


def process_name() -> str:
    """Who we are to other processes; the same for all threads of this one."""
    return f"{socket.gethostname()}:{os.getpid()}:{_space()}"


def owner_name() -> str:
    """The name of this process and a random part, as two of its threads are two owners and process
    numbers are reused.
    """
    return f"{process_name()}:{uuid4().hex[:8]}"


def process_of(name: str) -> str:
    """The name of the process of an owner."""
    return ":".join(name.split(":")[:3])


def told(name: str) -> str:
    """An owner or a process as people know it, `host:number`."""
    return ":".join(name.split(":")[:2])


def is_near(name: str) -> bool:
    """Whether it is a process of this machine, of which we can see whether it runs."""
    found, here = _parsed(name), _parsed(process_name())
    if found is None or here is None:
        return False
    return (found.host, found.space) == (here.host, here.space)


def is_dead(name: str) -> bool:
    """True only for a process of this machine that no longer runs."""
    found = _parsed(name)
    if found is None or not is_near(name):
        return False
    try:
        os.kill(found.number, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _parsed(name: str) -> Process | None:
    parts = name.split(":")
    if len(parts) < 3 or not parts[1].isdigit():
        return None
    return Process(parts[0], int(parts[1]), parts[2])


@cache
def _space() -> str:
    """A digest of the start of the machine and of the space of process numbers on it."""
    told = ""
    with suppress(OSError):
        told = f"{_BOOT.read_text('utf-8').strip()} {_NUMBERS.stat().st_ino}"
    return blake2b(told.encode(), digest_size=4).hexdigest() if told else ""

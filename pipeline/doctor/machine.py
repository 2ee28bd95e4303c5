"""Checks of the machine: clocks, room on the disk, and who may read files with secrets."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from core.secret_files import FileSecret
from core.settings import Settings
from pipeline.database import Database
from pipeline.doctor.finding import Finding
from pipeline.health import CLOCK_LIMIT_S
from store import soundness

_APART_S: Final = 2
_NTP: Final = "let both machines take their time from NTP"
_FAULT_BYTES: Final = 200_000_000
_WARN_BYTES: Final = 2_000_000_000
_OTHERS: Final = stat.S_IRGRP | stat.S_IROTH
_WRITERS: Final = stat.S_IWOTH

Free = Callable[[Path], int]


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def clocks(database: Database, *, now: float) -> Iterator[Finding]:
    """The clock of the database's machine against ours; and whether ours was set back."""
    with database.read() as session:
        theirs, last = soundness.clock_of(session), soundness.last_sign(session)
    if theirs is not None and abs(theirs - now) > _APART_S:
        far = abs(theirs - now) > CLOCK_LIMIT_S
        told = f"the clock of the database is {theirs - now:+.0f} s from this machine's"
        yield Finding("clock", "fault" if far else "warning", told, _NTP)
    if last is not None and last - now > CLOCK_LIMIT_S:
        told = f"the last pass lies {(last - now) / 60:.0f} min in the future"
        yield Finding(
            "clock",
            "fault",
            f"{told}: this machine's clock was set back, or another one's is ahead",
            f"{_NTP}; what changed meanwhile is read again: headwater sync --full",
        )


def disk(database: Database, free: Free = free_bytes) -> Iterator[Finding]:
    """Room for the SQLite file to grow; what PostgreSQL has left only its own machine knows."""
    sizes = soundness.bytes_of(database.engine)
    if database.engine.dialect.name != "sqlite":
        return
    folder = Path(str(database.engine.url.database)).parent
    left, size = free(folder), sizes["database"]
    told = f"{left / 1e9:.1f} GB are free where the database of {size / 1e9:.1f} GB lies"
    if left < max(_FAULT_BYTES, size // 20):
        do = "make room now: a pass that finds none ends, and a backup cannot be made"
        yield Finding("disk", "fault", told, do)
    elif left < max(_WARN_BYTES, size):
        yield Finding("disk", "warning", told, "make room: a backup needs as much as the database")
    if sizes["wal"] > max(1_000_000_000, size):
        told = f"{sizes['wal'] / 1e9:.1f} GB wait beside the database to be moved into it"
        yield Finding(
            "disk", "warning", told, "end what has been reading for long: it keeps them waiting"
        )


def files(settings: Settings, config: Path, database: Database) -> Iterator[Finding]:
    """Files that others on this machine may read or change, and should not."""
    for label, secret in file_secrets(settings):
        if _mode(secret.path) & _OTHERS:
            yield Finding(
                "files",
                "warning",
                f"others on this machine may read {secret.path} ({label})",
                f"chmod 600 {secret.path}",
            )
    if _mode(config) & _WRITERS:
        told = f"everybody on this machine may write {config}, and so say where secrets are sent"
        yield Finding("files", "fault", told, f"chmod o-w {config}")
    if database.engine.dialect.name == "sqlite":
        file = Path(str(database.engine.url.database))
        if _mode(file) & stat.S_IROTH:
            told = f"everybody on this machine may read {file}, with all that the sources told"
            yield Finding("files", "note", told, f"chmod 600 {file}, where others have accounts")


def file_secrets(part: object, label: str = "") -> Iterator[tuple[str, FileSecret]]:
    """Every secret of the settings that comes from a file, with its place."""
    if isinstance(part, FileSecret):
        yield label, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from file_secrets(getattr(part, name), f"{label}.{name}".lstrip("."))
    elif isinstance(part, tuple):
        for index, one in enumerate(part):
            known = getattr(one, "name", index)
            yield from file_secrets(one, f"{label}[{known}]")
    elif isinstance(part, dict):
        for name, one in part.items():
            yield from file_secrets(one, f"{label}.{name}")


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0

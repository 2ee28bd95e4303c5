"""Migrated databases: the migrations run once in a process, and what they made is copied."""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import make_url

from store.migrate import upgrade


def migrated(url: str) -> None:
    """Bring the database of a URL up to date; a SQLite file that is not there is a copy."""
    found = make_url(url)
    if found.get_backend_name() == "sqlite" and found.database:
        path = Path(found.database)
        if not path.exists():
            shutil.copy(template(), path)
            return
    upgrade(url)


@cache
def template() -> Path:
    """A migrated, empty SQLite file. Nobody writes into it."""
    folder = mkdtemp(prefix="headwater-template-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "template.db"
    upgrade(f"sqlite:///{path}")
    return path

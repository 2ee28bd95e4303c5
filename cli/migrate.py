"""`headwater migrate`."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.markup import escape
from sqlalchemy import make_url

from cli.output import console
from core.config_file import load_settings
from core.settings import Database
from store.lock_wait import Patience
from store.migrate import current, missing, newest, upgrade
from store.session import open_engine


def run_migrate(config: Path, *, dry_run: bool, lock_s: float, patience_s: float) -> None:
    """Bring the tables up to date, or say what that would do, and which version they have."""
    database = load_settings(config).database
    if dry_run:
        _tell_missing(database)
        return
    password = database.password.get_secret_value() if database.password else None
    version = upgrade(
        database.url, password, tell=_aside, patience=Patience(lock_s, max(lock_s, patience_s))
    )
    _say(f"The database is up to date (version {version}).")


def _tell_missing(database: Database) -> None:
    found = _version_of(database)
    steps = missing(found)
    if not steps:
        _say(f"Nothing to do: the database is up to date (version {found}).")
        return
    here = f"is at version {found}" if found else "has no tables yet"
    _say(f"The database {here}; {len(steps)} steps lead to version {newest()}:")
    for step in steps:
        _say(f"  {step.version}  {step.what}")
    _say("Nothing was changed. To do it: headwater backup, then headwater migrate")


def _version_of(database: Database) -> str:
    """A SQLite file that is not there is not made by looking."""
    url = make_url(database.url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return ""
    password = database.password.get_secret_value() if database.password else None
    engine = open_engine(database.url, password)
    try:
        return current(engine)
    finally:
        engine.dispose()


def _say(line: str) -> None:
    console.print(escape(line), highlight=False, soft_wrap=True)


def _aside(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

"""Puts a backup into a database, all in one transaction: it is restored whole or as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DatabaseError

from core.errors import BadRequestError, StoreError
from core.settings import Database as DatabaseSettings
from pipeline.backup_file import Contents, Manifest
from pipeline.progress import Progress, Silent
from store.backup_rows import begin_load, clear, end_load, is_empty, load, tables_of
from store.migrate import move, newest, version_on, versions
from store.session import open_engine


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. `migrated_to` is the version that the tables have now; `replaced`: there were
    rows before, and they are gone.
    """

    manifest: Manifest
    migrated_to: str
    replaced: bool


def read_backup(path: Path) -> Manifest:
    """Read the whole file; `BadRequestError` where it is damaged or of a newer Headwater."""
    with Contents(path) as contents:
        _require_known(contents)
        contents.require_whole()
        return contents.manifest


def restore(
    settings: DatabaseSettings,
    path: Path,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> Restored:
    """Make the database what it was when the backup was made, then bring it up to this program.

    A SQLite file that is not there is made. replace: rows that are there are deleted; without it
    `StoreError` for a database that is not empty. `BadRequestError` where the backup is damaged, or
    was made by a newer Headwater.
    """
    with Contents(path) as contents:
        _require_known(contents)
        contents.require_whole()
        password = settings.password.get_secret_value() if settings.password else None
        engine = open_engine(settings.url, password)
        try:
            with engine.begin() as connection:
                replaced = _emptied(connection, replace=replace)
                _fill(connection, contents, progress or Silent())
        except DatabaseError as error:
            reason = (str(error.orig).strip().splitlines() or ["no answer"])[0]
            raise StoreError(
                f"the database refused ({reason}); it is as it was before: see that nobody else"
                " uses it, and where it is damaged, restore into a new one"
            ) from error
        finally:
            engine.dispose()
        return Restored(contents.manifest, newest(), replaced)


def _require_known(contents: Contents) -> None:
    found = contents.manifest.migration
    if found not in versions():
        raise BadRequestError(
            f"{contents.path} was made by a newer Headwater (version {found} of the tables, this"
            f" one knows up to {newest()}): update Headwater"
        )


def _emptied(connection: Connection, *, replace: bool) -> bool:
    """Whether rows had to be deleted."""
    found = version_on(connection)
    if not found:
        return False
    if found not in versions():
        raise StoreError(
            f"the database was written by a newer Headwater (version {found}): update Headwater"
        )
    tables = tables_of(found)
    if is_empty(connection, tables):
        return False
    if not replace:
        raise StoreError(
            "the database is not empty: name an empty one in [database], or, where all that is in"
            " it may go, stop what uses it and say --replace"
        )
    begin_load(connection)
    clear(connection, tables)
    return True


def _fill(connection: Connection, contents: Contents, progress: Progress) -> None:
    told = contents.manifest
    move(connection, to=told.migration)
    tables = tables_of(told.migration)
    _require_same(contents, tables)
    begin_load(connection)
    for done, table in enumerate(tables):
        progress.step("restore", done, len(tables))
        found = load(connection, table, contents.batches(table.name))
        if found != told.tables[table.name].rows:
            raise StoreError(
                f"{told.tables[table.name].rows:,} rows of {table.name} are in the backup, and"
                f" {found:,} arrived; the database is as it was before: run it again"
            )
    end_load(connection)
    progress.step("restore", len(tables), len(tables))


def _require_same(contents: Contents, tables: Sequence[Table]) -> None:
    """The manifest and the tables that this program makes of its version must name the same."""
    names = {table.name for table in tables}
    if names != set(contents.manifest.tables):
        odd = ", ".join(sorted(names ^ set(contents.manifest.tables)))
        raise BadRequestError(f"{contents.path} does not fit its version of the tables: {odd}")
    for table in tables:
        if contents.columns(table.name) != [column.name for column in table.c]:
            raise BadRequestError(
                f"{contents.path} does not fit its version of the tables: {table.name}"
            )

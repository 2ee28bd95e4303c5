"""Makes a backup of one moment of the database, and proves it before it gets its name.

It is read by ourselves and not by `pg_dump`: that has to be as new as the server and is in no image
of ours, takes the password by its environment, and its file would be of use to PostgreSQL only. One
file that both databases read is also the way from a laptop's SQLite to PostgreSQL.
"""

from __future__ import annotations

import os
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import pyarrow as pa
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DatabaseError
from sqlalchemy.types import Boolean, Float, Integer, LargeBinary

from core.errors import BadRequestError, StoreError
from core.settings import Database as DatabaseSettings
from pipeline.backup_file import Contents, Manifest, TableFile, write_manifest, write_table
from pipeline.progress import Progress, Silent
from store.backup_rows import broken, count, one_moment, rows_of, tables_of
from store.migrate import version_on, versions
from store.session import open_engine

NOT_INSIDE: Final = (
    "Not in it: headwater.toml and the secrets that it points to; keep those elsewhere. It holds"
    " what the sources told, and the key of the pseudonyms: guard it like the database."
)


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written and read again."""

    path: Path
    manifest: Manifest
    bytes: int


def back_up(
    settings: DatabaseSettings,
    path: Path,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> Backup:
    """Write all tables of one moment into a new file, while others write; then read it again.

    The file is there whole and proven or not at all, readable by its owner only. `BadRequestError`
    where there is one already, or no room; `StoreError` where the database is broken or unknown.
    """
    _require_place(path, replace=replace)
    part = path.with_name(f"{path.name}.part")
    password = settings.password.get_secret_value() if settings.password else None
    engine = open_engine(settings.url, password)
    try:
        with one_moment(engine, path.with_name(f"{path.name}.copy")) as connection:
            written = _written(connection, part, progress or Silent())
        with Contents(part) as contents:
            contents.require_whole()
        part.replace(path)
    except OSError as error:
        raise BadRequestError(
            f"{path} can't be written: {error.strerror}; nothing is left of it"
        ) from error
    except DatabaseError as error:
        raise StoreError(f"the database can't be read: {str(error.orig).strip()}") from error
    finally:
        part.unlink(missing_ok=True)
        engine.dispose()
    return Backup(path, written, path.stat().st_size)


def _require_place(path: Path, *, replace: bool) -> None:
    if not path.parent.is_dir():
        raise BadRequestError(f"the folder of {path} does not exist: create {path.parent}")
    if path.is_dir():
        raise BadRequestError(f"{path} is a folder: name a file in it")
    if path.exists() and not replace:
        raise BadRequestError(f"{path} is there already: name another file, or say --replace")


def _written(connection: Connection, part: Path, progress: Progress) -> Manifest:
    migration = _known_version(connection)
    if wrong := broken(connection):
        raise StoreError(
            f"the database is damaged, so it was not backed up ({'; '.join(wrong)}): restore an"
            " earlier backup, or see what can be saved with: sqlite3 headwater.db .recover"
        )
    tables = tables_of(migration)
    found: dict[str, TableFile] = {}
    with ExitStack() as stack:
        opened = os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600), "w+b")
        file = stack.enter_context(zipfile.ZipFile(stack.enter_context(opened), "w"))
        for done, table in enumerate(tables):
            progress.step("back up", done, len(tables))
            found[str(table.name)] = _one(connection, file, table)
        progress.step("back up", len(tables), len(tables))
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        told = Manifest(migration, made_at, connection.dialect.name, _program(), found)
        write_manifest(file, told)
    return told


def _one(connection: Connection, file: zipfile.ZipFile, table: Table) -> TableFile:
    """One table, counted by the database as well: what was read must be all that there is."""
    told = write_table(file, table.name, _schema(table), rows_of(connection, table))
    expected = count(connection, table)
    if told.rows != expected:
        raise StoreError(
            f"{expected:,} rows are in {table.name} and {told.rows:,} were read; nothing was"
            " written: run headwater doctor"
        )
    return told


def _known_version(connection: Connection) -> str:
    found = version_on(connection)
    if not found:
        raise StoreError("the database has no tables yet, there is nothing to back up")
    if found not in versions():
        raise StoreError(
            f"the database was written by a newer Headwater (version {found}): update Headwater"
        )
    return found


def _schema(table: Table) -> pa.Schema:
    return pa.schema([pa.field(column.name, _kind(column.type)) for column in table.c])


def _kind(told: object) -> pa.DataType:
    if isinstance(told, Boolean):
        return pa.bool_()
    if isinstance(told, Integer):
        return pa.int64()
    if isinstance(told, Float):
        return pa.float64()
    return pa.binary() if isinstance(told, LargeBinary) else pa.string()


def _program() -> str:
    try:
        return version("headwater")
    except PackageNotFoundError:
        return "0"

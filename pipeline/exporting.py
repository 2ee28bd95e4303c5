"""Tables for other tools: as bytes, part by part, and as a folder of files with a manifest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
from sqlalchemy.orm import Session

from core.errors import ConfigError
from core.settings import Settings
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.export_formats import Format, written
from pipeline.export_wanted import applied
from pipeline.progress import Progress, Silent
from pipeline.times import iso
from store import cursors, frames
from store.daily import last_made
from store.export_reads import BATCH, Wanted, arrow_schema, batches
from store.export_schema import SCHEMA_VERSION, ExportTable
from store.facts import last_written_ts

MANIFEST: Final = "manifest.json"

Answer = dict[str, Any]


@contextmanager
def steady(database: Database) -> Iterator[Session]:
    """A session to which nothing changes while it reads, however long that takes."""
    with database.read() as session:
        if database.engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


def table_bytes(
    database: Database, table: ExportTable, form: Format, wanted: Wanted
) -> Iterator[bytes]:
    """A whole file of one table, part by part."""
    with steady(database) as session:
        schema = arrow_schema(table, **_stamp(session))
        yield from written(form, schema, batches(session, table, wanted))


def file_name(table: str, form: Format) -> str:
    """With the version of the schema: `items.v1.parquet`."""
    return f"{table}.v{SCHEMA_VERSION}.{form}"


@dataclass(slots=True)
class _Counted:
    """Batches on their way, and how many rows they had."""

    batches: Iterator[pa.RecordBatch]
    rows: int = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self.batches:
            self.rows += batch.num_rows
            yield batch


def export_folder(
    settings: Settings,
    database: Database,
    folder: Path,
    form: Format,
    tables: Sequence[ExportTable],
    wanted: Wanted,
    *,
    progress: Progress | None = None,
    size: int = BATCH,
) -> Answer:
    """Write each table into a file of its own, and last the manifest, which is the answer.

    All are of one moment. A file is there whole or not at all: what is interrupted leaves those of
    before, and no manifest that names half an export. `ConfigError` where a file can't be written.
    """
    tell = progress or Silent()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with steady(database) as session:
            listed = []
            for done, table in enumerate(tables):
                tell.step("export", done, len(tables))
                listed.append(_file(session, folder, form, table, applied(table, wanted), size))
            tell.step("export", len(tables), len(tables))
            told = {**about(session, settings), "format": form, "filters": _filters(wanted)}
        body = {**told, "tables": listed}
        replace_file(folder / MANIFEST, [orjson.dumps(body, option=orjson.OPT_INDENT_2)])
    except OSError as error:
        raise ConfigError(f"{folder} can't be written: {error.strerror}") from error
    return body


def about(session: Session, settings: Settings) -> Answer:
    """Of which moment and which facts an export is; times in ISO 8601."""
    streams = frames.value_streams(session)
    made = last_made(session)
    states = [one for one in cursors.all_states(session) if one.key.stream == ""]
    named = zip(streams["name"], streams["facts_version"], streams["facts_ts"], strict=True)
    return {
        "schema_version": SCHEMA_VERSION,
        "made_at": iso(now_ts()),
        "next_since": iso(last_written_ts(session)) if last_written_ts(session) else None,
        "watermarks": {one.source: iso(one.watermark_ts) for one in states},
        "streams": [
            {"stream": name, "facts_version": int(version), "facts_at": iso(int(ts))}
            for name, version, ts in named
        ],
        "days_until": None if made is None else iso(made.until_ts),
        "days_made_at": None if made is None else iso(made.as_of_ts),
        "timezone": settings.server.timezone,
        "currency": settings.cost_of_delay.currency,
    }


def _stamp(session: Session) -> dict[str, str]:
    """What a single file says of itself."""
    return {"facts_at": iso(last_written_ts(session)) or "", "made_at": iso(now_ts()) or ""}


def _filters(wanted: Wanted) -> Answer:
    told = asdict(wanted)
    moments = {name: iso(told.pop(f"{name}_ts")) for name in ("from", "to", "since")}
    return {**told, **moments}


def _file(
    session: Session, folder: Path, form: Format, table: ExportTable, wanted: Wanted, size: int
) -> Answer:
    counted = _Counted(batches(session, table, wanted, size=size))
    schema = arrow_schema(table, **_stamp(session))
    name = file_name(table.name, form)
    written_bytes, digest = replace_file(folder / name, written(form, schema, counted))
    return {
        "table": table.name,
        "file": name,
        "rows": counted.rows,
        "bytes": written_bytes,
        "sha256": digest,
        "key": list(table.key),
        "mode": "whole" if wanted.since_ts is None else "changes",
        "filters": _filters(wanted),
    }


def replace_file(path: Path, parts: Iterable[bytes]) -> tuple[int, str]:
    """Write a whole file, over the one that was there, at once: its size and its SHA-256."""
    part, digest, size = path.with_name(f"{path.name}.part"), hashlib.sha256(), 0
    try:
        with part.open("wb") as file:
            for data in parts:
                file.write(data)
                digest.update(data)
                size += len(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return size, digest.hexdigest()

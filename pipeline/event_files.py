"""The files of the Parquet event log: which they are, and their rows. Needs no database.

event_log.json                                    which files there are; the last one written
statuses.v1.parquet
events.v1/stream=checkout/month=2026-11/000007-0000.parquet
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.errors import StoreError
from core.frames import NONE
from store.event_reads import MOVED, NAMES
from store.export_schema import SCHEMA_VERSION

INDEX: Final = "event_log.json"
EVENTS_FOLDER: Final = f"events.v{SCHEMA_VERSION}"
KEY: Final = ["item_id", "ts", "seq", "event", "from_id", "to_id"]
_COLUMNS: Final = ["item_id", "happened_at", "seq", "event", "from_status_id", "to_status_id"]
_ROW_GROUP: Final = 50_000
"""Rows that are skipped together where none of their items is asked for."""

Ints = npt.NDArray[np.int64]
Place = tuple[str, str]
"""The stream and the month."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file of events. path: below the folder of the log. number: of the append that wrote it.
    first_item, last_item: the least and the greatest `item_id`.
    """

    stream: str
    month: str
    path: str
    number: int
    rows: int
    bytes: int
    first_item: int
    last_item: int

    @property
    def place(self) -> Place:
        return self.stream, self.month


@dataclass(frozen=True, slots=True)
class LogIndex:
    """Which files make up the log. log: a random word of its own. number: of the newest append.
    rules: by stream, which items it counted.
    """

    log: str
    number: int
    made_at: str
    rules: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Sequence[LogFile] = ()

    @property
    def state(self) -> str:
        """What the database remembers of it."""
        return f"{self.log}:{self.number}"

    def of(self, stream: str) -> list[LogFile]:
        return [one for one in self.files if one.stream == stream]

    def told(self) -> bytes:
        """As the file of the index has it."""
        told: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **asdict(self)}
        told["files"] = [asdict(one) for one in self.files]
        return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def read_index(folder: Path) -> LogIndex | None:
    """None where there is none yet. `StoreError` for one that can't be read, or of another
    version.
    """
    file = folder / INDEX
    try:
        told = orjson.loads(file.read_bytes())
        version = told.pop("schema_version")
        if version != SCHEMA_VERSION:
            raise StoreError(
                f"{file} is of version {version} of the schema, this is {SCHEMA_VERSION}: name"
                " another folder, a new log is begun there"
            )
        files = [LogFile(**one) for one in told.pop("files")]
        return LogIndex(**told, files=files)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError(
            f"{file} can't be read as the index of an event log: delete the folder, or name another"
            " one, and the log is made anew"
        ) from error


def read_transitions(
    folder: Path, log: str, number: int, stream: str, item_ids: Sequence[int]
) -> pd.DataFrame:
    """Status changes of these items: item_id, ts, seq, from_id, to_id, in order of (item_id, ts,
    seq). item_ids: ascending. number: the least append that has to be in it.

    `StoreError` where the folder holds no such log.
    """
    index = read_index(folder)
    if index is None or index.log != log or index.number < number:
        raise StoreError(
            f"{folder} does not hold the event log that is recomputed from, as append {number} left"
            " it: every worker has to see the same folder under the same path"
        )
    files = [folder / one.path for one in near(index.of(stream), item_ids)]
    try:
        found = events_of(files, item_ids)
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(
            f"a file of the event log in {folder} can't be read: run headwater export --format"
            " events, which makes good what is lost, then try again"
        ) from error
    moved = found[found["event"] == MOVED]
    told = moved.drop(columns="event").sort_values(["item_id", "ts", "seq"], ignore_index=True)
    return told


def events_of(paths: Iterable[Path], item_ids: Sequence[int]) -> pd.DataFrame:
    """The columns `KEY` of all rows of these items, which are ascending; in no order. One file is
    read after another, and of it only groups of rows with items in between.
    """
    parts = [_events(path, item_ids) for path in paths]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="int64") for name in KEY})
    return pd.concat(parts, ignore_index=True)


def near(files: Sequence[LogFile], item_ids: Sequence[int]) -> list[LogFile]:
    """Files that may have rows of these items, which are ascending."""
    if not item_ids:
        return []
    low, high = item_ids[0], item_ids[-1]
    return [one for one in files if one.first_item <= high and one.last_item >= low]


def _events(path: Path, item_ids: Sequence[int]) -> pd.DataFrame:
    item = pc.field("item_id")
    inside = (item >= item_ids[0]) & (item <= item_ids[-1])
    table = pq.read_table(path, columns=_COLUMNS, filters=inside, partitioning=None)
    found = pd.DataFrame(dict(zip(KEY, numbers_of(table), strict=True)), copy=False)
    return found[found["item_id"].isin(item_ids)]


def numbers_of(table: pa.Table) -> list[Ints]:
    """The columns `KEY` of rows of events."""
    words = table.column("event").combine_chunks()
    return [
        _ints(table.column("item_id")),
        _ints(table.column("happened_at").cast(pa.int64())) // 1_000,
        _ints(table.column("seq")),
        _ints(pc.index_in(words, value_set=pa.array(NAMES)).cast(pa.int64())),
        _ints(table.column("from_status_id")),
        _ints(table.column("to_status_id")),
    ]


def _ints(column: Any) -> Ints:
    numbers: Ints = column.fill_null(NONE).to_numpy()
    return numbers


def write_file(path: Path, table: pa.Table) -> int:
    """A whole file, on the disk when this returns: its size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd", version="2.6", row_group_size=_ROW_GROUP)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()

"""docs/event-log.md: its statements run as they stand, and its columns are those of the files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from pipeline.database import Database
from pipeline.event_log import append_events
from pipeline.sync import bring_up_to_date
from store.event_reads import EVENTS, STATUSES
from store.export_page import table_lines
from tests.pipeline.conftest import database
from tests.pipeline.shop import STATUSES as WORDS
from tests.pipeline.shop import item, save, settings_of

__all__ = ["database"]

PAGE = (Path(__file__).parents[2] / "docs" / "event-log.md").read_text(encoding="utf-8")
EXAMPLE, BY_INDEX = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def log(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two items that were begun after a day and done four days later."""
    save(database, *WORDS, *item(1), *item(2))
    bring_up_to_date(settings_of(), database)
    monkeypatch.chdir(tmp_path)
    folder = Path("warehouse/events")
    append_events(settings_of(), database, folder)
    return folder


def _rows(statements: str) -> list[Any]:
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        return connection.execute(statements).fetchall()


def test_the_example_of_duckdb_runs_as_it_stands(log: Path) -> None:
    assert _rows(EXAMPLE) == [("checkout", "In Progress", 2, 4.0)]
    assert log.is_dir()


def test_the_files_that_the_index_names_are_read_as_it_says(log: Path) -> None:
    own = next(log.glob("events.v1/*/*/*.parquet"))
    shutil.copy(own, own.with_name("left-behind.parquet"))
    assert _rows(BY_INDEX) == [(6,)]


def test_the_columns_of_the_page_are_those_of_the_files(log: Path) -> None:
    mark = "<!-- rendered from store/event_reads.py -->\n"
    told = [line for table in (EVENTS, STATUSES) for line in table_lines(table)]
    assert PAGE.partition(mark)[2].splitlines() == told
    for path in log.glob("events.v1/*/*/*.parquet"):
        assert pq.read_schema(path).names == [column.name for column in EVENTS.columns]

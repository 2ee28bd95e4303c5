"""Backups: of one moment, proven, private; and what restoring refuses and says."""

from __future__ import annotations

import os
import stat
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from core.errors import BadRequestError, StoreError
from core.settings import Database
from pipeline.backup import back_up
from pipeline.backup_file import read_manifest
from pipeline.progress import Silent
from pipeline.restore import read_backup, restore
from store.migrate import current, downgrade, newest
from store.models import audit_event, raw_record, source, transition, work_item, workflow_status
from store.session import open_engine, sessions
from tests.e2e.dumps import exact_rows

_FLAGS = {"subtask": False, "changelog_complete": True, "status_id": 1}


def _fill(engine: Engine, *, begin: int = 1, end: int = 4) -> None:
    """Items with a move and a payload each, whose numbers are theirs."""
    with sessions(engine).begin() as session:
        if begin == 1:
            session.execute(source.insert(), [{"id": 1, "name": "jira"}])
            status = {"id": 1, "source_id": 1, "external_id": "3", "name": "Doing", "listed": True}
            session.execute(workflow_status.insert(), [status])
        for number in range(begin, end):
            times = {"created_ts": number, "updated_ts": number}
            item = {"id": number, "source_id": 1, "external_id": f"é{number}", **times, **_FLAGS}
            session.execute(work_item.insert(), [item])
            move = {"item_id": number, "ts": 7, "seq": 1, "field": 1, "from_id": None, "to_id": 1}
            session.execute(transition.insert(), [move])
            session.execute(raw_record.insert(), [_payload(number)])
            done = {"ts": number, "who": "anna", "action": "verdict"}
            session.execute(audit_event.insert(), [done])


def _payload(number: int) -> dict[str, Any]:
    return {
        "source_id": 1,
        "stream": "issues",
        "external_id": str(number),
        "scope": "",
        "hash": bytes(range(16)),
        "payload": b"\x00\xff" + bytes([number % 256]),
        "fetched_ts": 2**40,
        "gone": "",
        "problem": "",
        "origin": "",
    }


class _Meanwhile(Silent):
    """Does something before each table is read."""

    def __init__(self, work: Callable[[int], None]) -> None:
        self._work = work

    def step(self, name: str, done: int, total: int) -> None:
        del name, total
        self._work(done)


def _empty(tmp_path: Path) -> Database:
    return Database(url=f"sqlite:///{tmp_path / 'restored.db'}")


def _rows(settings: Database) -> dict[str, list[str]]:
    engine = open_engine(settings.url)
    try:
        return exact_rows(engine, but="")
    finally:
        engine.dispose()


def test_what_is_written_while_tables_are_read_is_in_none_of_them(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    _fill(engine)
    before = exact_rows(engine, but="")

    def write(done: int) -> None:
        _fill(engine, begin=10 + done, end=11 + done)

    settings, path = Database(url=database_url), tmp_path / "one.backup"
    made = back_up(settings, path, progress=_Meanwhile(write))
    assert made.manifest.tables["work_item"].rows == 3
    assert len(exact_rows(engine, but="")["work_item"]) > 70
    restore(_empty(tmp_path), path)
    assert _rows(_empty(tmp_path)) == before


def test_a_backup_holds_whole_transactions_of_one_who_writes_all_the_time(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path
) -> None:
    _fill(sqlite_engine)
    ended, wrote = threading.Event(), threading.Event()

    def write() -> None:
        number = 4
        while not ended.is_set():
            _fill(sqlite_engine, begin=number, end=number + 3)
            number += 3
            wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(60)
        made = back_up(Database(url=sqlite_url), tmp_path / "busy.backup")
    finally:
        ended.set()
        writer.join()
    tables = made.manifest.tables
    items = tables["work_item"].rows
    assert items >= 6
    assert items % 3 == 0
    assert (tables["transition"].rows, tables["raw_record"].rows) == (items, items)


def test_ids_of_new_rows_go_on_behind_those_restored(
    engine: Engine, database_url: str, tmp_path: Path, postgres_url: str
) -> None:
    _fill(engine, end=8)
    back_up(Database(url=database_url), tmp_path / "b")
    restore(Database(url=postgres_url), tmp_path / "b", replace=True)
    restored = open_engine(postgres_url)
    adding = text(
        "INSERT INTO work_item (source_id, external_id, created_ts, updated_ts, subtask,"
        " changelog_complete, status_id) VALUES (1, 'new', 1, 1, false, true, 1) RETURNING id"
    )
    with restored.begin() as connection:
        assert connection.execute(adding).scalar_one() == 8
    restored.dispose()


def test_the_file_is_for_its_owner_and_nothing_else_is_left(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path
) -> None:
    _fill(sqlite_engine)
    folder = tmp_path / "kept"
    folder.mkdir()
    back_up(Database(url=sqlite_url), folder / "b")
    assert os.listdir(folder) == ["b"]
    assert stat.S_IMODE((folder / "b").stat().st_mode) == 0o600
    told = read_manifest(folder / "b")
    assert (told.migration, told.database) == (newest(), "sqlite")
    with zipfile.ZipFile(folder / "b") as file:
        names = {"manifest.json", *(f"{name}.parquet" for name in told.tables)}
        assert set(file.namelist()) == names


def test_a_file_that_is_there_is_written_over_only_when_told(
    sqlite_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "b"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(BadRequestError, match=r"is there already: .* --replace"):
        back_up(Database(url=sqlite_url), path)
    assert path.read_text("utf-8") == "mine"
    back_up(Database(url=sqlite_url), path, replace=True)
    assert read_backup(path).rows == 0


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_byte_that_changed_is_found_and_nothing_is_restored(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path, share: float
) -> None:
    _fill(sqlite_engine, end=60)
    path = tmp_path / "b"
    back_up(Database(url=sqlite_url), path)
    with zipfile.ZipFile(path) as file:
        held = [one for one in file.infolist() if one.filename == "raw_record.parquet"]
    content = bytearray(path.read_bytes())
    at = held[0].header_offset + 60 + int(share * (held[0].file_size - 60))
    content[at] ^= 0x01
    path.write_bytes(content)
    with pytest.raises(BadRequestError, match="raw_record is not what was written"):
        restore(_empty(tmp_path), path)
    assert not (tmp_path / "restored.db").exists()


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(BadRequestError, match="is no backup of Headwater"):
        read_backup(tmp_path / "b")


def test_a_backup_that_was_cut_off_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    back_up(Database(url=sqlite_url), tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    (tmp_path / "b").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadRequestError, match="cut off"):
        read_backup(tmp_path / "b")


def test_a_backup_of_a_newer_headwater_asks_for_an_update(sqlite_url: str, tmp_path: Path) -> None:
    back_up(Database(url=sqlite_url), tmp_path / "b")
    with zipfile.ZipFile(tmp_path / "b") as file:
        parts = {name: file.read(name) for name in file.namelist()}
    newer = parts["manifest.json"].replace(b'"migration": "', b'"migration": "9')
    with zipfile.ZipFile(tmp_path / "b", "w") as file:
        for name, content in (parts | {"manifest.json": newer}).items():
            file.writestr(name, content)
    with pytest.raises(BadRequestError, match=r"made by a newer Headwater .* update Headwater"):
        restore(_empty(tmp_path), tmp_path / "b")


def test_a_database_with_rows_is_kept_unless_told_and_then_replaced_whole(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    _fill(engine)
    settings, path = Database(url=database_url), tmp_path / "b"
    before = exact_rows(engine, but="")
    back_up(settings, path)
    _fill(engine, begin=4, end=9)
    more = exact_rows(engine, but="")
    with pytest.raises(StoreError, match=r"not empty: .* --replace"):
        restore(settings, path)
    assert exact_rows(engine, but="") == more
    done = restore(settings, path, replace=True)
    assert done.replaced
    assert exact_rows(engine, but="") == before


def test_a_restore_that_fails_half_way_leaves_the_database_as_it_was(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    _fill(engine)
    settings, path = Database(url=database_url), tmp_path / "b"
    back_up(settings, path)
    _fill(engine, begin=4, end=9)
    more = exact_rows(engine, but="")

    def stop(done: int) -> None:
        if done == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(settings, path, replace=True, progress=_Meanwhile(stop))
    assert exact_rows(engine, but="") == more


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    _fill(engine)
    downgrade(database_url, to="0015")
    settings, path = Database(url=database_url), tmp_path / "b"
    assert back_up(settings, path).manifest.migration == "0015"
    done = restore(settings, path, replace=True)
    assert (done.manifest.migration, done.migrated_to) == ("0015", newest())
    assert current(engine) == newest()
    with engine.connect() as connection:
        named = connection.execute(text("SELECT external_id FROM work_item ORDER BY id"))
        assert named.scalars().all() == ["é1", "é2", "é3"]


def test_a_damaged_database_is_not_backed_up(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path
) -> None:
    _fill(sqlite_engine)
    with sqlite_engine.connect() as connection:
        connection.execute(text("COMMIT"))
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        connection.execute(text("DELETE FROM work_item WHERE id = 2"))
    with pytest.raises(StoreError, match="a row of transition points to a row of work_item"):
        back_up(Database(url=sqlite_url), tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_database_without_tables_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no tables yet"):
        back_up(_empty(tmp_path), tmp_path / "b")

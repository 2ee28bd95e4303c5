"""The Parquet event log: what is in it, what an append writes, and what it takes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, select

from core.errors import ConfigError, StoreError
from core.records import LEFT, Entity, Field, Gone, Transition
from core.settings import Settings
from pipeline import event_log
from pipeline.database import Database, over
from pipeline.event_files import read_index, read_transitions
from pipeline.event_log import append_events
from pipeline.sync import bring_up_to_date
from store.models import transition, work_item
from tests.pipeline.random_work import RandomWork
from tests.pipeline.shop import DAY, START, STATUSES, item, save, settings_of, stream

SETTINGS = settings_of()
Event = tuple[Any, ...]


def _pass(database: Database, settings: Settings = SETTINGS) -> None:
    bring_up_to_date(settings, database)


def _files(folder: Path) -> dict[str, bytes]:
    found = folder.glob("events.v1/stream=*/month=*/*.parquet")
    return {str(one.relative_to(folder)): one.read_bytes() for one in found}


def _events(folder: Path, stream: str = "checkout") -> Counter[Event]:
    """What a reader of all files sees, index or not: item, second, event, from, to."""
    rows: list[Event] = []
    for path in folder.glob(f"events.v1/stream={stream}/month=*/*.parquet"):
        for row in pq.read_table(path, partitioning=None).to_pylist():
            assert f"month={row['happened_at']:%Y-%m}" == path.parent.name
            ts = int(row["happened_at"].timestamp())
            told = (row["event"], row["from_status_id"], row["to_status_id"])
            rows.append((row["external_id"], ts, row["seq"], *told))
    return Counter(rows)


def _truth(database: Database, source_id: int, settings: Settings, name: str) -> Counter[Event]:
    """The same from the tables, item by item."""
    rules = next(one for one in settings.streams if one.name == name)
    found: Counter[Event] = Counter()
    with database.read() as session:
        for row in session.execute(select(work_item)).mappings():
            typed = row["type"] in rules.items.types if rules.items.types else not row["subtask"]
            inside = row["project"] in rules.items.projects and row["source_id"] == source_id
            if not typed or not inside or row["gone"] in LEFT:
                continue
            found[row["external_id"], row["created_ts"], -1, "created", None, None] += 1
            own = select(transition).where(transition.c.item_id == row["id"])
            for move in session.execute(own.where(transition.c.field == 1)).mappings():
                ends = (move["from_id"], move["to_id"])
                found[row["external_id"], move["ts"], move["seq"], "moved", *ends] += 1
    return found


@pytest.fixture
def shop(database: Database) -> Database:
    """SHOP-1 and SHOP-2: created on 5 January 2026, begun a day later, done on the 10th."""
    save(database, *STATUSES, *item(1), *item(2))
    _pass(database)
    return database


def test_the_first_append_writes_what_happened_by_stream_and_month(
    shop: Database, tmp_path: Path
) -> None:
    told = append_events(SETTINGS, shop, tmp_path / "not" / "there")
    folder = tmp_path / "not" / "there"
    begun, done = (int((START + days * DAY).timestamp()) for days in (1, 5))
    made = int(START.timestamp())
    assert _events(folder) == {
        (number, *rest): 1
        for number in ("1", "2")
        for rest in (
            (made, -1, "created", None, None),
            (begun, 1, "moved", 1, 2),
            (done, 2, "moved", 2, 3),
        )
    }
    assert list(_files(folder)) == ["events.v1/stream=checkout/month=2026-01/000001-0000.parquet"]
    assert (told["number"], told["events"], told["appended"], told["removed"]) == (1, 6, 6, 0)
    index = orjson.loads((folder / "event_log.json").read_bytes())
    assert (index["schema_version"], index["number"]) == (1, 1)
    [file] = index["files"]
    assert (file["rows"], file["first_item"], file["last_item"]) == (6, 1, 2)
    assert file["bytes"] == len(_files(folder)[file["path"]])
    statuses = pq.read_table(folder / "statuses.v1.parquet").to_pylist()
    assert [(one["status_id"], one["status"]) for one in statuses] == [
        (1, "To Do"), (2, "In Progress"), (3, "Done"),
    ]  # fmt: skip
    schema = pq.read_schema(folder / file["path"])
    assert schema.metadata[b"headwater.schema_version"] == b"1"


def test_what_is_new_comes_as_files_of_its_own(shop: Database, tmp_path: Path) -> None:
    append_events(SETTINGS, shop, tmp_path)
    before = _files(tmp_path)
    assert append_events(SETTINGS, shop, tmp_path)["number"] == 1
    assert _files(tmp_path) == before
    reopened = Transition("2", START + 40 * DAY, 3, Field.STATUS, "3", "2")
    save(shop, *item(2), reopened)
    _pass(shop)
    told = append_events(SETTINGS, shop, tmp_path)
    assert (told["compared"], told["appended"], told["rewritten"]) == ("changes", 1, [])
    after = _files(tmp_path)
    assert {name: after[name] for name in before} == before
    assert list(after.keys() - before.keys()) == [
        "events.v1/stream=checkout/month=2026-02/000002-0000.parquet"
    ]
    assert sum(_events(tmp_path).values()) == 7


def test_what_changed_and_was_not_measured_yet_is_appended(shop: Database, tmp_path: Path) -> None:
    append_events(SETTINGS, shop, tmp_path)
    save(shop, *item(3))
    assert append_events(SETTINGS, shop, tmp_path)["appended"] == 3


def test_a_late_correction_writes_its_month_anew_and_nothing_else(
    shop: Database, tmp_path: Path
) -> None:
    save(shop, *item(2), Transition("2", START + 40 * DAY, 3, Field.STATUS, "3", "2"))
    _pass(shop)
    append_events(SETTINGS, shop, tmp_path)
    before = _files(tmp_path)
    save(shop, Transition("1", START + DAY, 1, Field.STATUS, "1", "3"))
    _pass(shop)
    told = append_events(SETTINGS, shop, tmp_path)
    assert told["rewritten"] == ["stream=checkout/month=2026-01"]
    assert (told["appended"], told["removed"]) == (1, 1)
    after = _files(tmp_path)
    kept = {name for name in before if "month=2026-02" in name}
    assert kept
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert not (before.keys() - kept) & after.keys()
    assert _events(tmp_path) == _truth(shop, 1, SETTINGS, "checkout")


def test_an_item_that_is_gone_is_taken_out(shop: Database, tmp_path: Path) -> None:
    append_events(SETTINGS, shop, tmp_path)
    save(shop, Gone(Entity.ITEM, "1", "deleted", START + 9 * DAY))
    _pass(shop)
    assert append_events(SETTINGS, shop, tmp_path)["removed"] == 3
    assert {event[0] for event in _events(tmp_path)} == {"2"}
    save(shop, Gone(Entity.ITEM, "2", "deleted", START + 9 * DAY))
    _pass(shop)
    append_events(SETTINGS, shop, tmp_path)
    assert _files(tmp_path) == {}


def test_a_stream_that_counts_other_items_is_compared_whole(shop: Database, tmp_path: Path) -> None:
    save(shop, *item(7, "PAY"))
    _pass(shop)
    append_events(SETTINGS, shop, tmp_path)
    assert {event[0] for event in _events(tmp_path)} == {"1", "2"}
    wider = settings_of(stream(projects=["SHOP", "PAY"]))
    _pass(shop, wider)
    append_events(wider, shop, tmp_path)
    assert {event[0] for event in _events(tmp_path)} == {"1", "2", "7"}


def test_a_folder_of_another_time_is_compared_whole(shop: Database, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    append_events(SETTINGS, shop, one)
    append_events(SETTINGS, shop, other)
    save(shop, *item(3))
    _pass(shop)
    append_events(SETTINGS, shop, other)
    told = append_events(SETTINGS, shop, one)
    assert (told["compared"], told["appended"]) == ("whole", 3)
    assert _events(one) == _events(other) == _truth(shop, 1, SETTINGS, "checkout")


def test_many_small_files_of_a_month_become_one(shop: Database, tmp_path: Path) -> None:
    for number in range(1, 12):
        at = START + 6 * DAY + number * timedelta(hours=1)
        save(shop, *item(2), Transition("2", at, 2 + number, Field.STATUS, "3", "2"))
        append_events(SETTINGS, shop, tmp_path)
        assert len(_files(tmp_path)) <= 8
    assert len(_files(tmp_path)) > 1
    events = _events(tmp_path)
    assert append_events(SETTINGS, shop, tmp_path, compact=True)["files"] == 1
    assert len(_files(tmp_path)) == 1
    assert _events(tmp_path) == events == _truth(shop, 1, SETTINGS, "checkout")


def test_an_append_that_breaks_off_is_made_good_by_the_next(
    shop: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append_events(SETTINGS, shop, tmp_path)
    before = read_index(tmp_path)
    save(shop, *item(3))
    _pass(shop)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(event_log, "replace_file", full)
        with pytest.raises(ConfigError, match="No space left"):
            append_events(SETTINGS, shop, tmp_path)
    assert read_index(tmp_path) == before
    append_events(SETTINGS, shop, tmp_path)
    assert _events(tmp_path) == _truth(shop, 1, SETTINGS, "checkout")
    assert not (tmp_path / ".staging").exists()


def _cut(file: Path) -> None:
    file.write_bytes(b"PAR1")


@pytest.mark.parametrize("harm", [Path.unlink, _cut], ids=["lost", "cut"])
def test_a_file_that_was_lost_or_cut_short_is_made_again(
    shop: Database, tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    append_events(SETTINGS, shop, tmp_path)
    index = read_index(tmp_path)
    assert index is not None
    harm(tmp_path / index.files[0].path)
    with pytest.raises(StoreError, match="makes good what is lost"):
        read_transitions(tmp_path, index.log, 1, "checkout", [2])
    assert append_events(SETTINGS, shop, tmp_path)["compared"] == "whole"
    assert _events(tmp_path) == _truth(shop, 1, SETTINGS, "checkout")


def test_a_stream_that_is_configured_no_more_is_taken_out(shop: Database, tmp_path: Path) -> None:
    two = settings_of(stream(), stream("other"))
    _pass(shop, two)
    append_events(two, shop, tmp_path)
    assert _events(tmp_path, "other") == _events(tmp_path, "checkout")
    _pass(shop)
    append_events(SETTINGS, shop, tmp_path)
    assert not _events(tmp_path, "other")
    assert _events(tmp_path) == _truth(shop, 1, SETTINGS, "checkout")


@pytest.mark.parametrize(
    ("text", "said"), [('{"schema_version": 2}', "of version 2"), ("{", "can't be read")]
)
def test_another_version_is_left_alone(
    shop: Database, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "event_log.json").write_text(text)
    with pytest.raises(StoreError, match=said):
        append_events(SETTINGS, shop, tmp_path)
    assert (tmp_path / "event_log.json").read_text() == text


def test_readers_name_the_log_and_the_append_that_they_need(shop: Database, tmp_path: Path) -> None:
    append_events(SETTINGS, shop, tmp_path)
    index = read_index(tmp_path)
    assert index is not None
    found = read_transitions(tmp_path, index.log, 1, "checkout", [2])
    assert found.to_numpy().tolist() == [
        [2, int((START + DAY).timestamp()), 1, 1, 2],
        [2, int((START + 5 * DAY).timestamp()), 2, 2, 3],
    ]
    assert len(read_transitions(tmp_path, index.log, 1, "checkout", [])) == 0
    for log, number in ((index.log, 2), ("another", 1)):
        with pytest.raises(StoreError, match="does not hold the event log"):
            read_transitions(tmp_path, log, number, "checkout", [2])


def test_the_log_follows_whatever_happens(engine: Engine, tmp_path: Path) -> None:
    """Appends now before a pass and now after it, items and configuration changing at random."""
    database, work = over(engine), RandomWork(Random(11))
    for source, records in work.ground():
        save(database, *records, source=source)
    for number in range(6):
        for _ in range(6):
            for source, records in work.happens():
                save(database, *records, source=source)
        if number % 2:
            _pass(database, work.settings)
        told = append_events(work.settings, database, tmp_path)
        assert told["compared"] == ("whole" if number == 0 else "changes")
    _pass(database, work.settings)
    append_events(work.settings, database, tmp_path)
    for name in ("checkout", "bugs"):
        truth = _truth(database, 1, work.settings, name)
        assert truth
        assert _events(tmp_path, name) == truth

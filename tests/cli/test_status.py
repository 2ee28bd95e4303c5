"""`headwater status`: who reads what, for people and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.database import Database, over
from store import cursors, turns, workers
from store.clock import database_ts
from store.cursors import StreamKey
from store.session import open_engine
from store.sources import SourceRow, ensure_sources
from store.workers import Worker
from tests.cli.conftest import Run
from tests.migrated import migrated


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Two sources, of which one was never read."""
    path, file = tmp_path / "headwater.db", tmp_path / "headwater.toml"
    migrated(f"sqlite:///{path}")
    file.write_text(
        "".join(
            f'[[sources]]\nkind = "jenkins"\nname = "{name}"\nurl = "http://127.0.0.1:1"\n'
            for name in ("builds", "other")
        )
    )
    monkeypatch.setenv("HEADWATER_CONFIG", str(file))
    engine = open_engine(f"sqlite:///{path}")
    yield over(engine)
    engine.dispose()


def _read(database: Database, process: str, *, seen_before_s: int) -> None:
    with database.writing() as session:
        now = database_ts(session)
        number = ensure_sources(session, [SourceRow("builds", "jenkins")])["builds"]
        turns.begin(session, [(number, 0)])
        key = StreamKey(number, "")
        owner = f"{process}:1"
        cursors.acquire_lease(session, key, owner=owner, now_ts=now - 20, until_ts=now + 160)
        one = Worker(process, "worker", now - 500, now - seen_before_s, 2, "links and measures")
        workers.seen(session, one)


def test_status_tells_who_reads_what_and_what_waits(alone: Run, database: Database) -> None:
    _read(database, "[i]box:7:a", seen_before_s=3)
    outcome = alone("status")
    assert (outcome.status, outcome.err) == (0, "")
    assert "1 process collects; 1 of 2 sources are being read, 1 wait" in outcome.out
    lines = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert any("[i]box:7 worker" in one and "1 of 2 links and measures" in one for one in lines)
    assert any(one.startswith("builds is read [i]box:7 ") for one in lines)
    assert any(one.startswith("other waits") for one in lines)
    (body,) = alone("status", "--json").lines
    assert [(row["name"], row["state"]) for row in body["sources"]] == [
        ("builds", "held"),
        ("other", "waits"),
    ]
    assert body["workers"][0]["reading"] == ["builds"]


def test_status_fails_where_something_waits_and_nobody_lives_to_read_it(
    alone: Run, database: Database
) -> None:
    outcome = alone("status")
    assert outcome.status == 1
    assert "No processes collect" in outcome.out
    assert "start headwater serve, or headwater worker" in outcome.out
    _read(database, "far:8:b", seen_before_s=100)
    lost = alone("status")
    assert lost.status == 1
    assert re.search(r"LOST, 1\d\d s ago", lost.out)
    assert "holder LOST" in lost.out

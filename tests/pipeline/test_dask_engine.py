"""Facts that are made on a cluster are those of one process, and outlive their workers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, delete

from core.errors import ConfigError, StoreError
from core.settings import Settings
from pipeline import dask_engine as engines
from pipeline.dask_engine import DaskEngine, dask_engine
from pipeline.database import Database, over
from pipeline.fact_engine import StoredHistories
from pipeline.progress import Silent
from pipeline.sync import bring_up_to_date
from store.models import metadata
from store.session import sessions
from tests.cli.conftest import Run, alone
from tests.e2e.dumps import FACTS, WHEN_IT_RAN
from tests.e2e.shared import shared_company
from tests.pipeline.random_work import RandomWork
from tests.pipeline.shop import save

__all__ = ["alone"]

_MADE = (*FACTS, "fact_change", "unlinked", "unlinked_day")


@pytest.fixture(scope="module")
def cluster() -> Iterator[DaskEngine]:
    """Two worker processes on this machine."""
    with dask_engine(workers=2) as found:
        yield found


@pytest.fixture
def engine_of(cluster: DaskEngine) -> Any:
    def made(items: int, events: Path | None = None) -> DaskEngine:
        return DaskEngine(cluster.client, items, events)

    return made


def _facts(database: Database) -> dict[str, list[str]]:
    """All that measuring writes, without when it was written."""
    with sessions(database.engine)() as session:
        return {
            name: sorted(
                repr([value for key, value in row.items() if key not in _when(name)])
                for row in session.execute(metadata.tables[name].select()).mappings()
            )
            for name in _MADE
        }


def _when(name: str) -> set[str]:
    return WHEN_IT_RAN.get(name, set())


def _require_same(database: Database, local: dict[str, list[str]]) -> None:
    """Facts as a first load left them; what was restated on the way is no fact."""
    made = _facts(database)
    for name in FACTS:
        assert made[name], name
        assert made[name] == local[name]


def _without_facts(database: Database) -> None:
    with database.writing() as session:
        for name in _MADE:
            session.execute(delete(metadata.tables[name]))


def _again(settings: Settings, database: Database, engine: DaskEngine | None, **more: Any) -> Any:
    return bring_up_to_date(settings, database, everything=True, engine=engine, **more)


def test_all_facts_are_the_same_on_both_databases(
    engine: Engine, tmp_path: Path, engine_of: Any
) -> None:
    database, work = over(engine), RandomWork(Random(5))
    for source, records in work.ground():
        save(database, *records, source=source)
    for _ in range(40):
        for source, records in work.happens():
            save(database, *records, source=source)
    _again(work.settings, database, None)
    local = _facts(database)
    assert len(local["item_fact"]) > 4
    for events in (None, tmp_path):
        _without_facts(database)
        _again(work.settings, database, engine_of(3, events))
        assert _facts(database) == local


@dataclass
class Killing(Silent):
    """Kills a worker when the first part of a stream is there."""

    cluster: DaskEngine
    killed: int = 0
    done: int = 0

    def step(self, name: str, done: int, total: int) -> None:
        if not name.startswith("measure "):
            return
        self.done += done > 0
        if done == 1 and not self.killed:
            assert total > 8
            self.killed = next(iter(self.cluster.client.run(os.getpid).values()))
            os.kill(self.killed, signal.SIGKILL)


def test_what_a_lost_worker_had_is_made_by_another(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, cluster: DaskEngine, engine_of: Any
) -> None:
    with shared_company(tmp_path_factory, tmp_path, seed=3, items=120) as company:
        local, watched = _facts(company.database), Killing(cluster)
        _without_facts(company.database)
        _again(company.settings, company.database, engine_of(5), progress=watched)
        assert watched.killed
        assert watched.killed not in cluster.client.run(os.getpid).values()
        _require_same(company.database, local)


def test_workers_refuse_a_database_that_is_another_one(engine: Engine, tmp_path: Path) -> None:
    url = engine.url.render_as_string(hide_password=False)
    with pytest.raises(StoreError, match="another database"):
        StoredHistories(url, "what this run wrote").transitions("checkout", [1])
    with pytest.raises(StoreError, match="finds no file"):
        StoredHistories(f"sqlite:///{tmp_path / 'none.db'}").transitions("checkout", [1])
    assert not (tmp_path / "none.db").exists()


def test_no_text_about_the_work_tells_the_password() -> None:
    assert "hunter2" not in repr(StoredHistories("postgresql://u:hunter2@db/h", "c"))


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_ANSWERS_WITHIN_S", 0.2)
    with (
        pytest.raises(ConfigError, match="no Dask scheduler answers"),
        dask_engine(scheduler="tcp://127.0.0.1:9"),
    ):
        pass


def test_a_cluster_of_a_scheduler_is_left_running(cluster: DaskEngine) -> None:
    cluster.client.wait_for_workers(2, timeout=60)  # one that was killed is made anew beside us
    address = cluster.client.scheduler.address
    with dask_engine(scheduler=address) as found:
        assert len(found.client.nthreads()) == 2
    assert len(cluster.client.nthreads()) == 2


def test_the_command_makes_all_facts_of_a_company_from_the_event_log(
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
    cluster: DaskEngine,
    monkeypatch: pytest.MonkeyPatch,
    alone: Run,
) -> None:
    asked = {}

    @contextmanager
    def here(**words: Any) -> Iterator[DaskEngine]:
        asked.update(words)
        yield DaskEngine(cluster.client, words["items"], words["events"])

    monkeypatch.setattr(engines, "dask_engine", here)
    with shared_company(tmp_path_factory, tmp_path, seed=3, items=120) as company:
        monkeypatch.setenv("HEADWATER_CONFIG", str(company.config))
        events, local = tmp_path / "events", _facts(company.database)
        _without_facts(company.database)
        words = ("--engine", "dask", "--workers", "3", "--partition", "7")
        outcome = alone("recompute", *words, "--events", str(events))
        assert (outcome.status, outcome.err) == (0, "")
        assert asked == {"scheduler": "", "workers": 3, "items": 7, "events": events}
        names = {line["name"] for line in outcome.lines if line["event"] == "step"}
        assert {"measure checkout", "event log"} <= names
        assert outcome.lines[-1]["facts_changed"] > 0
        _require_same(company.database, local)

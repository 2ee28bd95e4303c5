"""Which source runs when, and how the scheduler ends."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from core.errors import SourceUnavailableError
from core.settings import Settings
from core.source_settings import JenkinsSource
from pipeline import schedule
from pipeline.correlate import CorrelateReport
from pipeline.database import over
from pipeline.measure import MeasureReport
from pipeline.source_report import SourceReport
from pipeline.stopping import Stop
from pipeline.stream_counts import StreamCounts
from pipeline.sync import SyncReport

_PATIENCE_S = 120.0


@dataclass
class Passes:
    """Stands in for `collect`: counts the passes of each source, and does what a test wants."""

    act: Callable[[str, Stop], None] = lambda _name, _stop: None
    starts: Counter[str] = field(default_factory=Counter)
    only: list[frozenset[str]] = field(default_factory=list)
    streams: list[dict[str, StreamCounts]] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def collect(
        self,
        source: JenkinsSource,
        _database: object,
        _wanted: object,
        *,
        only: frozenset[str],
        again: str,
        stop: Stop,
        owner: str,
    ) -> SourceReport:
        assert again == "", "nobody asked for a project to be read again"
        with self.changed:
            self.owners.append(owner)
            self.starts[source.name] += 1
            self.only.append(only)
            self.changed.notify_all()
        self.act(source.name, stop)
        return SourceReport(source.name, self.streams.pop() if self.streams else {})

    def wait_for(self, **counts: int) -> None:
        """Until each of these sources was started so often."""

        def reached() -> bool:
            return all(self.starts[name] >= count for name, count in counts.items())

        with self.changed:
            assert self.changed.wait_for(reached, _PATIENCE_S), self.starts


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Passes:
    made = Passes()
    monkeypatch.setattr(schedule, "collect", made.collect)
    monkeypatch.setattr(schedule, "_LOOK_S", 0.01)
    nothing = SyncReport((), CorrelateReport(), MeasureReport())
    monkeypatch.setattr(schedule, "bring_up_to_date", lambda *_, **__: nothing)
    return made


@contextmanager
def running(engine: Engine, *names: str) -> Iterator[Stop]:
    """The scheduler over sources that are due every 20 ms, shut down at the end."""
    every = timedelta(milliseconds=20)
    sources = tuple(
        JenkinsSource(kind="jenkins", name=name, url="http://localhost", every=every)
        for name in names
    )
    stop = Stop()
    scheduler = schedule.scheduler_for(Settings(sources=sources), over(engine), stop)
    scheduler.start()
    try:
        assert {(job.max_instances, job.coalesce) for job in scheduler.get_jobs()} == {(1, True)}
        yield stop
    finally:
        stop.ask()
        scheduler.shutdown(wait=True)


def test_each_source_runs_at_once_and_then_on_its_interval(
    passes: Passes, sqlite_engine: Engine
) -> None:
    with running(sqlite_engine, "one", "two", "three"):
        passes.wait_for(one=3, two=3, three=3)


def test_a_source_that_is_still_being_read_is_not_started_again_and_keeps_no_other_waiting(
    passes: Passes, sqlite_engine: Engine
) -> None:
    ended = threading.Event()

    def act(name: str, _stop: Stop) -> None:
        if name == "slow":
            ended.wait(_PATIENCE_S)

    passes.act = act
    with running(sqlite_engine, "slow", "quick"):
        passes.wait_for(slow=1, quick=10)
        assert passes.starts["slow"] == 1
        ended.set()
        passes.wait_for(slow=2)


def test_of_two_schedulers_on_one_database_one_reads_a_source_at_a_time(
    passes: Passes, engine: Engine
) -> None:
    inside: Counter[str] = Counter()
    at_once: list[int] = []
    turning = threading.Lock()

    def act(name: str, stop: Stop) -> None:
        with turning:
            inside[name] += 1
            at_once.append(inside[name])
        threading.Event().wait(0.02)
        with turning:
            inside[name] -= 1
        stop.check()

    passes.act = act
    with running(engine, "one", "two"), running(engine, "one", "two"):
        passes.wait_for(one=6, two=6)
    assert set(at_once) == {1}
    readers = {owner.rpartition(":")[2] for owner in passes.owners}
    assert len(readers) == len(passes.owners), "each turn has an owner of its own"


@pytest.mark.parametrize(
    "error", [SourceUnavailableError("cannot reach it"), RuntimeError("a fault of ours")]
)
def test_a_source_that_fails_is_tried_again_and_keeps_no_other_from_running(
    passes: Passes, sqlite_engine: Engine, error: Exception
) -> None:
    def act(name: str, _stop: Stop) -> None:
        if name == "broken":
            raise error

    passes.act = act
    with running(sqlite_engine, "broken", "sound"):
        passes.wait_for(broken=3, sound=3)


def test_shutting_down_ends_a_pass_that_waits_for_its_source_and_leaves_no_thread(
    passes: Passes, sqlite_engine: Engine
) -> None:
    before = set(threading.enumerate())
    ended = threading.Event()

    def act(_name: str, stop: Stop) -> None:
        try:
            stop.sleep(_PATIENCE_S * 10)
        finally:
            ended.set()

    passes.act = act
    with running(sqlite_engine, "slow"):
        passes.wait_for(slow=1)
        assert not ended.is_set()
    assert ended.is_set()
    assert passes.starts == {"slow": 1}
    assert set(threading.enumerate()) == before


def test_nothing_is_linked_or_measured_once_asked_to_stop(
    passes: Passes, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked: list[object] = []
    monkeypatch.setattr(schedule, "bring_up_to_date", lambda *given, **_: linked.append(given))
    passes.act = lambda _name, stop: stop.ask()
    source = JenkinsSource(kind="jenkins", name="one", url="http://localhost")
    settings = Settings(sources=(source,))
    schedule.run_source(source, settings, over(sqlite_engine), threading.Lock(), Stop())
    assert passes.starts == {"one": 1}
    assert linked == []


def test_older_history_is_read_part_by_part_with_numbers_in_between(
    passes: Passes, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    nothing = SyncReport((), CorrelateReport(), MeasureReport())

    def up_to_date(*_: object, **__: object) -> SyncReport:
        done.append("numbers")
        return nothing

    monkeypatch.setattr(schedule, "bring_up_to_date", up_to_date)
    passes.act = lambda name, _stop: done.append(name)
    left = {"issues": StreamCounts(older=1), "fields": StreamCounts()}
    passes.streams = [{}, left, left]
    source = JenkinsSource(kind="jenkins", name="one", url="http://localhost")
    settings = Settings(sources=(source,))
    schedule.run_source(source, settings, over(sqlite_engine), threading.Lock(), Stop())
    assert done == ["one", "numbers", "one", "numbers", "one", "numbers"]
    assert passes.only == [frozenset(), {"issues"}, {"issues"}]

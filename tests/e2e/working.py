"""Several workers on one PostgreSQL that follow a company while they are killed at random.

Round by round: the company changes, its sources become due, workers read them, link and measure,
and some are killed meanwhile and replaced. Once all is read and measured, one undisturbed pass of
another database reads the same.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from sqlalchemy import func, select, text

from core.settings import Settings
from pipeline import reading
from pipeline.database import Database, opened
from pipeline.lease import WHOLE
from simulator.live import Live
from store.cursors import states_of
from store.models import dirty
from store.workers import all_workers
from tests.e2e.dumps import HOW_OFTEN, differences
from tests.e2e.killing import PostgresDatabases, forking
from tests.e2e.little import little_company
from tests.e2e.small import rows_of, synced

LEASE_S = 6
_PATIENCE_S = 240.0
_SOON_H, _LATER_H, _EVERY = 1.0, 25.0, 5
ON_THE_WAY = (*HOW_OFTEN, "fact_change")
"""Tables that tell how facts moved on the way: here one source after the other, there at once."""


@dataclass
class Working:
    """killed: numbers of processes, and when (monotonic). taken_over: rounds whose kills left a
    source behind that was held.
    """

    folder: Path
    live: Live
    config: Path
    url: str
    database: Database
    reference: Settings
    forks: subprocess.Popen[str]
    random: Random
    running: list[int] = field(default_factory=list)
    killed: dict[int, float] = field(default_factory=dict)
    holding: int = 0
    rounds: int = 0
    _started: int = 0

    def start(self) -> None:
        """One more worker: each second one on a machine of its own, whose death nobody sees."""
        self._started += 1
        host = "" if self._started % 2 else f"machine-{self._started}"
        asked = {
            "config": str(self.config),
            "url": self.url,
            "host": host,
            "lease_s": LEASE_S,
            "clock": str(self._clock),
            "log": str(self.log),
        }
        assert self.forks.stdin is not None
        assert self.forks.stdout is not None
        self.forks.stdin.write(json.dumps(asked) + "\n")
        self.forks.stdin.flush()
        self.running.append(int(self.forks.stdout.readline()))

    def kill(self) -> None:
        """One of those that run, and another one in its place."""
        number = self.random.choice(self.running)
        self.running.remove(number)
        with self.database.read() as session:
            owners = [one.lease_owner for one in states_of(session, WHOLE)]
        self.holding += any(f":{number}:" in one for one in owners)
        self.killed[number] = time.monotonic()
        os.kill(number, signal.SIGKILL)
        self.start()

    def round(self, *, kills: int, operations: int = 6) -> None:
        """The company changes while nobody reads it; then all of it is read."""
        self.read(kills=kills, operations=operations)
        with patch.object(reading, "now_ts", self._now):
            report = synced(self.reference)
        assert not report.failed, report.sources

    def read(self, *, kills: int = 0, operations: int = 6) -> None:
        """The same without the undisturbed pass."""
        self.rounds += 1
        if self.rounds > 1:
            hours = _SOON_H if self.rounds % _EVERY else _LATER_H
            self.live.round(operations=operations, hours=hours)
        self._clock.write_text(str(self._now()), "utf-8")
        time.sleep(1.1)  # what is read from now on is read in a later second
        with self.database.writing() as session:
            since = int(time.time())
            session.execute(text("UPDATE stream_state SET due_ts = NULL WHERE stream = ''"))
        for _ in range(kills):
            self._until(self._busy, for_s=self.random.uniform(0.0, 20.0))
            time.sleep(self.random.uniform(0.0, 1.2))
            self.kill()
        self._until(lambda: self._quiet(since))

    def different(self) -> dict[str, Any]:
        """How the rows differ from those of the undisturbed passes."""
        here = self.reference.model_copy(
            update={"database": self.reference.database.model_copy(update={"url": self.url})}
        )
        return differences(rows_of(here), rows_of(self.reference), but=ON_THE_WAY)

    def stop(self) -> None:
        """All of them in an orderly way: none holds anything after it, none is remembered."""
        dead = set(self.killed)
        for number in self.running:
            os.kill(number, signal.SIGTERM)
        self._until(lambda: not any(_runs(number) for number in self.running))
        self.running.clear()
        with self.database.read() as session:
            left = [one.name for one in all_workers(session)]
            held = [one.lease_owner for one in states_of(session, WHOLE) if one.lease_owner]
        assert held == []
        assert {int(name.split(":")[1]) for name in left} <= dead, left

    @property
    def log(self) -> Path:
        """What the workers tell of their readings."""
        return self.folder / "readings"

    @property
    def readings(self) -> Counter[str]:
        """How many began, ended, and were lost to another worker."""
        return Counter(line["what"] for line in self._lines)

    @property
    def twice(self) -> list[str]:
        """Where a source was read by two workers at once; not where one of them was stopped for it
        (it had been too slow to renew its lease).
        """
        spans: defaultdict[str, list[tuple[float, float, int, bool]]] = defaultdict(list)
        begun: dict[tuple[str, int], float] = {}
        for line in self._lines:
            key = line["source"], line["pid"]
            if line["what"] == "begin":
                begun[key] = line["at"]
            else:
                lost = line["what"] == "lost"
                spans[key[0]].append((begun.pop(key), line["at"], key[1], lost))
        for (source, number), at in begun.items():
            spans[source].append((at, self.killed.get(number, at), number, False))
        found = []
        for source, those in spans.items():
            those.sort()
            for one, other in pairwise(those):
                if other[0] < one[1] and not (one[3] or other[3]):
                    found.append(f"{source}: {one[2]} and {other[2]}")
        return found

    @property
    def idle(self) -> bool:
        """Whether nobody reads or links, and nothing waits to be linked or measured."""
        return not self._busy()

    @property
    def by(self) -> Counter[int]:
        """How many readings each worker began."""
        return Counter(line["pid"] for line in self._lines if line["what"] == "begin")

    @property
    def _lines(self) -> Sequence[dict[str, Any]]:
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    @property
    def _clock(self) -> Path:
        return self.folder / "clock"

    def _now(self) -> int:
        return int(self.live.world.now.timestamp())

    def _busy(self) -> bool:
        """Whether anybody reads or links."""
        with self.database.read() as session:
            held = any(one.lease_owner for one in states_of(session, WHOLE))
            return held or bool(session.execute(select(func.count()).select_from(dirty)).scalar())

    def _quiet(self, since: int) -> bool:
        """Whether everything was read since then, and is linked and measured."""
        with self.database.read() as session:
            states = states_of(session, WHOLE)
        read = [one for one in states if (one.watermark_ts or 0) >= since and not one.last_error]
        return len(read) == len(self.reference.polled) and not self._busy()

    def _until(self, happened: Any, *, for_s: float = 0.0) -> None:
        """Until it is so, or for so long; without a time it must come to be so."""
        began = time.monotonic()
        while not happened():
            waited = time.monotonic() - began
            if for_s and waited > for_s:
                return
            told = (self.folder / "readings.err").read_text("utf-8")[-3000:]
            assert waited < _PATIENCE_S, f"it did not come to be so: {told}"
            time.sleep(0.05)


@contextmanager
def working(
    folder: Path, databases: PostgresDatabases, *, seed: int, many: int, compared: bool = True
) -> Iterator[Working]:
    """The company, its tools running, so many workers, and a database for the undisturbed one,
    unless they are compared with none: then the last weeks are enough.
    """
    (folder / "readings.err").touch()
    with ExitStack() as ends:
        company = ends.enter_context(little_company())
        forks = ends.enter_context(forking("tests.e2e.workers_child"))
        live = Live(company.world, company.server, seed)
        url = databases.empty()
        config, settings = company.home(folder, url=url)
        reference = settings
        if compared:
            _, reference = company.home(folder, url=databases.empty())
        else:
            _shorten(config)
        database = ends.enter_context(opened(settings.database))
        made = Working(
            folder, live, config, url, database, reference, forks, Random(f"{seed}/workers")
        )
        try:
            (folder / "clock").write_text(str(int(live.world.now.timestamp())), "utf-8")
            for _ in range(many):
                made.start()
            yield made
        finally:
            for number in made.running:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)


def _shorten(config: Path) -> None:
    """Less history than a first load leaves for later, so that all is there soon."""
    text = re.sub(r'(?m)^history = ".*"$', 'history = "2026-09-01"', config.read_text("utf-8"))
    config.write_text(text, "utf-8")


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True

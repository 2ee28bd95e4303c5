"""How a first load grows with the company: `python -m bench.growth`, a line of JSON for each size.

The load, with its links and facts, runs in a process of its own, which watches its memory all the
while. Default: the simulated company as it is, and ten times as large.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from bench.company import company
from bench.measuring import peak_mb
from core.config_file import load_settings
from pipeline.database import opened
from pipeline.progress import Silent
from pipeline.sync import sync
from simulator.config import company_secrets
from store.migrate import upgrade

SIZES = (2_000, 20_000)
COLLECT = "collect"
_EVERY_S = 0.2
_MB = 2**20


@dataclass(frozen=True, slots=True)
class Sample:
    """What was going on so many seconds after the start, and the memory held then."""

    at_s: float
    phase: str
    mb: int


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of one kind of work. quarters_mb: the most held in each quarter of its time."""

    name: str
    from_s: float
    seconds: float
    quarters_mb: Sequence[int]


def phases_of(samples: Sequence[Sample]) -> list[Phase]:
    """Stretches in order of time; one that is shorter than four samples has fewer quarters."""
    found = []
    for name, group in groupby(samples, lambda sample: sample.phase):
        part = list(group)
        step = max(1, -(-len(part) // 4))
        quarters = [part[start : start + step] for start in range(0, len(part), step)]
        found.append(
            Phase(
                name,
                round(part[0].at_s, 1),
                round(part[-1].at_s - part[0].at_s, 1),
                [max(sample.mb for sample in quarter) for quarter in quarters],
            )
        )
    return found


@dataclass(slots=True)
class Watcher(Silent):
    """Samples the memory of this process until `stop`; the work tells what it is at."""

    phase: str = COLLECT
    samples: list[Sample] = field(default_factory=list)
    _done: threading.Event = field(default_factory=threading.Event)

    def started(self, _source: str, _stream: str, _scopes: int) -> None:
        self.phase = COLLECT

    def step(self, name: str, _done: int, _total: int) -> None:
        self.phase = name

    def watch(self) -> None:
        """Runs in a thread of its own."""
        began = time.perf_counter()
        while not self._done.wait(_EVERY_S):
            self.samples.append(Sample(time.perf_counter() - began, self.phase, held_mb()))

    def stop(self) -> None:
        self._done.set()


def held_mb() -> int:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") // _MB


def _load(config: Path) -> dict[str, object]:
    settings = load_settings(config, company_secrets())
    upgrade(settings.database.url)
    path = Path(settings.database.url.removeprefix("sqlite:///"))
    before, watcher = held_mb(), Watcher()
    thread = threading.Thread(target=watcher.watch, daemon=True)
    began = time.perf_counter()
    thread.start()
    with opened(settings.database) as database:
        report = sync(settings, database, progress=watcher)
    took = time.perf_counter() - began
    watcher.stop()
    thread.join()
    return {
        "seconds": round(took, 1),
        "requests": {one.source: one.requests for one in report.sources},
        "problems": [problem for one in report.sources for problem in one.problems],
        "changed": sum(one.changed for one in report.sources),
        "database_mb": path.stat().st_size // _MB,
        "before_mb": before,
        "peak_mb": peak_mb(),
        "phases": [asdict(phase) for phase in phases_of(watcher.samples)],
    }


def _measured(items: int) -> dict[str, object]:
    with TemporaryDirectory(prefix="headwater-") as folder, company(Path(folder), items=items):
        command = [sys.executable, "-m", "bench.growth"]
        command.append(f"--config={Path(folder) / 'headwater.toml'}")
        told = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        return {"items": items, **json.loads(told.stdout)}


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, action="append", help="tickets; may be repeated")
    parser.add_argument("--config", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.config:
        print(json.dumps(_load(asked.config)))
        return
    for items in asked.items or SIZES:
        print(json.dumps(_measured(items)), flush=True)


if __name__ == "__main__":
    main()

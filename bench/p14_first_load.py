"""P14: a first load at the vendors' rate limits, beside the time that these limits alone impose.

The tools keep the limits that their vendors document (`simulator/rates.py`), on clocks that run
faster than ours, and the pauses of the client are as much shorter: 60 times, and for GitLab as fast
as ours too, because no tool on one machine answers 2,000 requests in a second.

What the limits impose follows from the requests of the load: a window of so many requests lets the
last of n of them through after `ceil(n / requests) - 1` whole windows, however fast the client and
the tool are. The source whose limits impose most counts, because all are read side by side.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.company import company
from bench.measuring import Outcome, peak_mb
from connectors.limits import HOSTS
from core.settings import Settings
from core.source_settings import AnySource
from pipeline.collect import collect
from pipeline.database import Database, opened
from pipeline.stopping import Stop
from pipeline.wanted import wanted_of
from simulator.rates import VENDOR_LIMITS
from simulator.world import Hosting
from store.migrate import upgrade

_MOST = 1.2
_ALL = 32


@dataclass(frozen=True, slots=True)
class _Run:
    """A company, and how much faster than ours its clocks run."""

    code: Hosting
    items: int
    speed: int


_SMALL = (_Run("github", 2_500, 60), _Run("gitlab", 5_000, 60), _Run("gitlab", 2_000, 1))
_FULL = (_Run("github", 100_000, 60), _Run("gitlab", 100_000, 60), _Run("gitlab", 100_000, 1))


@dataclass(frozen=True, slots=True)
class Loaded:
    """One source, read to the end of its history. seconds: by our clock."""

    requests: int
    seconds: float


class Hurried(Stop):
    """Pauses end as much sooner as the clocks run faster. clock: seconds by such a clock, which
    told the same as ours when it was made.
    """

    def __init__(self, speed: float) -> None:
        super().__init__()
        self.speed = speed
        self._began = time.monotonic()

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / self.speed)

    def clock(self) -> float:
        return self._began + (time.monotonic() - self._began) * self.speed


def run(*, full: bool) -> Iterator[Outcome]:
    """full: as many issues, commits and builds as the target speaks of; small: a twentieth of them
    with GitLab, a fortieth with GitHub, whose limits would let no more through in a few minutes.
    """
    yield from map(_measured, _FULL if full else _SMALL)


def _measured(run: _Run) -> Outcome:
    with (
        TemporaryDirectory(prefix="headwater-") as folder,
        company(Path(folder), items=run.items, speed=run.speed, code=run.code) as settings,
    ):
        upgrade(settings.database.url)
        loads = first_load(settings, run.speed)
        kinds = {source.name: source.kind for source in settings.sources}
    imposed = {name: imposed_s(kinds[name], load.requests) for name, load in loads.items()}
    scarce = max(imposed, key=lambda name: imposed[name])
    told = ", ".join(f"{name} {load.requests:,}" for name, load in loads.items())
    return Outcome(
        "P14",
        f"first load with {run.code}, clocks {run.speed} x as fast",
        f"{run.items:,} tickets; requests: {told}",
        f"what the limits of {scarce} impose",
        imposed[scarce] / run.speed,
        max(load.seconds for load in loads.values()),
        target=None,
        peak_mb=peak_mb(),
        most=_MOST,
    )


def imposed_s(kind: str, requests: int) -> float:
    """Seconds that the limits of a vendor impose on so many requests."""
    return max((limit.imposed_s(requests) for limit in VENDOR_LIMITS.get(kind, ())), default=0.0)


def first_load(settings: Settings, speed: float) -> Mapping[str, Loaded]:
    """Every source to the end of its history, side by side, into the database of the settings."""
    stop = Hurried(speed)
    for source in settings.polled:
        host = httpx.URL(source.url).netloc.decode("ascii")
        HOSTS.limiter(source.kind, host, _ALL).clock = stop.clock
    with (
        opened(settings.database) as database,
        ThreadPoolExecutor(len(settings.polled)) as pool,
    ):
        loads = pool.map(partial(_loaded, settings, database, stop), settings.polled)
        return dict(zip((source.name for source in settings.polled), loads, strict=True))


def _loaded(settings: Settings, database: Database, stop: Stop, source: AnySource) -> Loaded:
    began, wanted = time.perf_counter(), wanted_of(settings)
    report = collect(source, database, wanted, stop=stop)
    while report.history_left:
        report += collect(source, database, wanted, only=report.history_left, stop=stop)
    assert not report.problems, report.problems
    assert not report.paused, report.paused
    return Loaded(report.requests, time.perf_counter() - began)

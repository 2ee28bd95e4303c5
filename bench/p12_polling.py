"""P12: fifty dashboards that poll every five seconds while a sync writes, beside the same without.

Each asks for one view of a stream with the ETag that it has; a sync moves items on and brings their
facts up to date over and over. Told is the time that all but one in a hundred answers take.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from statistics import median

import numpy as np

from bench.item_store import ItemStore, item_store
from bench.measuring import Outcome, peak_mb
from bench.p11_views import application, guarded
from bench.serving import Line, header, served
from pipeline.measure import measure

_MOST = 2.0
_DASHBOARDS = 50
_EVERY_S = 5.0
_SHARE = 100
_METRICS = ("flow_time", "velocity", "load", "efficiency", "stages")


@dataclass(slots=True)
class _Dashboard:
    """One that polls, and how long its answers took."""

    number: int
    port: int
    secret: str
    took: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def poll(self, until: float) -> None:
        line, etag = Line(self.port), ""
        name = _METRICS[self.number % len(_METRICS)]
        address = f"/v1/streams/shop/{'stages' if name == 'stages' else f'metrics/{name}'}"
        due = time.monotonic() + _EVERY_S * self.number / _DASHBOARDS
        while due < until:
            time.sleep(max(0.0, due - time.monotonic()))
            headers = {"authorization": f"Bearer {self.secret}", "if-none-match": etag}
            began = time.perf_counter()
            status, head, body = line.ask(address, headers)
            self.took.append(time.perf_counter() - began)
            self.statuses.append(status)
            assert status in (200, 304), body
            etag = header(head, "etag")
            due += _EVERY_S
        line.close()


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 1,000,000 items instead of a hundredth of them, and minutes instead of seconds."""
    items, seconds = (1_000_000, 60.0) if full else (10_000, 15.0)
    with item_store("sqlite", items) as store:
        measure(store.settings, store.database)
        settings, secret = guarded(store)
        url = str(store.database.engine.url)
        store.database.engine.dispose()
        with served(application, settings, url) as port:
            _polled(port, secret, _EVERY_S * 2)
            taken: tuple[list[float], list[float]] = ([], [])
            for _ in range(3):
                taken[0].append(_polled(port, secret, seconds))
                with _syncing(store):
                    taken[1].append(_polled(port, secret, seconds))
    size = f"{items:,} items, {_DASHBOARDS} dashboards, {seconds:.0f} s"
    yield Outcome(
        "P12", "p99 of an answer while a sync writes", size, "the same without the sync",
        median(taken[0]), median(taken[1]), None, peak_mb(), _MOST,
    )  # fmt: skip


def _polled(port: int, secret: str, seconds: float) -> float:
    """Seconds that 99 of 100 answers take at most."""
    until = time.monotonic() + seconds
    dashboards = [_Dashboard(number, port, secret) for number in range(_DASHBOARDS)]
    threads = [threading.Thread(target=one.poll, args=(until,)) for one in dashboards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = [one for dashboard in dashboards for one in dashboard.took]
    assert len(took) >= _DASHBOARDS * (seconds // _EVERY_S)
    return float(np.quantile(took, 0.99, method="higher"))


@contextmanager
def _syncing(store: ItemStore) -> Iterator[None]:
    """A process that writes for as long as the block runs."""
    context = multiprocessing.get_context("fork")
    stop = context.Event()
    child = context.Process(target=_write, args=(store, stop), daemon=True)
    child.start()
    try:
        yield
    finally:
        stop.set()
        child.join()
        store.moved += 1_000


def _write(store: ItemStore, stop: Event) -> None:
    while not stop.is_set():
        store.move_on(_SHARE)
        measure(store.settings, store.database)
        stop.wait(0.5)

"""P12: fifty dashboards that poll every five seconds while a sync writes, beside the same without.

Each asks for one view of a stream with the ETag that it has. The sync writes a page of fifty items
ten times a second and brings facts up to date after every twentieth, all the time: in a process of
its own, as `headwater worker` does, or in that of the server, as `headwater serve` alone does. Told
is the time that all but one in a hundred answers take, of all rounds together.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event

import numpy as np

from bench.item_store import ItemStore, item_store
from bench.measuring import Outcome, peak_mb
from bench.p11_views import application, guarded
from bench.serving import Line, header, served
from core.settings import Database as DatabaseSettings
from core.settings import Settings
from pipeline.database import opened
from pipeline.measure import measure

_MOST = 2.0
_ROUNDS = 4
_DASHBOARDS = 50
_EVERY_S = 5.0
_STREAM = "/v1/streams/shop"
_VIEWS = tuple(
    f"{_STREAM}/{name}"
    for name in ("metrics/flow_time", "metrics/velocity", "metrics/load", "sle", "stages")
)
_SEEN_S = 2.0
"""After so long every dashboard is told of what was written."""
_TRIES = 20
_PAGE, _PAGES, _PAGE_S = 50, 20, 0.1
_KINDS = (("sqlite", "worker"), ("sqlite", "server"), ("postgresql", "worker"))
_SAID = {"worker": "a sync writes", "server": "a sync writes in the server's process"}


@dataclass(slots=True)
class _Sync:
    """wanted: it runs while this is set. idle: it does not. over: it ends."""

    store: ItemStore
    url: str
    wanted: Event
    idle: Event
    over: Event

    def run(self) -> None:
        with opened(DatabaseSettings(url=self.url)) as database:
            self.store.database = database
            while not self.over.is_set():
                if self.wanted.wait(0.1):
                    self._pass()
                else:
                    self.idle.set()

    def _pass(self) -> None:
        for _ in range(_PAGES):
            self.store.move_on(len(self.store.inputs.items) // _PAGE)
            if self.over.wait(_PAGE_S) or not self.wanted.is_set():
                break
        measure(self.store.settings, self.store.database)


@dataclass(slots=True)
class _Dashboard:
    """One that polls, with how long its answers took and how many of them were new."""

    line: Line
    address: str
    secret: str
    etag: str = ""
    took: list[float] = field(default_factory=list)
    fresh: int = 0

    def poll(self, after_s: float, rounds: int) -> None:
        due = time.monotonic() + after_s
        for _ in range(rounds):
            time.sleep(max(0.0, due - time.monotonic()))
            due += _EVERY_S
            headers = {"authorization": f"Bearer {self.secret}", "if-none-match": self.etag}
            began = time.perf_counter()
            status, head, body = self.line.ask(self.address, headers)
            self.took.append(time.perf_counter() - began)
            assert status in (200, 304), body
            self.etag, self.fresh = header(head, "etag"), self.fresh + (status == 200)


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 1,000,000 items instead of a hundredth of them, and six times as many polls."""
    items, polls = (1_000_000, 6) if full else (10_000, 1)
    for kind, where in _KINDS:
        with item_store(kind, items) as store:
            measure(store.settings, store.database)
            calm, busy, fresh = _both(store, where, polls)
        seconds = polls * _EVERY_S * _ROUNDS
        size = f"{items:,} items, {_DASHBOARDS} dashboards, {seconds:.0f} s, {fresh:.0%} new"
        yield Outcome(
            "P12", f"{kind}: p99 of an answer while {_SAID[where]}", size,
            "the same without the sync", calm, busy, None, peak_mb(), _MOST,
        )  # fmt: skip


def _both(store: ItemStore, where: str, polls: int) -> tuple[float, float, float]:
    """Seconds that 99 of 100 answers take without and with the sync, and which share of those with
    it were not a 304.
    """
    settings, secret = guarded(store)
    url = store.database.engine.url.render_as_string(hide_password=False)
    store.database.engine.dispose()
    context = multiprocessing.get_context("fork")
    sync = _Sync(store, url, *(context.Event() for _ in range(3)))
    with ExitStack() as stack:
        if where == "worker":
            stack.enter_context(_beside(sync))
        port = stack.enter_context(served(_syncing, settings, url, sync, where == "server"))
        stack.callback(sync.over.set)
        dashboards = [_Dashboard(Line(port), _VIEWS[n % len(_VIEWS)], secret)
                      for n in range(_DASHBOARDS)]  # fmt: skip
        taken = _in_turn(sync, dashboards, polls)
        sync.idle.wait()
        sync.over.set()
        fresh = stack.enter_context(served(application, settings, url))
        _require_same(dashboards[0].line, fresh, secret)
    return taken


def _in_turn(sync: _Sync, dashboards: list[_Dashboard], polls: int) -> tuple[float, float, float]:
    calm, busy, fresh = list[float](), list[float](), 0
    for _ in range(_ROUNDS):
        _settle(sync, dashboards)
        calm.extend(_polled(dashboards, polls)[0])
        sync.idle.clear()
        sync.wanted.set()
        took, new = _polled(dashboards, polls)
        sync.wanted.clear()
        busy.extend(took)
        fresh += new
    assert fresh, "nothing was written"
    return _p99(calm), _p99(busy), fresh / len(busy)


def _p99(took: list[float]) -> float:
    return float(np.quantile(took, 0.99, method="higher"))


def _syncing(settings: Settings, url: str, sync: _Sync, here: bool) -> object:
    app = application(settings, url)
    if here:
        threading.Thread(target=sync.run, daemon=True).start()
    return app


def _settle(sync: _Sync, dashboards: list[_Dashboard]) -> None:
    """What was written last is over, and known to all."""
    sync.idle.wait()
    time.sleep(_SEEN_S)
    for one in dashboards:
        one.poll(0, 1)


@contextmanager
def _beside(sync: _Sync) -> Iterator[None]:
    """Runs it in a process of its own."""
    child = multiprocessing.get_context("fork").Process(target=sync.run, daemon=True)
    child.start()
    try:
        yield
    finally:
        sync.over.set()
        child.join()


def _polled(dashboards: list[_Dashboard], polls: int) -> tuple[list[float], int]:
    """Seconds of each answer, and how many were new."""
    for one in dashboards:
        one.took, one.fresh = [], 0
    threads = [
        threading.Thread(target=one.poll, args=(_EVERY_S * place / len(dashboards), polls))
        for place, one in enumerate(dashboards)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = [one for dashboard in dashboards for one in dashboard.took]
    assert len(took) == len(dashboards) * polls, "a dashboard had no answer"
    return took, sum(one.fresh for one in dashboards)


def _require_same(line: Line, port: int, secret: str) -> None:
    """What is polled is, once all is written, what a server tells that was asked nothing before."""
    other = Line(port)
    for view in _VIEWS:
        for _ in range(_TRIES):  # the last of it may be on its way, or a minute end between the two
            told = [one.ask(view, {"authorization": f"Bearer {secret}"}) for one in (line, other)]
            if told[0][2] == told[1][2]:
                break
            time.sleep(1)
        assert told[0][0] == told[1][0] == 200
        assert told[0][2] == told[1][2], view
    other.close()

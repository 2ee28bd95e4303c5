"""P17: a thousand dashboards that poll two API processes on PostgreSQL while a worker syncs.

The worker has a process of its own: every fifteen seconds it stores a quarter of an hour of the
company's work, links and measures it. Told is how long answers take, by kind: not changed (304),
kept, and computed for who asks, with the sync and, before it, without. The dashboards run in one
process beside all of them. `python -m bench.p17_load` tells the rest as well: errors, processor
time and memory of each process, and by how much the dashboards themselves fell behind.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import multiprocessing
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.synchronize import Event
from typing import Any, Final

import numpy as np
import structlog
from starlette.types import Message, Receive, Scope, Send

from api.caching import CachedViews
from bench.dashboards import COMPUTED, EVERY_S, Dashboard, Told, polled
from bench.day_store import DayStore, day_store, records_of
from bench.measuring import Outcome, peak_mb
from bench.p11_views import application
from bench.processes import cpu_of_all, family_of, peak_mb_of
from bench.serving import serving
from bench.workday import Workday
from core.access_settings import Authentication
from core.settings import Database as DatabaseSettings
from core.settings import Settings
from pipeline.access_tokens import make_token
from pipeline.clock import now_ts
from pipeline.database import opened

_ENGINEERS: Final = 500
_PASS_S: Final = 15.0
_PATIENCE_S: Final = 600.0
_NOON: Final = 40
_KINDS: Final = ("304", "kept", "computed")
_SECONDS: Final = {False: 15.0, True: 60.0}
_DASHBOARDS: Final = {False: 100, True: 1000}
_BASE: Final = "/v1/streams/s{stream}"
PAGES: Final[Mapping[str, Sequence[str]]] = {
    "overview": ("/v1/overview",),
    "flow": (
        "/v1/streams", f"{_BASE}/metrics/flow_time", f"{_BASE}/sle", f"{_BASE}/metrics/velocity",
        f"{_BASE}/run-chart?interval=week",
    ),
    "ageing": ("/v1/streams", f"{_BASE}/ageing?sort=-age&limit=100", f"{_BASE}/blocked"),
    "bottlenecks": ("/v1/streams", f"{_BASE}/stages", f"{_BASE}/findings"),
    "dora": ("/v1/services", f"{_BASE}/dora?interval=week"),
}  # fmt: skip
"""What pages of the dashboard ask for."""


@dataclass(frozen=True, slots=True)
class Load:
    """calm, busy: without and with the sync. used: seconds of processor time while it ran, and the
    most memory in MB, by process. passes: that the worker made meanwhile.
    """

    dashboards: int
    seconds: float
    calm: Told
    busy: Told
    used: Mapping[str, tuple[float, int]]
    passes: int


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 1,000 dashboards for a minute each; small: 100 for 15 seconds."""
    load = loaded(_DASHBOARDS[full], _SECONDS[full])
    assert not load.busy.errors + load.calm.errors, (load.busy.errors, load.calm.errors)
    for kind in _KINDS:
        calm, busy = load.calm.took[kind], load.busy.took[kind]
        if calm and busy:
            yield Outcome(
                "P17",
                f"two API processes while a worker syncs: p99 of an answer that is"
                f" {'a 304' if kind == '304' else kind}",
                f"{load.dashboards:,} dashboards, {len(busy):,} of {load.busy.asked:,} answers",
                "the same without the sync",
                _quantile(calm, 0.99),
                _quantile(busy, 0.99),
                None,
                peak_mb(),
            )


def loaded(dashboards: int, seconds: float) -> Load:
    """Both rounds, each so long, over a company that has worked for a day."""
    work = Workday(_ENGINEERS, 1)
    with day_store(work) as store, ExitStack() as ends:
        store.database.engine.dispose()
        sync = ends.enter_context(_syncing(store, work))
        settings = store.settings.model_copy(update={"auth": Authentication(mode="tokens")})
        secrets = [_token(store, settings, number) for number in range(dashboards)]
        store.database.engine.dispose()
        servers = [ends.enter_context(serving(_telling, settings, store.url)) for _ in range(2)]
        all_of = [
            Dashboard(secret, _addresses(number, work.streams), [port for port, _ in servers])
            for number, secret in enumerate(secrets)
        ]
        numbers = {"API 1": servers[0][1], "API 2": servers[1][1], "worker": sync.number}
        return _both(store, sync, all_of, seconds, numbers)


def _both(
    store: DayStore,
    sync: _Sync,
    dashboards: Sequence[Dashboard],
    seconds: float,
    numbers: Mapping[str, int],
) -> Load:
    asyncio.run(_round(dashboards, 2 * EVERY_S))  # every page is asked for once, and not counted
    calm = asyncio.run(_round(dashboards, seconds))
    numbers = {**numbers, "PostgreSQL": store.server}
    before, own = {name: _cpu_with_children(number) for name, number in numbers.items()}, _own_cpu()
    sync.wanted.set()
    busy = asyncio.run(_round(dashboards, seconds))
    sync.wanted.clear()
    used = {
        name: (round(_cpu_with_children(number) - before[name], 1), _most_mb(number))
        for name, number in numbers.items()
    }
    used["dashboards"] = (round(_own_cpu() - own, 1), peak_mb())
    return Load(len(dashboards), seconds, calm, busy, used, sync.passes.value)


async def _round(dashboards: Sequence[Dashboard], seconds: float) -> Told:
    try:
        return await polled(dashboards, seconds, seed=17)
    finally:
        for one in dashboards:
            one.close()  # a connection belongs to its event loop, which is to see its end
        await asyncio.sleep(0)


@dataclass(slots=True)
class _Sync:
    """ready: the company has worked for a day. wanted: it goes on while this is set. over: it
    ends.
    """

    store: DayStore
    work: Workday
    ready: Event
    wanted: Event
    over: Event
    passes: Any
    number: int = 0

    def run(self) -> None:
        with opened(DatabaseSettings(url=self.store.url)) as database:
            self.store.database = database
            for part in self.work.before():
                self.store.store(records_of(part))
            self.store.bring_up_to_date()
            self.ready.set()
            quarter, due = _NOON, 0.0
            while not self.over.wait(0.1):
                if self.wanted.is_set() and time.monotonic() >= due:
                    due = time.monotonic() + _PASS_S
                    self.store.store(records_of(self.work.quarter(quarter)))
                    self.store.bring_up_to_date()
                    quarter += 1
                    self.passes.value += 1


@contextmanager
def _syncing(store: DayStore, work: Workday) -> Iterator[_Sync]:
    """In a process of its own, as `headwater worker` is."""
    context = multiprocessing.get_context("fork")
    ready, wanted, over = (context.Event() for _ in range(3))
    sync = _Sync(store, work, ready, wanted, over, context.Value("i", 0))
    child = context.Process(target=sync.run, daemon=True)
    child.start()
    sync.number = child.pid or 0
    try:
        assert sync.ready.wait(_PATIENCE_S), "the company was not made"
        yield sync
    finally:
        sync.over.set()
        child.join()


def _telling(settings: Settings, url: str) -> object:
    """The application of a process that tells what it had to compute for who asked."""
    fresh = CachedViews._fresh

    async def told(self: CachedViews, scope: Scope, receive: Receive, send: Send, key: str) -> None:
        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (COMPUTED.encode(), b"1")]
                message = {**message, "headers": headers}
            await send(message)

        await fresh(self, scope, receive, telling, key)

    CachedViews._fresh = told  # type: ignore[method-assign]
    return application(settings, url)


def _token(store: DayStore, settings: Settings, number: int) -> str:
    return make_token(
        settings, store.database, name=f"dashboard-{number}", role="viewer", streams=(),
        lasts=timedelta(days=1), who="bench", now=now_ts(),
    ).secret  # fmt: skip


def _addresses(number: int, streams: int) -> Sequence[str]:
    pages = list(PAGES.values())
    return [one.format(stream=number % streams) for one in pages[number % len(pages)]]


def _cpu_with_children(number: int) -> float:
    return cpu_of_all(family_of(number))


def _most_mb(number: int) -> int:
    """Of the one in its family that held most: they share what they share."""
    return max(map(peak_mb_of, family_of(number)))


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _quantile(took: Sequence[float], share: float) -> float:
    return float(np.quantile(took, share, method="higher"))


def told_of(load: Load) -> dict[str, Any]:
    """All of it for people to read: milliseconds, counts, seconds of a processor, MB."""

    def times(told: Told) -> dict[str, Any]:
        parts = {
            kind: {
                "n": len(took),
                **{f"p{int(100 * p)}_ms": round(1e3 * _quantile(took, p), 1)
                   for p in (0.5, 0.95, 0.99)},
            }
            for kind, took in told.took.items()
        }  # fmt: skip
        late = {f"late_p{int(100 * p)}_ms": round(1e3 * _quantile(told.late, p), 1)
                for p in (0.5, 0.99)}  # fmt: skip
        a_second = {"answers_a_second": round(told.asked / load.seconds, 1)}
        return {**parts, **late, **a_second, "errors": dict(told.errors)}

    return {
        "dashboards": load.dashboards,
        "seconds": load.seconds,
        "passes": load.passes,
        "without": times(load.calm),
        "with": times(load.busy),
        "used": {name: {"cpu_s": cpu, "mb": mb} for name, (cpu, mb) in load.used.items()},
    }


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dashboards", type=int, action="append", help="may be repeated")
    parser.add_argument("--seconds", type=float, default=_SECONDS[True])
    asked = parser.parse_args()
    for dashboards in asked.dashboards or [_DASHBOARDS[True]]:
        print(json.dumps(told_of(loaded(dashboards, asked.seconds))), flush=True)


if __name__ == "__main__":
    main()

"""Makes the facts of items on a Dask cluster: of one machine, or one that runs elsewhere.

This process reads what hangs together (links, releases, ideas, blocks) and sends each part of a
stream what concerns its items; a worker reads the histories of these, and sends back their facts.
Dask gives the parts of a worker that was lost to another one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import islice
from math import ceil
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import dask
from distributed import Client, LocalCluster, as_completed
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from core.errors import ConfigError, StoreError
from core.settings import Settings
from metrics.fact_parts import joined_facts, parted
from metrics.facts import FactInputs, Facts, Rules
from pipeline.database import Database
from pipeline.event_files import read_index
from pipeline.event_log import append_events
from pipeline.fact_engine import (
    CHECK,
    Histories,
    LoggedHistories,
    StoredHistories,
    facts_of_part,
)
from pipeline.progress import Progress, Silent
from store.settings import set_setting

ITEMS: Final = 20_000
"""Items of a part: what a worker holds at a time."""

_AHEAD: Final = 2
"""Parts that are handed out for each thread of the cluster: one is worked on, one waits there."""
_AGAIN: Final = 2
_ANSWERS_WITHIN_S: Final = 15
_CONFIG: Final = {
    "distributed.admin.large-graph-warning-threshold": "100MB",
    "distributed.comm.timeouts.connect": f"{_ANSWERS_WITHIN_S}s",
}


@dataclass(slots=True)
class DaskEngine:
    """A `FactEngine`. items: of a part at most. events: the folder of the Parquet event log that
    workers read, None where they read the database.
    """

    client: Client
    items: int = ITEMS
    events: Path | None = None
    tell: Progress = field(default_factory=Silent)
    histories: Histories | None = None

    def begin(self, settings: Settings, database: Database, progress: Progress) -> None:
        """Find out what workers read; an event log is brought up to date first."""
        self.tell = progress
        if self.events is None:
            self.histories = _stored(database)
            return
        append_events(settings, database, self.events, progress=progress)
        index = read_index(self.events)
        if index is None:
            raise StoreError(f"{self.events} was taken away while it was read: try again")
        self.histories = LoggedHistories(self.events.absolute(), index.log, index.number)

    def facts(self, stream: str, inputs: FactInputs, rules: Rules) -> Facts:
        """Facts of all parts, put together in the order of the items.

        `StoreError` where a part was lost with several workers, or the cluster itself was.
        """
        total = max(1, ceil(len(inputs.items) / self.items))
        made: list[Facts | None] = [None] * total
        name = f"measure {stream}"
        self.tell.step(name, 0, total)
        try:
            for done, (place, facts) in enumerate(self._made(stream, inputs, rules), 1):
                made[place] = facts
                self.tell.step(name, done, total)
        except KilledWorker as error:
            raise StoreError(
                "the same part was lost with several workers, most likely for want of memory: make"
                f" parts smaller than --partition {self.items}, or give each worker more memory"
            ) from error
        except (FutureCancelledError, OSError) as error:
            raise StoreError(
                "the cluster was lost: nothing was written; see that its scheduler runs, then run"
                " headwater recompute again"
            ) from error
        return joined_facts([one for one in made if one is not None])

    def _made(self, stream: str, inputs: FactInputs, rules: Rules) -> Iterator[tuple[int, Facts]]:
        """By their place, as they are ready; no more are under way than keep the cluster busy."""
        waiting = enumerate(parted(inputs, self.items))
        places: dict[Any, int] = {}
        running = as_completed()

        def hand_out(many: int) -> None:
            for place, part in islice(waiting, many):
                future = self.client.submit(
                    facts_of_part, self.histories, stream, part, rules, pure=False, retries=_AGAIN
                )
                places[future.key] = place
                running.add(future)

        hand_out(_AHEAD * max(1, sum(self.client.nthreads().values())))
        for future in running:
            facts: Facts = future.result()
            yield places.pop(future.key), facts
            future.release()
            hand_out(1)


def _stored(database: Database) -> StoredHistories:
    check = token_hex(16)
    with database.writing() as session:
        set_setting(session, CHECK, check)
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        url = url.set(database=str(Path(str(url.database)).absolute()))
    return StoredHistories(url.render_as_string(hide_password=False), check)


@contextmanager
def dask_engine(
    *,
    scheduler: str = "",
    workers: int = 2,
    items: int = ITEMS,
    events: Path | None = None,
) -> Iterator[DaskEngine]:
    """An engine on the cluster of a scheduler that runs; without one, on worker processes of this
    machine, for as long as the block runs. `ConfigError` where the cluster can't be used.
    """
    with dask.config.set(_CONFIG):
        if scheduler:
            with _client(scheduler) as client:
                _require_workers(client, scheduler)
                yield DaskEngine(client, items, events)
            return
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=logging.ERROR,
        )
        with cluster, Client(cluster) as client:
            yield DaskEngine(client, items, events)


@contextmanager
def _client(scheduler: str) -> Iterator[Client]:
    try:
        client = Client(scheduler, timeout=_ANSWERS_WITHIN_S)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"no Dask scheduler answers at {scheduler}: start one with `dask scheduler`, or leave"
            " --scheduler out, and workers are started on this machine"
        ) from error
    try:
        yield client
    finally:
        with suppress(OSError):
            client.close()


def _require_workers(client: Client, scheduler: str) -> None:
    """`ConfigError` where there are none, or their Headwater is another one."""
    if not client.nthreads():
        raise ConfigError(
            f"the cluster at {scheduler} has no workers: start some with"
            f" `dask worker {scheduler} --nthreads 1`, where this version of Headwater is installed"
        )
    ours = version("headwater")
    theirs: dict[str, Any] = client.run(_version, on_error="return")
    other = {name: told for name, told in theirs.items() if told != ours}
    if other:
        name, told = next(iter(other.items()))
        what = f"version {told}" if isinstance(told, str) else "no Headwater"
        raise ConfigError(
            f"the worker {name} has {what}, here is version {ours}: install the same one on all"
            " workers"
        )


def _version() -> str:
    return version("headwater")

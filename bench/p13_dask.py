"""P13: facts made by two worker processes of Dask beside the same in this process: the histories
read and facts computed, and `headwater recompute` as a whole; and what a worker holds.

Both give the same facts. Workers read the database, or the Parquet event log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.histories import MOVES
from bench.item_store import ItemStore, item_store
from bench.measuring import ROUNDS, Outcome, in_turn, peak_mb, seconds_of
from metrics.facts import FactInputs, Facts, Rules, item_facts
from pipeline.dask_engine import ITEMS, DaskEngine, dask_engine
from pipeline.event_log import append_events
from pipeline.fact_engine import FactEngine
from pipeline.measure import measure
from pipeline.progress import Silent
from pipeline.sync import bring_up_to_date
from store import frames

_WORKERS = 2
_SHARE = 100
_RULES = Rules()


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 100,000 items beside 10,000, measured once."""
    for items in (10_000, 100_000) if full else (10_000,):
        rounds = 1 if items > 10_000 else ROUNDS
        for kind in ("sqlite", "postgresql"):
            with item_store(kind, items) as store, TemporaryDirectory() as folder:
                yield from _of(store, kind, items, Path(folder), rounds)


def _of(store: ItemStore, kind: str, items: int, folder: Path, rounds: int) -> Iterator[Outcome]:
    _recompute(store, None)
    yield _appended(store, kind, items, folder)
    inputs = _ground(store)
    with dask_engine(workers=_WORKERS, items=max(1_000, min(ITEMS, items // 4))) as engine:
        idle = _held(engine)
        for events in (None, folder):
            engine.events = events
            engine.begin(store.settings, store.database, Silent())
            _require_same(_here(store, inputs), engine.facts("shop", inputs, _RULES))
            facts = in_turn(
                partial(_here, store, inputs),
                partial(engine.facts, "shop", inputs, _RULES),
                rounds=rounds,
            )
            whole = in_turn(
                partial(_recompute, store, None), partial(_recompute, store, engine), rounds=rounds
            )
            read = f"{kind}, {'event log' if events else 'database'} read"
            size = f"{items:,} items, parts of {engine.items:,}; a worker held {_held(engine)} MB"
            for what, taken in (("facts alone", facts), ("recompute", whole)):
                yield Outcome(
                    "P13", f"{read} by {_WORKERS} workers: {what}", f"{size} at most, {idle} idle",
                    "one process", *taken, None, peak_mb(),
                )  # fmt: skip


def _appended(store: ItemStore, kind: str, items: int, folder: Path) -> Outcome:
    append = partial(append_events, store.settings, store.database, folder)
    first = seconds_of(append)
    store.move_on(_SHARE)
    measure(store.settings, store.database)
    taken = seconds_of(append)
    told = append()
    assert told["events"] == items * (MOVES + 1) + items // _SHARE
    return Outcome(
        "P13", f"{kind}: event log, 1 % of the items changed",
        f"{told['events']:,} events, {told['bytes']:,} bytes in {told['files']} files",
        "all of it, first time", first, taken, None, peak_mb(),
    )  # fmt: skip


def _recompute(store: ItemStore, engine: FactEngine | None) -> None:
    report = bring_up_to_date(store.settings, store.database, everything=True, engine=engine)
    assert engine is None or not report.facts.changed


def _ground(store: ItemStore) -> FactInputs:
    """Of the one stream, without histories."""
    with store.database.read() as session:
        return replace(
            store.inputs,
            items=frames.measured_items(session, 1),
            transitions=frames.item_transitions(session, item_ids=[]),
            mapping=frames.stage_mappings(session, 1),
            stages=frames.stages(session, 1),
            statuses=frames.statuses(session),
        )


def _here(store: ItemStore, inputs: FactInputs) -> Facts:
    ids = inputs.items["item_id"].tolist()
    with store.database.read() as session:
        moves = frames.item_transitions(session, item_ids=ids)
    return item_facts(replace(inputs, transitions=moves), _RULES)


def _require_same(one: Facts, other: Facts) -> None:
    for name in ("items", "visits"):
        here, there = getattr(one, name), getattr(other, name)
        for column in here:
            same = here[column].astype(object).to_numpy() == there[column].astype(object).to_numpy()
            assert same.all(), (name, column)


def _held(engine: DaskEngine) -> int:
    """The most that any worker ever held, in MB."""
    return int(max(engine.client.run(_own_peak_mb).values()))


def _own_peak_mb() -> int:
    """Of this process alone: `peak_mb` of one that was forked begins with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) // 1024

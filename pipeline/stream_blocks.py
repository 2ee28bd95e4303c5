"""What blocks the items of a stream, by its `blocked` rule: flags, labels, links to items."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import LEFT
from core.settings import ValueStream
from metrics.facts import FactInputs, Rules, item_facts
from metrics.link_blocks import while_open
from store import frames
from store.sources import source_ids

_CATEGORIES = ("new", "active", "done")
_OUTSIDE = -100
"""Numbers from here on downward stand for the tracker's own categories, where stages are asked."""


def linked_blocks(
    session: Session,
    stream: ValueStream,
    items: int | frames.Counted,
    *,
    item_ids: Collection[int] | None = None,
) -> pd.DataFrame:
    """The stored blocks that the stream's rule names, of its items, or of these of them: item_id,
    kind, detail, start_ts, end_ts (NONE: still), linked_ts (that start), blocker_id (the item of a
    link, NONE where it is none or is not stored). Those of links for as long as the link stands.
    """
    blocks = _named(frames.item_blocks(session, items, item_ids=item_ids), stream)
    pairs = zip(blocks["kind"], blocks["detail"], strict=True)
    keys = [str(detail).rpartition(" ")[2] if kind == "link" else "" for kind, detail in pairs]
    linking = {key for key in keys if key}
    home = source_ids(session).get(stream.items.source, NONE) if linking else NONE
    known = frames.keyed_items(session, home, linking)
    found = np.array([known.get(key, NONE) for key in keys], np.int64)
    return blocks.assign(linked_ts=blocks["start_ts"], blocker_id=found)


def open_blocks(
    session: Session, linked: pd.DataFrame, stages: pd.DataFrame, mapping: pd.DataFrame
) -> pd.DataFrame:
    """The same, those of links only while the item in the way was open, by these stages."""
    ids = {int(one) for one in linked["blocker_id"] if one != NONE}
    if not ids:
        return linked.sort_values(["item_id", "start_ts", "kind", "detail"], ignore_index=True)
    items = frames.items_of(session, ids)
    created = items.rename(columns={"item_id": "blocker_id"})[["blocker_id", "created_ts"]]
    return while_open(linked, created, _ended(session, items, stages, mapping))


def blocked_by(linked: pd.DataFrame, blockers: Collection[int]) -> set[int]:
    """The items that stand or stood behind one of these."""
    return {int(one) for one in linked["item_id"][linked["blocker_id"].isin(list(blockers))]}


def blockers_of(session: Session, blocks: pd.DataFrame) -> dict[int, dict[str, str]]:
    """The items in the way of others: key, title, type, url, and `state`: open, done, deleted or
    moved, as far as their tracker's categories tell.
    """
    ids = {int(one) for one in blocks["blocker_id"] if one != NONE}
    if not ids:
        return {}
    statuses = frames.statuses(session).set_index("status_id")["category"]
    items = frames.items_of(session, ids)
    over = items["status_id"].map(statuses).eq("done")
    state = over.map({True: "done", False: "open"})
    state = items["gone"].where(items["gone"].isin(LEFT), state)
    names = ["key", "title", "type", "url"]
    rows = items[names].assign(state=state).to_dict("records")
    return {
        int(item): {str(name): str(value) for name, value in row.items()}
        for item, row in zip(items["item_id"], rows, strict=True)
    }


def blocked_statuses(session: Session, stream: ValueStream) -> dict[int, str]:
    """The statuses that the rule names, by name in any case or by id: their names by id."""
    if not stream.blocked.statuses:
        return {}
    statuses = frames.statuses(session)
    own = statuses[statuses["source_id"] == source_ids(session).get(stream.items.source, NONE)]
    words = {
        name if name.startswith("id:") else name.casefold() for name in stream.blocked.statuses
    }
    by_name = own["name"].str.casefold().isin(words)
    named = own[by_name | ("id:" + own["external_id"]).isin(words)]
    return {
        int(one): str(name) for one, name in zip(named["status_id"], named["name"], strict=True)
    }


def _named(blocks: pd.DataFrame, stream: ValueStream) -> pd.DataFrame:
    """Those that the stream's `blocked` rule names, in any case.

    A link's detail is its kind and a key. A flag tells the name of its field: where the rule gives
    the id instead, every flag counts.
    """
    if blocks.empty:
        return blocks
    rule, kind, detail = stream.blocked, blocks["kind"], blocks["detail"].str.lower()
    field = rule.field.lower()
    flagged = detail.eq(field) | field.startswith("customfield_")
    labelled = detail.isin([label.lower() for label in rule.labels])
    linked = detail.str.replace(r" \S+$", "", regex=True).isin([one.lower() for one in rule.links])
    return blocks[
        (kind.eq("flag") & flagged) | (kind.eq("label") & labelled) | (kind.eq("link") & linked)
    ]


def _ended(
    session: Session, items: pd.DataFrame, stages: pd.DataFrame, mapping: pd.DataFrame
) -> pd.DataFrame:
    """When these items were done, cancelled or gone: blocker_id, start_ts, end_ts (NONE: still).

    By these stages, and in a status that they do not name by the category that the tracker gives
    it.
    """
    ids = [int(one) for one in items["item_id"]]
    stages, mapping = _with_categories(session, stages, mapping)
    nothing = pd.DataFrame(
        {name: pd.Series(dtype="int64") for name in ("item_id", "start_ts", "end_ts", "idea_ts")}
    )
    releases = nothing.assign(release_reason=pd.Series(dtype=object), released_ts=0)
    inputs = FactInputs(
        items=items,
        transitions=frames.item_transitions(session, item_ids=ids),
        blocks=nothing,
        mapping=mapping,
        stages=stages,
        statuses=frames.statuses(session),
        ideas=nothing,
        releases=releases.assign(first_released_ts=0, has_code=False),
    )
    visits = item_facts(inputs, Rules()).visits
    rows = visits.loc[visits["state"].isin(["done", "cancelled"])]
    gone = items[items["gone"].isin(LEFT)]
    since = gone["gone_ts"].where(gone["gone_ts"] != NONE, gone["updated_ts"])
    left = pd.DataFrame({"item_id": gone["item_id"], "start_ts": since, "end_ts": NONE})
    told = pd.concat([rows[["item_id", "start_ts", "end_ts"]], left], ignore_index=True)
    return told.rename(columns={"item_id": "blocker_id"}).astype("int64")


def _with_categories(
    session: Session, stages: pd.DataFrame, mapping: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """These, with stages of the tracker's own for the statuses that they do not name."""
    stages = stages[["stage_id", "state"]]
    if stages.empty:
        return stages, mapping
    statuses = frames.statuses(session)
    rest = statuses[
        ~statuses["status_id"].isin(mapping["status_id"])
        & statuses["category"].isin(list(_CATEGORIES))
    ]
    numbers = {name: _OUTSIDE - place for place, name in enumerate(_CATEGORIES)}
    own = pd.DataFrame({"stage_id": list(numbers.values()), "state": list(numbers)})
    more = pd.DataFrame(
        {
            "status_id": rest["status_id"],
            "stage_id": rest["category"].map(numbers).astype("int64"),
            "since_ts": 0,
        }
    )
    return (
        pd.concat([stages, own], ignore_index=True),
        pd.concat([mapping, more], ignore_index=True),
    )

"""One group of a queue opened: its items with their places, and what stands before the last."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.group_forecasts import Queued
from pipeline.times import iso

Answer = dict[str, Any]


def members(found: Queued, place: int) -> list[Answer]:
    """Its items: those in the queue by their place, then the others."""
    stood = {int(one): at for at, one in enumerate(found.backlog.standing.item, 1) if one >= 0}
    mine = found.groups.item[found.groups.place == place]
    rows = found.backlog.items.reindex(mine).dropna(subset=["key"])
    told_of = [_item(row, stood.get(int(row["item_id"]))) for row in rows.to_dict("records")]
    return sorted(told_of, key=lambda row: (row["place"] is None, row["place"] or 0, row["key"]))


def _item(row: dict[Any, Any], place: int | None) -> Answer:
    moments = {name: iso(int(row[f"{name}_ts"])) for name in ("created", "committed", "done")}
    return {
        "key": row["key"],
        "title": row["title"],
        "kind": row["kind"],
        "url": row["url"],
        "state": row["state"],
        "dormant": bool(row["dormant"]),
        "place": place,
        **{f"{name}_at": at for name, at in moments.items()},
    }


def before(found: Queued, place: int) -> list[Answer]:
    """By other group how many of its items stand before the last of this one, in their order."""
    standing, table = found.backlog.standing, found.groups.table
    counts = standing.member[standing.before(place)].sum(axis=0)
    others = np.flatnonzero(counts)
    others = others[np.argsort(found.backlog.rank[others])]
    return [
        {"key": table["key"].iloc[at], "title": table["title"].iloc[at], "items": int(count)}
        for at, count in zip(others, counts[others], strict=True)
    ]

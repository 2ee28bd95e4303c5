"""What the items of a stream and their ancestors are worth: estimates, and the tracker's field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from metrics.holders import LEVELS, Values
from metrics.mapping import Ints
from metrics.periods import WEEK
from metrics.profiles import PROFILES, terms_of
from pipeline.estimates import newest
from store import frames
from store.estimates import Estimate

_OWNERS = ["item_id", "key", "title", "type", "url", "parent_id", "value_cents"]


@dataclass(frozen=True)
class Worth:
    """owners: what stands above the items of the stream, at most five levels: item_id, key, title,
    type, url, parent_id (NONE), value_cents (NONE: the field is empty). parents: item_id,
    parent_id, of the items and their owners. estimates: by item the newest, withdrawals left out.
    """

    owners: pd.DataFrame = field(default_factory=lambda: _empty(_OWNERS))
    parents: pd.DataFrame = field(default_factory=lambda: _empty(["item_id", "parent_id"]))
    estimates: Mapping[int, Estimate] = field(default_factory=dict)

    def same(self, other: Worth) -> bool:
        """Whether both say the same."""
        return (
            self.estimates == other.estimates
            and self.parents.equals(other.parents)
            and self.owners.equals(other.owners)
        )


def _empty(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({name: np.empty(0, np.int64) for name in names})


def worth_of(session: Session, items: pd.DataFrame) -> Worth:
    """Of the items of a stream: their columns of `frames.stream_items`."""
    above = [items[["item_id", "parent_id"]]]
    owners = []
    wanted = {int(one) for one in items["parent_id"] if one != NONE}
    seen: set[int] = set()
    for _ in range(LEVELS):
        wanted -= seen
        if not wanted:
            break
        found = frames.items_of(session, wanted)[_OWNERS]
        owners.append(found)
        above.append(found[["item_id", "parent_id"]])
        seen |= wanted
        wanted = {int(one) for one in found["parent_id"] if one != NONE}
    told = pd.concat(owners, ignore_index=True) if owners else _empty(_OWNERS)
    parents = pd.concat(above, ignore_index=True).drop_duplicates("item_id", ignore_index=True)
    ids = {*(int(one) for one in items["item_id"]), *seen}
    return Worth(told, parents, _counting(session, ids))


def estimates_then(session: Session, worth: Worth, ts: int) -> Worth:
    """The same with the estimates as they were at a moment."""
    ids = {int(one) for one in worth.parents["item_id"]}
    return Worth(worth.owners, worth.parents, _counting(session, ids, until_ts=ts))


def _counting(
    session: Session, ids: set[int], *, until_ts: int | None = None
) -> dict[int, Estimate]:
    told = newest(session, until_ts=until_ts)
    return {item: one for item, one in sorted(told.items()) if item in ids and not one.withdrawn}


def values_of(items: pd.DataFrame, worth: Worth) -> Values:
    """What counts: an estimate of a person before the tracker's field, which is read as P1.

    items: columns of `item_fact`. An item of which somebody said that it is not valued has none.
    """
    fields = pd.concat(
        [items[["item_id", "value_cents"]], worth.owners[["item_id", "value_cents"]]]
    )
    fields = fields.drop_duplicates("item_id")
    fields = fields[(fields["value_cents"] != NONE) & ~fields["item_id"].isin(worth.estimates)]
    told = [(item, one) for item, one in worth.estimates.items() if one.likely_cents is not None]
    ids = np.array([*fields["item_id"].tolist(), *(item for item, _ in told)], np.int64)
    rows: list[dict[str, Any]] = [
        {"profile": 1, "cents": cents} for cents in fields["value_cents"].tolist()
    ]
    rows += [terms_row(one.profile, one.likely_cents or 0, one.more) for _, one in told]
    order = np.argsort(ids)
    none: list[float] = [np.nan] * len(fields)
    low = np.array([*none, *(_number(one.low_cents) for _, one in told)], np.float64)
    high = np.array([*none, *(_number(one.high_cents) for _, one in told)], np.float64)
    deadlines = [*[NONE] * len(fields), *(one.more.get("deadline_ts", NONE) for _, one in told)]
    dates: Ints = np.array(deadlines, np.int64)
    return Values(ids[order], terms_of(rows).take(order), dates[order], low[order], high[order])


def _number(cents: int | None) -> float:
    return np.nan if cents is None else float(cents)


def terms_row(profile: str, likely_cents: int, more: Mapping[str, Any]) -> dict[str, Any]:
    """The terms of an estimate, as `terms_of` reads them."""
    row: dict[str, Any] = {
        "profile": PROFILES.index(profile) + 1,
        "cents": float(likely_cents),
        "more": float(more.get("per_week_cents", more.get("escalation_cents", 0))),
        "decay": more.get("decay_per_week", 0.0),
        "discount": more.get("discount_per_year", 0.0),
        "moved": more.get("weeks") == "moved",
        "free_s": round(more.get("free_weeks", 0) * WEEK),
    }
    life = more.get("life_weeks", more.get("horizon_weeks"))
    return row if life is None else {**row, "life_s": round(life * WEEK)}

"""The groups of items that a stream's team works off in one queue: what stands above its items, or
the releases that these are planned for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Ints
from metrics.queue_places import owners_of
from pipeline.snapshot import StreamFacts

Of = Literal["parent", "release"]
_TABLE: Final = ["group_id", "key", "title", "type", "url", "due_ts", "due_from", "over"]
_VALUE, _TRACKER, _RELEASE = "value", "tracker", "release"


@dataclass(frozen=True)
class Due:
    """Until the end of which day, and who says so."""

    day: date
    told_by: str


@dataclass(frozen=True)
class Groups:
    """of: what they are. table: a row each: group_id, key, title, type, url, due_ts (the end of its
    last day, NONE for none), due_from, over (nothing more is planned for it). item, place: a row
    for each item and each group that it is in, the group by its row in the table. counted: all
    items that ever were in one of them, those that are over too.
    """

    of: Of
    table: pd.DataFrame
    item: Ints
    place: Ints
    counted: Ints

    def __len__(self) -> int:
        return len(self.table)

    def to_come(self) -> Groups:
        """Without those that are over."""
        over = self.table["over"].to_numpy(np.bool_)
        if not over.any():
            return self
        kept, stays = self.table[~over].reset_index(drop=True), ~over[self.place]
        place = (np.cumsum(~over) - 1)[self.place[stays]]
        return replace(self, table=kept, item=self.item[stays], place=place)

    def due(self, place: int, tz: str) -> Due | None:
        """Of one of them; None where nobody says."""
        ts = int(self.table["due_ts"].iloc[place])
        if ts == NONE:
            return None
        day = datetime.fromtimestamp(ts - 1, ZoneInfo(tz)).date()
        return Due(day, str(self.table["due_from"].iloc[place]))


def groups_of(stream: StreamFacts, of: Of, tz: str) -> Groups:
    """The parents of a stream: the nearest item above each that is of a type that the stream names
    as one of parents, of any type where it names none. Or the releases that its items are planned
    for. tz: in which a day ends that something is due on.
    """
    make = _releases if of == "release" else _parents
    return stream.memo.of(("groups", of, tz), lambda: make(stream, tz))


def _parents(stream: StreamFacts, tz: str) -> Groups:
    own = stream.items[["item_id", "key", "title", "type", "url"]].drop_duplicates("item_id")
    above = stream.worth.owners.reindex(columns=own.columns)
    known = pd.concat([above, own]).drop_duplicates("item_id")
    if stream.config.parents:
        known = known[known["type"].isin(stream.config.parents)]
    ids = own["item_id"].to_numpy(np.int64)
    owner = owners_of(ids, stream.worth.parents, known["item_id"].to_numpy(np.int64))
    held = owner != NONE
    groups, place = np.unique(owner[held], return_inverse=True)
    table = known.set_index("item_id").reindex(groups).rename_axis("group_id").reset_index()
    due = [_due_of(stream, int(one), tz) for one in groups]
    table = _dated(table.assign(over=False), due)
    return Groups("parent", table, ids[held], place.astype(np.int64), ids[held])


def _due_of(stream: StreamFacts, item: int, tz: str) -> tuple[int, str]:
    """The deadline of what people say it is worth, before the due date in the tracker."""
    said = stream.worth.estimates.get(item)
    deadline = NONE if said is None else int(said.more.get("deadline_ts", NONE))
    if deadline != NONE:
        return deadline, _VALUE
    return _end_of(stream.planned.due.get(item, ""), tz), _TRACKER


def _releases(stream: StreamFacts, tz: str) -> Groups:
    planned = stream.planned
    inside = planned.items["item_id"].isin(stream.items["item_id"])
    item, release = (
        planned.items.loc[inside, name].to_numpy(np.int64) for name in ("item_id", "release_id")
    )
    groups, place = np.unique(release, return_inverse=True)
    told = planned.releases.set_index("release_id").reindex(groups).rename_axis("group_id")
    names = [str(name) for name in told["name"]]
    table = told.reset_index().assign(
        key=_keys(names, [str(name) for name in told["external_id"]]),
        title=names,
        type="Release",
        over=(told["released"].eq(True) | told["archived"].eq(True)).to_numpy(np.bool_),
    )
    table = _dated(table, [(_end_of(str(day), tz), _RELEASE) for day in told["due_on"]])
    return Groups("release", table, item, place.astype(np.int64), np.unique(item))


def _keys(names: Sequence[str], ids: Sequence[str]) -> list[str]:
    """What each is asked for by: its name where that names no other one, else its id. A list of
    keys has commas between them.
    """
    seen, others = Counter(names), set(ids)
    plain = {name for name in names if name and seen[name] == 1 and "," not in name}
    return [
        name if name in plain - others and name == name.strip() else id
        for name, id in zip(names, ids, strict=True)
    ]


def _dated(table: pd.DataFrame, due: Sequence[tuple[int, str]]) -> pd.DataFrame:
    ends = np.array([ts for ts, _ in due], np.int64)
    who = [told_by if ts != NONE else "" for ts, told_by in due]
    return table.assign(due_ts=ends, due_from=who)[_TABLE]


def _end_of(day: str, tz: str) -> int:
    """The end of a day, NONE for none."""
    if not day:
        return NONE
    after = date.fromisoformat(day) + timedelta(days=1)
    return int(datetime.combine(after, time(), ZoneInfo(tz)).timestamp())

"""The parts of a delay cost: the name of the group of each row, and their sums when drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from metrics.draws import Uncertain, drawn_sums, value_factors
from metrics.ledger import NOT_BEGUN, Book
from metrics.mapping import Ints
from metrics.stats import Floats
from pipeline.snapshot import StreamFacts

By = Literal["stage", "team", "reason", "kind", "item", "owner"]
_REASONS: Final = {"": "queue", NOT_BEGUN: "not begun"}


@dataclass(frozen=True)
class Parts:
    """Cost and burn by part: the name of its group, the place of its value, and the money."""

    groups: Sequence[str]
    place: Ints
    cents: Floats


def parts_of(rows: pd.DataFrame, cents: pd.Series) -> Parts:
    """What of these rows has a value, with its cents; `group` is a column."""
    held = (rows["holder"] >= 0).to_numpy(np.bool_)
    return Parts(
        rows["group"][held].tolist(),
        rows["holder"][held].to_numpy(np.int64),
        cents[held].to_numpy(np.float64),
    )


def drawn_of(stream: StreamFacts, book: Book, parts: Parts) -> Uncertain:
    """The sums under each draw of the ranges of the values that are in them."""
    place = book.holders.place[parts.place]
    used = np.unique(place)
    used = used[~np.isnan(book.worth.low[used])] if len(used) else used
    names = keys_of(stream)
    keys = [names.get(int(book.worth.item_id[one]), "") for one in used]
    factor = value_factors(book.worth, used, keys)
    owner = np.full(len(book.worth) + 1, -1)
    owner[used] = np.arange(len(used))
    return drawn_sums(parts.groups, owner[place], parts.cents, factor)


def keys_of(stream: StreamFacts) -> Mapping[int, str]:
    """The keys of the items of a stream, and of what stands above them."""

    def made() -> dict[int, str]:
        owners = stream.worth.owners
        keys = dict(zip(owners["item_id"].tolist(), owners["key"].tolist(), strict=True))
        own = zip(stream.items["item_id"].tolist(), stream.items["key"].tolist(), strict=True)
        return {**keys, **dict(own)}

    return stream.memo.of(("keys",), made)


def part_names(stream: StreamFacts, book: Book, rows: pd.DataFrame, by: By) -> list[str]:
    """By row the name of the part that it belongs to."""
    if by == "stage":
        return stage_names(stream, rows)
    if by == "team":
        return [str(one) or "no team known" for one in rows["team"]]
    if by == "reason":
        return [_REASONS.get(str(one), str(one)) for one in rows["reason"]]
    if by == "kind":
        return [str(one) or "other" for one in rows["kind"]]
    names = keys_of(stream)
    if by == "item":
        return [names.get(int(one), "") for one in rows["item_id"]]
    holder = rows["holder"].to_numpy(np.int64)
    owners = book.worth.item_id[book.holders.place[holder[holder >= 0]]]
    told = iter([names.get(int(one), "") for one in owners])
    return [next(told) if one >= 0 else "not valued" for one in holder]


def stage_names(stream: StreamFacts, rows: pd.DataFrame) -> list[str]:
    """The stage in which each of these rows waits, in words where it is none."""
    known = dict(zip(stream.stages["stage_id"].tolist(), stream.stages["name"], strict=True))
    return [
        str(known.get(stage, "before commitment" if reason == NOT_BEGUN else "unmapped"))
        for stage, reason in zip(rows["stage_id"].tolist(), rows["reason"].tolist(), strict=True)
    ]

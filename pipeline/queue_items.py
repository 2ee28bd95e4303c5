"""What stands in a queue of a stream: its items, what they are worth, how long each will take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from core.errors import BadRequestError
from core.frames import NONE
from metrics.ledger import Book, burning, delays_at, terms_at
from metrics.mapping import Ints
from metrics.periods import DAY
from pipeline.delay_ledger import book_in
from pipeline.snapshot import StreamFacts

_LEAST: Final = 5
_YEAR: Final = 365 * DAY


@dataclass(frozen=True)
class Duration:
    """Days that an item occupies the constraint: a 90 % range around the likely one."""

    low: float
    likely: float
    high: float
    source: str


@dataclass(frozen=True)
class Queued:
    """One item. terms: as `terms_of` reads them, with the range in `low`, `high` (cents, NaN for
    none); None where nobody knows what its delay costs. reason: why one of the two is missing.
    """

    key: str
    title: str
    terms: Mapping[str, Any] | None
    low: float
    high: float
    delay_s: int
    duration: Duration | None
    reason: str = ""


def stage_called(stream: StreamFacts, name: str | None, now: pd.DataFrame) -> int:
    """The stage of this name; without one, that in which waiting burns most. `BadRequestError` for
    an unknown one, and where nothing waits.
    """
    known = {str(one): int(at) for at, one in zip(*_stages(stream), strict=True)}
    if name is not None:
        if name not in known:
            raise BadRequestError(
                f"stage: one of {', '.join(known) or 'none; the stream has none'}"
            )
        return known[name]
    here = _staged(stream, now)
    if here.empty:
        raise BadRequestError("stage: nothing waits in this stream now; name the stage")
    sums = here.groupby("stage_id")["cents_per_week"].agg(["sum", "size"])
    most = sums.sort_values(["sum", "size"], ascending=False)
    return int(most.index[0])


def waits_anywhere(stream: StreamFacts, as_of: int) -> bool:
    """Whether anything waits in a stage of the stream."""
    now = burning(book_in(stream), at=as_of, as_of=as_of)
    return not _staged(stream, now).empty


def _staged(stream: StreamFacts, now: pd.DataFrame) -> pd.DataFrame:
    return now[now["stage_id"].isin(_stages(stream)[0])]


def _stages(stream: StreamFacts) -> tuple[list[int], list[str]]:
    ordered = stream.stages.sort_values("ordinal")
    return ordered["stage_id"].tolist(), ordered["name"].tolist()


def constraint_of(stream: StreamFacts, stage: int) -> int:
    """The stage whose people the queue waits for: itself where it is one of work, else the next
    that is.
    """
    ordered = stream.stages.sort_values("ordinal")
    place = ordered["stage_id"].tolist().index(stage)
    works = ordered.iloc[place:]
    works = works[works["state"] == "active"]
    return int(works["stage_id"].iloc[0]) if len(works) else stage


def queue_of(stream: StreamFacts, stage: str | None, as_of: int) -> tuple[int, list[Queued]]:
    """The stage, and what waits in it now, in the order in which it came there."""
    book = book_in(stream)
    now = burning(book, at=as_of, as_of=as_of)
    at = stage_called(stream, stage, now)
    visits = stream.visits
    here = visits[(visits["stage_id"] == at) & (visits["state"] == "waiting")]
    here = here[(here["start_ts"] <= as_of) & (here["end_ts"] == NONE)]
    here = here.sort_values(["start_ts", "item_id"])
    lasts = durations_in(stream, constraint_of(stream, at), as_of)
    return at, [
        _queued(book, now, one, lasts, as_of)
        for one in here[["item_id", "episode"]].itertuples(index=False)
    ]


def item_called(stream: StreamFacts, key: str, stage: int | None, as_of: int) -> Queued | None:
    """The latest delivery of an item of the stream, None where there is none of this key."""
    rows = stream.items[stream.items["key"] == key].sort_values("episode")
    if rows.empty:
        return None
    book = book_in(stream)
    lasts = {} if stage is None else durations_in(stream, constraint_of(stream, stage), as_of)
    now = burning(book, at=as_of, as_of=as_of)
    last = rows[["item_id", "episode"]].tail(1)
    return _queued(book, now, next(last.itertuples(index=False)), lasts, as_of)


def _queued(
    book: Book,
    now: pd.DataFrame,
    one: Any,
    lasts: Mapping[str, Duration],
    as_of: int,
) -> Queued:
    same = (book.items["item_id"] == one.item_id) & (book.items["episode"] == one.episode)
    row = int(np.flatnonzero(same.to_numpy(np.bool_))[0])
    item = book.items.iloc[row]
    holder = int(book.holders.of[row])
    duration = lasts.get(str(item["kind"]), lasts.get(""))
    reason = "" if duration else "no duration: fewer than five finished items passed this stage"
    blank = Queued(str(item["key"]), str(item["title"]), None, np.nan, np.nan, 0, duration, reason)
    if holder < 0:
        return _because(blank, "no value")
    if book.holders.group[holder] and not (now["row"] == row).any():
        return _because(blank, "its parent has the value, and waits for another child")
    place = int(book.holders.place[holder])
    delay = int(delays_at(book, as_of)[holder])
    terms = terms_at(book, as_of).take(np.array([holder]))
    fields = {name: getattr(terms, name)[0] for name in terms.__dataclass_fields__}
    deadline = int(book.worth.deadline_ts[place])
    if deadline != NONE:
        fields["free_s"] = delay + deadline - as_of
    low, high = float(book.worth.low[place]), float(book.worth.high[place])
    return replace(blank, terms=fields, low=low, high=high, delay_s=delay)


def _because(blank: Queued, why: str) -> Queued:
    return replace(blank, reason="; ".join(one for one in (why, blank.reason) if one))


def durations_in(stream: StreamFacts, stage: int, as_of: int) -> Mapping[str, Duration]:
    """By kind, and "" for all, how long finished items of the last year were worked on in a stage;
    a kind with fewer than five is not there.
    """
    return stream.memo.of(
        ("durations", stage, as_of // DAY), lambda: _durations(stream, stage, as_of)
    )


def _durations(stream: StreamFacts, stage: int, as_of: int) -> dict[str, Duration]:
    visits = stream.visits
    worked = visits[(visits["stage_id"] == stage) & (visits["state"] == "active")]
    worked = worked[worked["end_ts"] != NONE]
    done = stream.items.loc[
        stream.items["done_ts"] >= as_of - _YEAR, ["item_id", "episode", "kind"]
    ]
    rows = worked.merge(done, on=["item_id", "episode"])
    seconds = (rows["end_ts"] - rows["start_ts"]).groupby(
        [rows["item_id"], rows["episode"], rows["kind"].astype(str)]
    )
    spent = seconds.sum()
    spent = spent[spent > 0]
    found = {}
    for kind, sample in [("", spent), *spent.groupby(level=2)]:
        if len(sample) >= _LEAST:
            found[str(kind)] = _duration(np.sort(sample.to_numpy(np.int64)))
    return found


def _duration(seconds: Ints) -> Duration:
    low, likely, high = np.quantile(seconds, [0.05, 0.5, 0.95], method="inverted_cdf") / DAY
    return Duration(float(low), float(likely), float(high), f"{len(seconds)} finished items")

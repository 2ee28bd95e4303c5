"""What is in load at an instant, the oldest first: filtered, sorted, in keyset pages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.errors import BadRequestError
from metrics.ageing import LEAST, Ageing
from metrics.teams import NO_TEAM
from pipeline.ageing_zones import UNMAPPED, zones
from pipeline.delay_ledger import book_in, burning_of
from pipeline.kanban import Promise, ageing_envelope, ageing_of
from pipeline.keyset import paged
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_teams import holders_of
from pipeline.times import iso

Answer = dict[str, Any]

SORTS: Final = ("-age", "-breach_p", "key")
_ORDER = {"-age": "begun", "-breach_p": "begun", "key": ""}
"""Older is never less likely to be late, so both are the order of the commitments, which does not
move with the clock from page to page."""


@dataclass(frozen=True, slots=True)
class AgeingQuery:
    """Which of the rows, in which order; `breach_p` is the least probability, observed or not."""

    stage: str | None = None
    breach_p: float | None = None
    sort: str = "-age"
    limit: int = 50
    cursor: str | None = None


def list_ageing(
    snapshot: Snapshot,
    stream: StreamFacts,
    asked: Question,
    promise: Promise,
    query: AgeingQuery,
) -> Answer:
    """The envelope of all that is in load, the zones of the stages, and a page of its rows.

    `BadRequestError` for a sort or stage that there is not, naming those that there are.
    """
    _check(stream, query)
    found = ageing_of(stream, asked, promise)
    table = _table(stream, found, asked.window.to_ts)
    page = paged(
        _filtered(table, query),
        sort=query.sort,
        column=_ORDER[query.sort],
        limit=query.limit,
        cursor=query.cursor,
    )
    return {
        **ageing_envelope(snapshot, stream, asked, promise),
        "percent": promise.percent,
        "within_d": promise.within_d,
        "zones": zones(stream, found, table),
        "items": [_row(row, found) for row in page.rows.to_dict("records")],
        "next": page.next,
        "total": page.total,
    }


def _check(stream: StreamFacts, query: AgeingQuery) -> None:
    if query.sort not in SORTS:
        raise BadRequestError(f"sort: one of {', '.join(SORTS)}")
    stages = [*stream.stages["name"], UNMAPPED]
    if query.stage is not None and query.stage not in stages:
        raise BadRequestError(f"stage: one of {', '.join(stages)}")


def _table(stream: StreamFacts, found: Ageing, at: int) -> pd.DataFrame:
    stages = stream.stages.set_index("stage_id")
    holders = holders_of(stream, at)[["item_id", "episode", "team"]]
    rows = found.rows.merge(holders, on=["item_id", "episode"], how="left")
    rows = rows.merge(_burning(stream, at), on=["item_id", "episode"], how="left")
    return rows.assign(
        stream=stream.config.name,
        stage=rows["stage_id"].map(stages["name"]).astype(object).fillna(UNMAPPED),
        team=rows["team"].astype(object).fillna(NO_TEAM),
        begun=-rows["committed_ts"],
    )


def _burning(stream: StreamFacts, at: int) -> pd.DataFrame:
    """item_id, episode, burn (cents a week, 0 while nothing of it waits) of what has a value."""
    book, now = book_in(stream), burning_of(stream, at)
    burn = np.zeros(len(book.items), np.int64)
    burn[now["row"].to_numpy(np.int64)] = now["cents_per_week"].to_numpy(np.int64)
    return book.items[["item_id", "episode"]].assign(burn=burn)[book.holders.of >= 0]


def _filtered(table: pd.DataFrame, query: AgeingQuery) -> pd.DataFrame:
    kept = np.ones(len(table), np.bool_)
    if query.stage is not None:
        kept &= (table["stage"] == query.stage).to_numpy()
    if query.breach_p is not None:
        kept &= (table["breach_p"] >= query.breach_p).to_numpy()
    return table[kept]


def _row(row: dict[Any, Any], found: Ageing) -> Answer:
    pace, breach = _number(row["pace"]), _number(row["breach_p"])
    thin_pace, thin_breach = row["pace_n"] < LEAST, found.few or _history(found) < LEAST
    observed = {"pace": pace if thin_pace else None, "breach_p": breach if thin_breach else None}
    limit = found.limit_s
    return {
        "key": row["key"],
        "title": row["title"],
        "type": row["type"],
        "kind": row["kind"],
        "episode": int(row["episode"]),
        "stage": row["stage"],
        "team": row["team"] or None,
        "waiting": row["state"] == "waiting",
        "blocked": row["reason"] == "blocked",
        "url": row["url"],
        "committed_at": iso(int(row["committed_ts"])),
        "age_s": int(row["age_s"]),
        "age_at_least": bool(row["at_least"]),
        "burn_rate_cents": None if math.isnan(row["burn"]) else int(row["burn"]),
        "late": None if limit is None else bool(row["age_s"] > limit),
        "pace": None if thin_pace else pace,
        "pace_n": int(row["pace_n"]),
        "breach_p": None if thin_breach else breach,
        "observed": {name: one for name, one in observed.items() if one is not None},
        "reasons": _reasons(row, found, pace=pace, breach=breach, thin_breach=thin_breach),
    }


def _history(found: Ageing) -> int:
    return int((found.history["outcome"] == "done").sum())


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _reasons(
    row: dict[Any, Any],
    found: Ageing,
    *,
    pace: float | None,
    breach: float | None,
    thin_breach: bool,
) -> list[str]:
    told = []
    if row["at_least"]:
        told.append("censored_start: age, pace and breach_p are lower bounds")
    if pace is None:
        told.append("pace: nothing that was done in the window had left this stage")
    elif row["pace_n"] < LEAST:
        told.append(f"pace withheld: n<{LEAST}")
    if found.limit_s is None or not _history(found):
        told.append("breach_p: nothing was done in the window")
    elif breach is None:
        told.append("breach_p: nothing in the history was seen for so long")
    elif thin_breach:
        told.append("breach_p withheld: too few were done in the window")
    return told

"""What waiting costs in a stream, split by where, why and for which item; with its ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from core.settings import Settings
from metrics.draws import DRAWS, Uncertain, drawn_sums, value_factors
from metrics.holders import DelayClock
from metrics.ledger import NOT_BEGUN, Book, accrued
from metrics.mapping import Ints
from metrics.measure import Measure
from metrics.periods import WEEK, Window
from metrics.stats import Floats
from pipeline.chart_frame import chart_periods, dressed
from pipeline.delay_ledger import accrued_of, book_in, burning_of
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import read_from, window_caveats
from pipeline.stream_measures import asked_items, close_of
from pipeline.times import iso

Answer = dict[str, Any]
By = Literal["stage", "team", "reason", "kind", "item", "owner"]
CLOCKS: Final[Mapping[DelayClock, str]] = {
    "commitment": "from the commitment; waiting time only, work is not charged",
    "idea": "from the first idea; time before the commitment waits, too",
}
_NO_VALUE: Final = "nothing that waited in this window has a value"


@dataclass(frozen=True)
class Parts:
    """Cost and burn by part: the name of its group, the place of its value, and the money."""

    groups: Sequence[str]
    place: Ints
    cents: Floats


def cost_answer(
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    asked: Question,
    *,
    by: By,
    clock: DelayClock = "commitment",
) -> Answer:
    """The window's delay cost split, the dearest first; sums and ranges beside it.

    Parts add up to the sums to the cent. The sums are None, with the reason, where nothing that
    waited has a value.
    """
    items, book = asked_items(stream, asked), book_in(stream, clock)
    found = accrued_of(stream, asked, items, clock)
    now = burning_of(stream, close_of(asked), items, clock)
    cells = found.cells.assign(group=_groups(stream, book, found.cells, by))
    now = now.assign(group=_groups(stream, book, now, by))
    kept = cells[~cells["sunk"]]
    cost = _drawn(stream, book, _parts(kept, kept["cost_cents"]))
    burn = _drawn(stream, book, _parts(now, now["cents_per_week"]))
    rows = _rows(cells, now, cost, burn, by)
    priced = bool((now["holder"] >= 0).any())
    sums = _sums(cells, now, asked, known=bool(rows), priced=priced)
    valued = len(cells[["item_id", "episode"]].drop_duplicates())
    graded = _graded(snapshot, stream, asked, sums, valued)
    drawn = {"cost_cents": cost.total, "burn_rate_cents": burn.total, "draws": DRAWS}
    return {
        "items": rows,
        "next": None,
        **sums,
        "unvalued": len(found.unvalued),
        "valued": valued,
        "reason": None if len(cells) else _NO_VALUE,
        "currency": settings.cost_of_delay.currency,
        "profile": settings.cost_of_delay.profile,
        "profiles": _profiles(book, cells, now),
        "by": by,
        "clock": clock,
        "clock_means": CLOCKS[clock],
        "in_work_d": found.in_work_s / 86_400,
        "ranges": drawn if len(cells) or priced else None,
        **graded,
        "explain": f"{graded['explain']}&clock={clock}",
        "caveats": window_caveats(snapshot, stream, asked),
        **_series(snapshot, stream, book, asked, items),
    }


def _graded(
    snapshot: Snapshot,
    stream: StreamFacts,
    asked: Question,
    sums: Mapping[str, int | None],
    valued: int,
) -> Answer:
    """What of the envelope stands beside the rows."""
    measure = Measure(
        sort="count",
        unit="cents",
        value={name: None if one is None else float(one) for name, one in sums.items()},
        n=valued,
        reasons=() if valued else (_NO_VALUE,),
    )
    body = dressed(snapshot, stream, "delay_cost", measure, asked, explain="delay-cost/explain")
    return {name: body[name] for name in _OF_ENVELOPE}


def _series(
    snapshot: Snapshot, stream: StreamFacts, book: Book, asked: Question, items: pd.DataFrame
) -> Answer:
    """By period what accrued in it, with its range; null where it is not read yet, or in part."""
    if asked.interval is None:
        return {}
    whole = read_from(snapshot, stream, "delay_cost")
    rows = []
    for period in chart_periods(asked, asked.interval):
        window = Window(period.from_ts, min(period.to_ts, asked.as_of))
        found = accrued(book, window=window, as_of=asked.as_of)
        if asked.kinds is not None or asked.team is not None:
            found = found.among(items)
        cells = found.cells.assign(group="all")
        kept = cells[~cells["sunk"]]
        told: Answer = {
            "cost_cents": int(kept["cost_cents"].sum()) if len(cells) else None,
            "sunk_cents": int(cells["cost_cents"][cells["sunk"]].sum()) if len(cells) else None,
            "range": _drawn(stream, book, _parts(kept, kept["cost_cents"])).total
            if len(kept)
            else None,
        }
        if whole is not None and period.from_ts < whole:
            told = dict.fromkeys(told)
        head = {"start": period.label, "end": iso(period.to_ts), "complete": period.complete}
        rows.append({**head, **told})
    return {"series": rows}


_OF_ENVELOPE: Final = (
    *("metric", "definition", "scope", "n", "window", "as_of", "known_at"),
    *("grade", "coverage", "reasons", "explain"),
)


def _sums(
    cells: pd.DataFrame, now: pd.DataFrame, asked: Question, *, known: bool, priced: bool
) -> dict[str, int | None]:
    sunk = int(cells["cost_cents"][cells["sunk"]].sum())
    cents = int(cells["cost_cents"].sum()) - sunk
    told = len(cells) > 0
    weekly = round(cents / asked.window.seconds * WEEK)
    burn = int(now["cents_per_week"].sum())
    return {
        "cost_cents": cents if told else None,
        "per_week_cents": weekly if told else None,
        "sunk_cents": sunk if told else None,
        "burn_rate_cents": burn if known or priced else None,
    }


def _parts(rows: pd.DataFrame, cents: pd.Series) -> Parts:
    held = (rows["holder"] >= 0).to_numpy(np.bool_)
    return Parts(
        rows["group"][held].tolist(),
        rows["holder"][held].to_numpy(np.int64),
        cents[held].to_numpy(np.float64),
    )


def _drawn(stream: StreamFacts, book: Book, parts: Parts) -> Uncertain:
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


def _groups(stream: StreamFacts, book: Book, rows: pd.DataFrame, by: By) -> list[str]:
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


_REASONS: Final = {"": "queue", NOT_BEGUN: "not begun"}


def stage_names(stream: StreamFacts, rows: pd.DataFrame) -> list[str]:
    """The stage in which each of these rows waits, in words where it is none."""
    known = dict(zip(stream.stages["stage_id"].tolist(), stream.stages["name"], strict=True))
    return [
        str(known.get(stage, "before commitment" if reason == NOT_BEGUN else "unmapped"))
        for stage, reason in zip(rows["stage_id"].tolist(), rows["reason"].tolist(), strict=True)
    ]


def _rows(
    cells: pd.DataFrame, now: pd.DataFrame, cost: Uncertain, burn: Uncertain, by: By
) -> list[Answer]:
    sunk = cells["cost_cents"].where(cells["sunk"], 0)
    told = cells.assign(sunk_cents=sunk, cost_cents=cells["cost_cents"] - sunk)
    spent = told.groupby("group")[["wait_s", "cost_cents", "sunk_cents"]].sum()
    here = now.assign(waiting=1, bare=(now["holder"] < 0).astype(np.int64))
    waits = here.groupby("group")[["waiting", "bare", "cents_per_week"]].sum()
    table = spent.join(waits, how="outer").fillna(0).astype(np.int64)
    table = table[table.index.isin(spent.index) | (table["waiting"] > table["bare"])]
    order = sorted(table.index, key=lambda one: (-table["cost_cents"][one], one))
    first = cost.first_share() if len(cost.groups) > 1 else {}
    rows = []
    for name in order:
        row = table.loc[name]
        priced = row["waiting"] == 0 or row["waiting"] > row["bare"]
        rows.append(
            {
                by: name,
                "wait_d": float(row["wait_s"]) / 86_400,
                "cost_cents": int(row["cost_cents"]),
                "sunk_cents": int(row["sunk_cents"]),
                "burn_rate_cents": int(row["cents_per_week"]) if priced else None,
                "waiting_now": int(row["waiting"]),
                "unvalued_now": int(row["bare"]),
                "ranges": _ranges(name, cost, burn),
                "first_share": first.get(str(name)),
            }
        )
    return rows


def _ranges(name: str, cost: Uncertain, burn: Uncertain) -> Answer:
    return {
        "cost_cents": cost.quantiles(name) if name in cost.groups else None,
        "burn_rate_cents": burn.quantiles(name) if name in burn.groups else None,
    }


def _profiles(book: Book, cells: pd.DataFrame, now: pd.DataFrame) -> dict[str, int]:
    """How many values of each profile are in the numbers."""
    holders = np.unique(np.concatenate([cells["holder"], now["holder"]]).astype(np.int64))
    place = np.unique(book.holders.place[holders[holders >= 0]])
    codes, counts = np.unique(book.worth.terms.profile[place], return_counts=True)
    return {f"P{code}": int(many) for code, many in zip(codes, counts, strict=True)}

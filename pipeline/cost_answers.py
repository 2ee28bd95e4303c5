"""What waiting costs in a stream, split by where, why and for which item; with its ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from core.settings import Settings
from metrics.draws import DRAWS, Uncertain
from metrics.holders import DelayClock
from metrics.ledger import Book
from metrics.measure import Measure
from metrics.periods import WEEK
from pipeline.chart_frame import dressed
from pipeline.cost_parts import By, drawn_of, part_names, parts_of
from pipeline.cost_series import series_of
from pipeline.delay_ledger import accrued_of, book_in, burning_of
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import window_caveats
from pipeline.stream_measures import asked_items, close_of

Answer = dict[str, Any]
CLOCKS: Final[Mapping[DelayClock, str]] = {
    "commitment": "from the commitment; waiting time only, work is not charged",
    "idea": "from the first idea; time before the commitment waits, too",
}
_NO_VALUE: Final = "nothing that waited in this window has a value"


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
    cells = found.cells.assign(group=part_names(stream, book, found.cells, by))
    now = now.assign(group=part_names(stream, book, now, by))
    kept = cells[~cells["sunk"]]
    cost = drawn_of(stream, book, parts_of(kept, kept["cost_cents"]))
    burn = drawn_of(stream, book, parts_of(now, now["cents_per_week"]))
    rows = _rows(cells, now, cost, burn, by)
    priced = bool((now["holder"] >= 0).any())
    sums = _sums(cells, now, asked, known=bool(rows), priced=priced)
    valued = len(cells[["item_id", "episode"]].drop_duplicates())
    graded = _graded(snapshot, stream, asked, sums, valued)
    explain = f"{graded['explain']}&clock={clock}"
    drawn = {"cost_cents": cost.total, "burn_rate_cents": burn.total, "draws": DRAWS}
    return {
        "items": [_opened(row, by, explain) for row in rows],
        "next": None,
        **sums,
        "unvalued": len(found.unvalued),
        "valued": valued,
        "sunk_deliveries": len(cells.loc[cells["sunk"], ["item_id", "episode"]].drop_duplicates()),
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
        "explain": explain,
        "caveats": window_caveats(snapshot, stream, asked),
        **series_of(snapshot, stream, book, asked, items),
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


_OF_ENVELOPE: Final = (
    *("metric", "definition", "scope", "n", "window", "as_of", "known_at"),
    *("watermarks", "grade", "coverage", "reasons", "explain"),
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
    first, first_now = (one.first_share() if len(one.groups) > 1 else {} for one in (cost, burn))
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
                "first_share_now": first_now.get(str(name)),
            }
        )
    return rows


def _opened(row: Answer, by: By, explain: str) -> Answer:
    """With the address of the deliveries of this part alone."""
    return {**row, "explain": f"{explain}&{urlencode({'by': by, 'part': row[by]})}"}


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

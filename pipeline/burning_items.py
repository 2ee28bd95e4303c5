"""The items in flight by what they burn a week: what each cost so far, and what it may still."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from core.frames import NONE
from core.settings import Settings
from metrics.draws import value_factors
from metrics.flow import in_load
from metrics.ledger import Book, active_s, burning, delays_at, terms_at
from metrics.mapping import Ints
from metrics.periods import DAY, Window
from metrics.profiles import Terms, accrued_cents
from metrics.queue_forecast import LEVELS, Queue, queue_forecast
from metrics.stats import Floats
from pipeline.cost_parts import keys_of, stage_names
from pipeline.delay_ledger import book_in
from pipeline.estimates import value_of
from pipeline.forecast_answers import history_reason, pool_of
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import window_caveats
from pipeline.stream_measures import asked_items
from pipeline.times import iso

Answer = dict[str, Any]
_POOL_DAYS = 90


@dataclass(frozen=True)
class Flight:
    """What is in flight now. rows: of the items in the book, the oldest first. waits: by row what
    of it waits, with the name of the `stage`. due: places that have a deadline.

    delay_s, terms, left_s: by holder the delay so far, its terms, and the work still to do.
    """

    book: Book
    rows: Ints
    waits: Mapping[int, Mapping[Any, Any]]
    due: Ints
    delay_s: Ints
    terms: Terms
    left_s: Ints
    factor: Floats
    queue: Queue | None
    missing: str


def burning_answer(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> Answer:
    """Every delivery in flight, the dearest week first; those without a value last, by age."""
    flight = _flight(snapshot, stream, asked)
    chosen = pd.MultiIndex.from_frame(asked_items(stream, asked)[["item_id", "episode"]])
    items = flight.book.items.iloc[flight.rows]
    wanted = pd.MultiIndex.from_frame(items[["item_id", "episode"]]).isin(chosen)
    known = items.to_dict("records")
    rows = [_row(stream, flight, known[place], int(place)) for place in np.flatnonzero(wanted)]
    rows.sort(key=lambda row: (-(row["burn_rate_cents"] or 0), row["cost_cents"] is None))
    expedites = sum(row["value"] is not None and row["value"]["profile"] == "P5" for row in rows)
    return {
        "items": rows,
        "next": None,
        "total": len(rows),
        "unvalued": sum(row["value"] is None for row in rows),
        "expedites": expedites,
        "currency": settings.cost_of_delay.currency,
        "as_of": iso(asked.as_of),
        "projection": "each is done when as many are as are in flight before it by age, and itself",
        "projection_reason": flight.missing or None,
        "caveats": window_caveats(snapshot, stream, asked),
    }


def _flight(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> Flight:
    as_of = asked.as_of
    return stream.memo.of(("flight", as_of), lambda: _made(snapshot, stream, asked))


def _made(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> Flight:
    book, as_of = book_in(stream), asked.as_of
    loaded = np.flatnonzero(in_load(book.items, as_of))
    begun = book.items["committed_ts"].to_numpy(np.int64)
    rows = loaded[np.lexsort((loaded, begun[loaded]))]
    terms = terms_at(book, as_of)
    spent = _spent(book, as_of)
    due = _due(book, rows)
    queue, missing = _queue(snapshot, stream, asked, due, rows)
    now = burning(book, at=as_of, as_of=as_of)
    now = now.assign(stage=stage_names(stream, now))
    held = np.unique(book.holders.of[rows][book.holders.of[rows] >= 0])
    names = keys_of(stream)
    place = book.holders.place[held]
    keys = [names.get(int(one), "") for one in book.worth.item_id[place]]
    factor = np.ones((len(book.holders), 3))
    drawn = value_factors(book.worth, place, keys)
    for at, one in zip(held, drawn, strict=True):
        factor[at] = np.quantile(one, [0.1, 0.5, 0.9], method="inverted_cdf")
    return Flight(
        book,
        rows,
        {int(one["row"]): one for one in now.to_dict("records")},
        np.flatnonzero(due != NONE),
        delays_at(book, as_of),
        terms,
        np.maximum(active_s(book, as_of) - spent, 0),
        factor,
        queue,
        missing,
    )


def _spent(book: Book, as_of: int) -> Ints:
    works = book.works[book.works["holder"] >= 0]
    found = np.zeros(len(book.holders), np.int64)
    seconds = np.minimum(works["end_ts"].to_numpy(np.int64), as_of) - works["start_ts"].to_numpy(
        np.int64
    )
    np.add.at(found, works["holder"].to_numpy(np.int64), np.maximum(seconds, 0))
    return found


def _due(book: Book, rows: Ints) -> Ints:
    """The deadline of each, NONE for none."""
    of = book.holders.of[rows]
    place = np.append(book.holders.place, 0)[of]
    found: Ints = np.where(of >= 0, np.append(book.worth.deadline_ts, NONE)[place], NONE)
    return found


def _queue(
    snapshot: Snapshot, stream: StreamFacts, asked: Question, due: Ints, rows: Ints
) -> tuple[Queue | None, str]:
    """When each place of the queue is done, or why that is not known."""
    if not len(rows):
        return None, ""
    window = Window(asked.as_of - _POOL_DAYS * DAY, asked.as_of)
    plain = replace(asked, window=window, kinds=None, team=None, calendar=None, interval=None)
    pool = pool_of(snapshot, stream, plain)
    if pool.missing:
        return None, history_reason(pool.missing)
    place = np.flatnonzero(due != NONE)
    within = (due[place] - asked.as_of) // DAY
    return queue_forecast(pool.drawn, len(rows), place=place + 1, within=within), ""


def _row(stream: StreamFacts, flight: Flight, item: Mapping[Any, Any], place: int) -> Answer:
    book, row = flight.book, int(flight.rows[place])
    holder = int(book.holders.of[row])
    waits = flight.waits.get(row)
    cents = None if waits is None or holder < 0 else int(waits["cents_per_week"])
    return {
        "key": item["key"],
        "title": item["title"],
        "kind": item["kind"],
        "url": item["url"],
        "stage": _stage(stream, item) if waits is None else waits["stage"],
        "team": None if waits is None else str(waits["team"]) or None,
        "waiting": str(item["state"]) == "waiting",
        "charged": cents is not None,
        "waiting_since": None if waits is None else iso(int(waits["start_ts"])),
        "committed_at": iso(int(item["committed_ts"])),
        "value": _value(stream, flight, holder),
        **_money(flight, holder, cents, place),
    }


def _stage(stream: StreamFacts, item: Mapping[Any, Any]) -> str:
    names = dict(zip(stream.stages["stage_id"].tolist(), stream.stages["name"], strict=True))
    return str(names.get(int(item["stage_id"]), "unmapped"))


def _money(flight: Flight, holder: int, cents: int | None, place: int) -> Answer:
    """What it burns, cost so far and may cost; null without a value."""
    names = ("burn_rate_cents", "burn_range", "cost_cents", "projected_cents", "risk")
    if holder < 0:
        return dict.fromkeys(names)
    one = np.array([holder])
    terms, delay = flight.terms.take(one), flight.delay_s[one]
    so_far = int(accrued_cents(terms, delay)[0])
    low, middle, high = flight.factor[holder]
    burn = cents or 0
    return {
        "burn_rate_cents": burn,
        "burn_range": {
            "p10": round(burn * low), "p50": round(burn * middle), "p90": round(burn * high)
        },
        "cost_cents": so_far,
        "projected_cents": _projected(flight, terms, delay, holder, place, so_far),
        "risk": _risk(flight, terms, holder, place),
    }  # fmt: skip


def _projected(
    flight: Flight, terms: Terms, delay: Ints, holder: int, place: int, so_far: int
) -> Mapping[str, int | None] | None:
    """What waiting still costs until it is done, at the days of the queue less the work."""
    if flight.queue is None:
        return None
    found: dict[str, int | None] = {}
    for name in LEVELS:
        days = int(flight.queue.days[name][place])
        wait = max(0, days * DAY - int(flight.left_s[holder]))
        found[name] = None if days < 0 else int(accrued_cents(terms, delay + wait)[0]) - so_far
    return found


def _risk(flight: Flight, terms: Terms, holder: int, place: int) -> Answer | None:
    """Of a deadline that is to come: how likely it is missed, and what that would cost on
    average.
    """
    deadline = int(flight.book.worth.deadline_ts[flight.book.holders.place[holder]])
    if int(terms.profile[0]) != 4 or flight.queue is None:
        return None
    at = int(np.searchsorted(flight.due, place))
    late = float(flight.queue.late[at])
    return {
        "deadline": iso(deadline),
        "late": late,
        "expected_cents": round(late * float(terms.cents[0])),
    }


def _value(stream: StreamFacts, flight: Flight, holder: int) -> Answer | None:
    """What is known of its value: whose it is, who said so, or that the field says it."""
    if holder < 0:
        return None
    book = flight.book
    place = int(book.holders.place[holder])
    item = int(book.worth.item_id[place])
    said = stream.worth.estimates.get(item)
    owner = {
        "key": keys_of(stream).get(item, ""),
        "inherited": bool(book.holders.group[holder]),
        "slack_estimated": bool(book.worth.terms.profile[place] == 4),
    }
    if said is None:
        cents = int(book.worth.terms.cents[place])
        told = {"profile": "P1", "low_cents": None, "likely_cents": cents, "high_cents": None}
        return {**owner, **told, "parameters": {}, "from": "field", "who": None, "at": None}
    return {**owner, **value_of(said), "from": said.how, "who": said.who, "at": iso(said.ts)}

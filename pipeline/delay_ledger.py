"""The delay-cost ledger of a stream: what its items are worth, and what their waiting cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.holders import DelayClock, Values
from metrics.ledger import Accrued, Book, accrued, book_of, burning
from metrics.ledger_growth import Growth, growth
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_teams import held_of
from pipeline.worth import values_of


def values_in(stream: StreamFacts) -> Values:
    """What the items of a stream and their ancestors are worth."""
    return stream.memo.once(("values",), lambda: values_of(stream.items, stream.worth))


def book_in(stream: StreamFacts, clock: DelayClock = "commitment") -> Book:
    """Every wait of a stream, ready to be priced."""
    return stream.memo.once(
        ("delay book", clock),
        lambda: book_of(
            stream.items, held_of(stream), values_in(stream), stream.worth.parents, clock=clock
        ),
    )


def accrued_of(
    stream: StreamFacts, asked: Question, items: pd.DataFrame, clock: DelayClock = "commitment"
) -> Accrued:
    """What accrued in the window, of these deliveries: those of the question."""
    whole = stream.memo.of(
        ("accrued", clock, asked.window, asked.as_of),
        lambda: accrued(book_in(stream, clock), window=asked.window, as_of=asked.as_of),
    )
    if asked.kinds is None and asked.team is None:
        return whole
    return whole.among(items)


def burning_of(
    stream: StreamFacts,
    at: int,
    items: pd.DataFrame | None = None,
    clock: DelayClock = "commitment",
) -> pd.DataFrame:
    """What of these deliveries (None: of all) waits at an instant; see `burning`."""
    now = stream.memo.of(
        ("burning", clock, at), lambda: burning(book_in(stream, clock), at=at, as_of=at)
    )
    if items is None or items is stream.items:
        return now
    chosen = pd.MultiIndex.from_frame(items[["item_id", "episode"]])
    return now[pd.MultiIndex.from_frame(now[["item_id", "episode"]]).isin(chosen)]


def delivery_growth(stream: StreamFacts, item_id: int, episode: int, as_of: int) -> Growth | None:
    """What the waiting of one delivery cost so far, wait by wait; None where it has no value."""
    book = book_in(stream)
    mine = (book.items["item_id"] == item_id) & (book.items["episode"] == episode)
    rows = np.flatnonzero(mine.to_numpy(np.bool_))
    return growth(book, int(rows[0]), as_of=as_of) if len(rows) else None

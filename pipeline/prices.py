"""What stretches of waiting cost in a stream, as its delay-cost ledger has it."""

from __future__ import annotations

from metrics.holders import DelayClock
from metrics.prices import Prices, prices_of
from pipeline.delay_ledger import book_in
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_measures import close_of


def prices_in(stream: StreamFacts, asked: Question, clock: DelayClock = "commitment") -> Prices:
    """As of the question; what waits now is what waits when its window ends."""
    at, as_of = close_of(asked), asked.as_of
    return stream.memo.of(
        ("prices", clock, at, as_of),
        lambda: prices_of(book_in(stream, clock), at=at, as_of=as_of),
    )

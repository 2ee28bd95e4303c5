"""The model of a stream from its facts, kept as long as these stay the same, and variants of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from core.errors import BadRequestError, DeliveryError
from core.settings import Settings
from metrics.lab.calibrate import Facts, Model, NoModel, model
from metrics.lab.gate import Calibrated, calibrated
from metrics.lab.levers import Changed, changed
from metrics.lab.runs import Outcome, outcome
from metrics.lab.verdict import Judgement, judged
from metrics.lab.worth import Worth
from metrics.ledger import terms_at
from pipeline.delay_ledger import book_in
from pipeline.question import Question
from pipeline.snapshot import StreamFacts

_turn = threading.Lock()
_PATIENCE_S = 20.0


@dataclass(frozen=True)
class Compared:
    """A stream as it is, and with levers moved."""

    today: Calibrated
    changed: Changed
    after: Outcome
    judgement: Judgement


def lab_model(settings: Settings, stream: StreamFacts, asked: Question) -> Calibrated | NoModel:
    """The calibrated model; a reason where there is none."""
    key = ("lab", asked.window, _moment(asked))
    return stream.memo.of(key, lambda: _calibrated(settings, stream, asked))


def compared(today: Calibrated, levers: Mapping[str, str]) -> Compared:
    """The levers moved, under the same chances; `FieldError` for one that can't be moved, 503 where
    others are being played for too long.
    """
    network = today.model.network
    new = changed(network, levers)
    with _alone():
        after = outcome(new.network, today.plan)
    told = judged((network, new.network), (today.today, after), new.change)
    return Compared(today, new, after, told)


def require_model(found: Calibrated | NoModel) -> Calibrated:
    """`BadRequestError` with the reason where there is none."""
    if isinstance(found, NoModel):
        raise BadRequestError(f"there is no model of this stream: {found.reason}")
    return found


def _calibrated(settings: Settings, stream: StreamFacts, asked: Question) -> Calibrated | NoModel:
    facts = Facts(
        stream.items,
        stream.visits,
        stream.stages,
        _people(settings, asked),
        asked.window,
        _moment(asked),
        _worth(stream, _moment(asked)),
    )
    found = model(facts)
    if not isinstance(found, Model):
        return found
    with _alone():
        return calibrated(found)


def _worth(stream: StreamFacts, as_of: int) -> Worth:
    """Of deliveries with a value of their own, with their profiles: what a parent is worth is no
    child's.
    """
    book = book_in(stream)
    of = book.holders.of
    own = (of >= 0) & ~np.append(book.holders.group, False)[of]
    rows = pd.MultiIndex.from_frame(stream.items[["item_id", "episode"]])
    places = pd.MultiIndex.from_frame(book.items[["item_id", "episode"]]).get_indexer(rows)
    found = np.where(places >= 0, np.append(np.where(own, of, -1), -1)[places], -1)
    return Worth(found.astype(np.int64), terms_at(book, as_of))


def _moment(asked: Question) -> int:
    """As of when the stream is as the model has it: a past window stays what it is."""
    return min(asked.window.to_ts, asked.as_of)


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time: each takes a processor for a second."""
    if not _turn.acquire(timeout=_PATIENCE_S):
        raise DeliveryError("other changes are being played; ask again soon", status=503)
    try:
        yield
    finally:
        _turn.release()


def _people(settings: Settings, asked: Question) -> dict[str, int]:
    """How many people each team has that day, of the teams that name them."""
    day = datetime.fromtimestamp(_moment(asked), UTC).date()
    found = {}
    for team in settings.teams:
        here = [
            one
            for one in team.members
            if (one.since is None or one.since <= day) and (one.until is None or day < one.until)
        ]
        if here:
            found[team.name] = len({one.person for one in here})
    return found

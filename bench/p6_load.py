"""P6: a million rows as a data frame, beside SQLAlchemy's own rows in a DataFrame."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bench.histories import MOVES
from bench.item_store import ItemStore, item_store
from bench.measuring import Outcome, in_turn, peak_mb
from core.frames import NONE
from store.models import transition
from store.read import read_frame

_MOST = 0.1
_NAMES = ("item_id", "ts", "seq", "from_id", "to_id")


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 1,000,000 rows instead of 100,000."""
    items = (1_000_000 if full else 100_000) // MOVES
    for kind in ("sqlite", "postgresql"):
        with item_store(kind, items) as store:
            own, plain = partial(_own, store), partial(_plain, store)
            _same(own(), plain())
            yield Outcome(
                "P6", f"{kind}: rows into a frame", f"{items * MOVES:,} rows of transition",
                "SQLAlchemy's rows into a DataFrame", *in_turn(plain, own), None, peak_mb(), _MOST,
            )  # fmt: skip


def _statement() -> Select[tuple[object, ...]]:
    columns = [transition.c[name] for name in _NAMES]
    return select(*columns).order_by(transition.c.item_id, transition.c.ts, transition.c.seq)


def _own(store: ItemStore) -> pd.DataFrame:
    with store.database.read() as session:
        return read_frame(session, _statement(), committed=True)


def _plain(store: ItemStore) -> pd.DataFrame:
    with store.database.read() as session:
        return _rows(session)


def _rows(session: Session) -> pd.DataFrame:
    return pd.DataFrame(session.execute(_statement()).all(), columns=list(_NAMES))


def _same(own: pd.DataFrame, plain: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(own, plain.fillna(NONE).astype("int64"))

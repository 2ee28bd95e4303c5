"""Of several processes that share a database one links and measures at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from core.errors import StoppedError, StoreError
from core.settings import Settings
from pipeline.database import over
from pipeline.stopping import Stop
from pipeline.sync import bring_up_to_date
from store.alone import Still, alone
from store.session import open_engine, sessions


class Impatient(Stop):
    """Gives up where it would have to wait."""

    def sleep(self, _seconds: float) -> None:
        raise StoppedError("it is another one's turn")


def test_while_another_process_links_and_measures_this_one_waits(database_url: str) -> None:
    ours, other = open_engine(database_url), open_engine(database_url)
    with alone(other, 1, Impatient().sleep):
        with pytest.raises(StoppedError, match="another one's turn"):
            bring_up_to_date(Settings(), over(ours), stop=Impatient())
        with alone(ours, 2, Impatient().sleep):
            """What stands for something else is free."""
    assert bring_up_to_date(Settings(), over(ours), stop=Impatient()).facts.changed == 0
    for engine in (ours, other):
        engine.dispose()


_BREAK = text(
    "SELECT pg_terminate_backend(pid, 20000) FROM pg_locks"
    " WHERE locktype = 'advisory' AND objid = 1"
)


@contextmanager
def _held(engine: Engine) -> Iterator[Still]:
    """That the connection broke meanwhile is told at the end, too."""
    with suppress(OperationalError), alone(engine, 1, Impatient().sleep) as still:
        yield still


def test_who_lost_its_connection_may_not_write_any_more(postgres_engine: Engine) -> None:
    """Its connection stands for it: where that broke, another one may be at it by now."""
    maker = sessions(postgres_engine)
    with _held(postgres_engine) as still:
        with maker.begin() as session:
            still(session)
            session.execute(_BREAK)
        with maker() as late, pytest.raises(StoreError, match="the next run makes it again"):
            still(late)
        with alone(postgres_engine, 1, Impatient().sleep):
            """Another one has taken over."""


def test_who_takes_over_waits_for_what_is_being_written(postgres_engine: Engine) -> None:
    maker = sessions(postgres_engine)
    next_one = alone(postgres_engine, 1, Impatient().sleep)
    with _held(postgres_engine) as still:
        with maker.begin() as writing:
            still(writing)
            writing.execute(_BREAK)
            with pytest.raises(StoppedError, match="another one's turn"):
                next_one.__enter__()
        with alone(postgres_engine, 1, Impatient().sleep):
            """It is written."""


def test_one_who_fails_lets_the_next_one_in(database_url: str) -> None:
    engine = open_engine(database_url)
    with pytest.raises(ZeroDivisionError), alone(engine, 1, Impatient().sleep):
        _ = 1 / 0
    with alone(engine, 1, Impatient().sleep):
        pass
    engine.dispose()

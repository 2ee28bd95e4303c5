"""Of several processes that share a database one links and measures at a time."""

from __future__ import annotations

import pytest

from core.errors import StoppedError
from core.settings import Settings
from pipeline.database import over
from pipeline.stopping import Stop
from pipeline.sync import bring_up_to_date
from store.alone import alone
from store.session import open_engine


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


def test_one_who_fails_lets_the_next_one_in(database_url: str) -> None:
    engine = open_engine(database_url)
    with pytest.raises(ZeroDivisionError), alone(engine, 1, Impatient().sleep):
        _ = 1 / 0
    with alone(engine, 1, Impatient().sleep):
        pass
    engine.dispose()

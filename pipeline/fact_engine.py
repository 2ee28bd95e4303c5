"""Where the facts of items are made: in this process, or part by part in others.

Whoever makes them runs the same function over the same rows, and reads the histories by itself:
they are most of what there is to read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import pandas as pd

from core.errors import StoreError
from core.settings import Settings
from metrics.facts import FactInputs, Facts, Rules, item_facts
from pipeline.database import Database
from pipeline.event_files import read_transitions
from pipeline.progress import Progress
from store import frames
from store.session import open_engine, read_sessions
from store.settings import get_setting

CHECK = "recomputed_by"
"""The name under which the database says which recompute is at it."""


class FactEngine(Protocol):
    """Makes the facts of all items of a stream, wherever that is."""

    def begin(self, settings: Settings, database: Database, progress: Progress) -> None:
        """Called once, before anything is read; what waits has been taken on by then."""

    def facts(self, stream: str, inputs: FactInputs, rules: Rules) -> Facts:
        """What `item_facts` answers; `inputs.transitions` has no rows."""
        ...


class Histories(Protocol):
    """Where status changes are read, by whoever holds this."""

    def transitions(self, stream: str, item_ids: list[int]) -> pd.DataFrame:
        """item_id, ts, seq, from_id, to_id of these items of a stream; ids ascending."""
        ...


@dataclass(frozen=True, slots=True)
class StoredHistories:
    """The database. url: with its password, so that it is in no text that tells of this.

    check: what the database has to say under `CHECK`: that it is the one which is recomputed.
    """

    url: str = field(repr=False)
    check: str = ""

    def transitions(self, stream: str, item_ids: list[int]) -> pd.DataFrame:
        """`StoreError` where it can't be reached from here, or is another database."""
        del stream
        self._require_file()
        engine = open_engine(self.url)
        try:
            with read_sessions(engine)() as session:
                if get_setting(session, CHECK) != self.check:
                    raise StoreError(
                        "a worker reads another database than the one that is recomputed: give"
                        " `url` of [database] an address that means the same on every machine"
                    )
                return frames.item_transitions(session, item_ids=item_ids, committed=True)
        finally:
            engine.dispose()

    def _require_file(self) -> None:
        """SQLite would make an empty file, in which nothing ever happened."""
        file = self.url.removeprefix("sqlite:///")
        if file != self.url and not Path(file).is_file():
            raise StoreError(
                f"a worker finds no file {file}: run the workers where it is, or use PostgreSQL,"
                " or --events with a folder that they all see"
            )


@dataclass(frozen=True, slots=True)
class LoggedHistories:
    """The Parquet event log in a folder that every worker sees. log: its own word; number: of its
    newest append.
    """

    folder: Path
    log: str
    number: int

    def transitions(self, stream: str, item_ids: list[int]) -> pd.DataFrame:
        """`StoreError` where the folder is not there, or holds another state of the log."""
        return read_transitions(self.folder, self.log, self.number, stream, item_ids)


def facts_of_part(histories: Histories, stream: str, part: FactInputs, rules: Rules) -> Facts:
    """The facts of the items of one part; their histories are read here."""
    ids = part.items["item_id"].tolist()
    return item_facts(replace(part, transitions=histories.transitions(stream, ids)), rules)

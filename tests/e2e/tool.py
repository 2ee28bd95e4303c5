"""One tool of the tiny company, and a database that a whole pass over it has filled."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from core.settings import Database as DatabaseSettings
from core.settings import Settings
from core.source_settings import AnySource
from pipeline.clock import now_ts
from pipeline.collect import collect
from pipeline.database import Database, opened
from pipeline.hints import Look
from pipeline.source_report import SourceReport
from pipeline.sync import bring_up_to_date
from pipeline.wanted import wanted_of
from simulator.config import company_secrets
from simulator.faults import Faults
from simulator.model import World
from simulator.server import CompanyServer, running
from store import hooks
from store.hooks import NotedHint
from store.sources import source_ids
from tests.e2e.dumps import natural_rows, same_people
from tests.e2e.small import Hasty
from tests.simulator.tiny import tiny_world

WANTED: dict[str, dict[str, Any]] = {
    "jira": {"projects": ["SHOP", "IDEA"]},
    "gitlab": {"projects": ["shop/web"]},
    "github": {"repositories": ["shop/web"]},
    "jenkins": {},
}
BOOKKEEPING = {"stream_state", "hook_hint", "hook_delivery"}


@dataclass
class Site:
    """A tool of the tiny company, and a database that a whole pass over it has filled."""

    server: CompanyServer
    world: World
    settings: Settings
    database: Database

    @property
    def source(self) -> AnySource:
        return self.settings.sources[0]

    def hint(self, *told: NotedHint) -> Counter[str]:
        """What is asked of the tool because of these hints, by path."""
        with self.database.writing() as session:
            number = source_ids(session)[self.source.name]
            hooks.note(session, number, told, now_ts=now_ts())
        before = Counter(self.server.requests)
        look = Look(self.source, self.settings, self.database, threading.Lock(), Hasty())
        assert look()
        return Counter({path: n for (_, path), n in (self.server.requests - before).items()})

    def rows(self) -> dict[str, list[str]]:
        found = natural_rows(self.database.engine)
        return {name: rows for name, rows in found.items() if name not in BOOKKEEPING}

    def cursors(self) -> dict[tuple[str, str], Any]:
        """What each stream and scope goes on with; the whole source's holds the budget used."""
        with self.database.engine.connect() as connection:
            asked = "SELECT stream, scope, cursor, last_success_ts, note FROM stream_state"
            rows = connection.exec_driver_sql(asked).all()
        return {(row[0], row[1]): tuple(row[2:]) for row in rows}

    def whole(self, folder: Path) -> dict[str, list[str]]:
        """The rows of a copy after a whole pass."""
        copy_at = folder / "whole.db"
        path = str(self.settings.database.url).removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(copy_at)) as other:
            one.backup(other)
        copied = DatabaseSettings(url=f"sqlite:///{copy_at}")
        settings = self.settings.model_copy(update={"database": copied})
        with opened(copied) as database:
            twin = replace(self, settings=settings, database=database)
            twin.collected()
            return twin.rows()

    def collect(self, *, full: bool = False) -> SourceReport:
        wanted = wanted_of(self.settings)
        return collect(self.source, self.database, wanted, full=full, stop=Hasty())

    def collected(self, *, full: bool = False) -> None:
        report = self.collect(full=full)
        assert report.problems == []
        bring_up_to_date(self.settings, self.database)

    def gone(self) -> dict[str, str]:
        """Why, by key, of the items that are gone."""
        with self.database.engine.connect() as connection:
            asked = "SELECT key, gone FROM work_item WHERE gone <> ''"
            return {row[0]: row[1] for row in connection.exec_driver_sql(asked)}


@contextmanager
def site(
    kind: str,
    template: Path,
    folder: Path,
    *,
    jira: Literal["cloud", "datacenter"] = "cloud",
    **settings_of: Any,
) -> Iterator[Site]:
    """settings_of: other settings of the source than usual."""
    world = tiny_world()
    shutil.copy(template, folder / "headwater.db")
    code: Literal["github", "gitlab"] = "github" if kind == "github" else "gitlab"
    with running(world, code=code, jira=jira, faults=Faults()) as server:
        wanted = {"kind": kind, "name": kind, "url": server.url(kind), "auth": _login(kind)}
        source: AnySource = TypeAdapter(AnySource).validate_python(
            {**wanted, **WANTED[kind], **settings_of}
        )
        url = f"sqlite:///{folder / 'headwater.db'}"
        settings = Settings(database=DatabaseSettings(url=url), sources=(source,))
        with opened(settings.database) as database:
            same_people(database.engine)
            found = Site(server, world, settings, database)
            found.collected(full=True)
            yield found


def _login(kind: str) -> dict[str, str]:
    secrets = company_secrets()
    told = {name: secrets.get(f"DEMO_{kind.upper()}_{name.upper()}") for name in ("user", "token")}
    return {name: value for name, value in told.items() if value}

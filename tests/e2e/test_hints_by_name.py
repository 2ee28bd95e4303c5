"""A webhook that names a thing has that thing read and nothing else: as many requests however many
others there are, and afterwards the store is as a whole pass would leave it.
"""

from __future__ import annotations

import copy
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from core.settings import Database as DatabaseSettings
from core.settings import Settings
from core.source_settings import AnySource
from pipeline.clock import now_ts
from pipeline.collect import collect, wanted_of
from pipeline.database import Database, opened
from pipeline.hints import Look
from pipeline.sync import bring_up_to_date
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
from tests.simulator.tiny_names import HOUR, MINUTE

WANTED: dict[str, dict[str, Any]] = {
    "jira": {"projects": ["SHOP"]},
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

    def collected(self, *, full: bool = False) -> None:
        wanted = wanted_of(self.settings)
        report = collect(self.source, self.database, wanted, full=full, stop=Hasty())
        assert report.problems == []
        bring_up_to_date(self.settings, self.database)


@contextmanager
def site(
    kind: str, template: Path, folder: Path, *, world: World | None = None, jira: str = "cloud"
) -> Iterator[Site]:
    world = world or tiny_world()
    shutil.copy(template, folder / "headwater.db")
    code = "github" if kind == "github" else "gitlab"
    with running(world, code=code, jira=jira, faults=Faults()) as server:
        wanted = {"kind": kind, "name": kind, "url": server.url(kind), "auth": _login(kind)}
        source: AnySource = TypeAdapter(AnySource).validate_python({**wanted, **WANTED[kind]})
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


def retitled_ticket(world: World) -> None:
    item = world.items[5]
    item.title, item.updated = "Pay in two parts", world.now


def pushed_request(world: World) -> None:
    request = world.merge_requests[0]
    assert request.iid == 2
    world.merge_requests[0] = replace(request, title="SHOP-3 in two parts", updated=world.now)


def ended_pipeline(world: World) -> None:
    build = next(one for one in world.builds if one.id == 320)
    build.status, build.finished = "failed", world.now


def ended_build(world: World) -> None:
    build = next(one for one in world.builds if one.id == 2002)
    build.status, build.finished = "success", build.started + MINUTE


JIRA = [
    "/rest/api/2/serverInfo",
    *(f"/rest/api/3/{name}" for name in ("myself", "field", "project/search")),
]
WEB = "/api/v4/projects/101"
GITLAB = ["/api/v4/user", "/api/v4/version", "/api/v4/projects/shop%2Fweb"]
GITHUB = ["/user", "/meta", "/repos/shop/web"]
PULL = "/repos/shop/web/pulls/2"
DEPLOY = "/job/shop/job/deploy-payments-production"
CASES: dict[str, tuple[str, Callable[[World], None], NotedHint, list[str]]] = {
    "issue": (
        "jira",
        retitled_ticket,
        NotedHint("issues", "", "10105"),
        [*JIRA, "/rest/api/3/issue/bulkfetch"],
    ),
    "merge request": (
        "gitlab",
        pushed_request,
        NotedHint("merge_requests", "{scope}", "2"),
        [*GITLAB, *(f"{WEB}/merge_requests{end}" for end in ("", "/2/commits", "/2/notes"))],
    ),
    "pipeline": (
        "gitlab",
        ended_pipeline,
        NotedHint("pipelines", "{scope}", "320"),
        [*GITLAB, f"{WEB}/pipelines/320", f"{WEB}/pipelines/320/jobs"],
    ),
    "build": (
        "jenkins",
        ended_build,
        NotedHint("builds", "shop/deploy-payments-production", "shop/deploy-payments-production#2"),
        ["/me/api/json", "/api/json", "/api/json"]
        + [f"{DEPLOY}/2/{end}" for end in ("api/json", "wfapi/describe")],
    ),
    "pull request": (
        "github",
        pushed_request,
        NotedHint("pull_requests", "{scope}", "2"),
        [*GITHUB, PULL, f"{PULL}/commits", f"{PULL}/reviews"],
    ),
}


def scope_of(found: Site) -> str:
    with found.database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT external_id FROM repository LIMIT 1").scalar_one()
    return str(row)


@pytest.mark.parametrize("case", CASES)
def test_what_is_named_is_read_alone_and_ends_as_a_whole_pass_would(
    sqlite_template: Path, tmp_path: Path, case: str
) -> None:
    kind, change, told, expected = CASES[case]
    with site(kind, sqlite_template, tmp_path) as found:
        if told.scope == "{scope}":
            told = replace(told, scope=scope_of(found))
        before, cursors_before = found.rows(), found.cursors()
        later = copy.deepcopy(found.world)
        later.now += HOUR
        change(later)
        found.server.advance(later)
        asked = found.hint(told)
        assert asked == Counter(expected)
        after = found.rows()
        assert after != before
        assert _of(found.cursors(), told.stream) == _of(cursors_before, told.stream)
        # Once more, and out of turn: nothing changes any more.
        assert found.hint(told, told).total() <= len(expected)
        assert found.rows() == after
        assert after == found.whole(tmp_path)


def _of(states: dict[tuple[str, str], Any], stream: str) -> dict[tuple[str, str], Any]:
    return {key: state for key, state in states.items() if key[0] == stream}

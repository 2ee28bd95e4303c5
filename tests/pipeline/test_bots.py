"""A changed list of bots holds for what is stored already, once its source was read anew."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from connectors.http import SourceClient
from connectors.people import person
from connectors.registry import KINDS, Kind
from connectors.stream import Connection, Identity, Page, Payload, Reading, Scope, Stream, Wanted
from core.errors import SourceUnavailableError
from core.records import Commit, Entity, Record, Repository
from core.settings import People, Settings
from core.source_settings import JenkinsSource
from pipeline.clock import now_ts
from pipeline.collect import collect
from pipeline.correlate import correlate
from pipeline.database import Database
from pipeline.stages import CORRELATE, MEASURE
from pipeline.wanted import wanted_of
from store import dirty, frames_code, models

SOURCE = JenkinsSource(kind="jenkins", name="tool", url="http://localhost")
AUTHORS = ("anna", "renovate", "octobot")


def _collected(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    bots: tuple[str, ...],
    *,
    down: bool = False,
) -> Settings:
    """One pass over a source of three commits; `down`: it can be reached and tells nothing."""
    settings = Settings(people=People(bots=bots))
    wanted = wanted_of(settings)

    def parse(payload: Payload, _scope: Scope) -> list[Record]:
        return _records(payload, wanted)

    def pages(_reading: Reading) -> list[Page]:
        if down:
            raise SourceUnavailableError("gone; the next run tries again")
        return [Page([{"id": name} for name in AUTHORS], {})]

    def connect(*_: object) -> Connection:
        if down:
            raise SourceUnavailableError("gone; the next run tries again")
        stream = Stream(name="commits", read=pages, id=lambda row, _: row["id"], parse=parse)
        return Connection(Identity("me", "Tool"), [stream])

    monkeypatch.setitem(KINDS, "jenkins", Kind(connect, lambda *_, **__: _client()))
    collect(SOURCE, database, wanted)
    return settings


def _client() -> SourceClient:
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json=[]))
    return SourceClient(httpx.Client(transport=answer, base_url=SOURCE.url))


def _records(payload: Payload, wanted: Wanted) -> list[Record]:
    name = payload["id"]
    at = datetime(2026, 2, 1, 10, tzinfo=UTC)
    sha = name[0] * 40
    author = person(name, bots=wanted.bots)
    return [Repository("7", "shop/web", "main", ""), Commit("7", sha, at, at, "x", (), author)]


def _by_bots(database: Database) -> set[str]:
    with database.read() as session:
        commits = frames_code.commits(session)
    return {sha[0] for sha in commits[commits["author_bot"]]["sha"]}


def _marked(database: Database, stage: str) -> set[str]:
    with database.read() as session:
        ids = dirty.take(session, stage, Entity.COMMIT)
        statement = select(models.git_commit.c.sha).where(models.git_commit.c.id.in_(ids))
        return {sha[0] for sha in session.execute(statement).scalars()}


def test_changed_patterns_tell_anew_who_is_a_bot(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = _collected(database, monkeypatch, ("renovate*",))
    correlate(settings, database)
    assert _by_bots(database) == {"r"}
    with database.writing() as session:
        dirty.clear(session, MEASURE, Entity.COMMIT, dirty.take(session, MEASURE, Entity.COMMIT))
    settings = _collected(database, monkeypatch, ("octo*",))
    assert _marked(database, CORRELATE) >= {"r", "o"}
    correlate(settings, database)
    assert _by_bots(database) == {"o"}
    assert _marked(database, MEASURE) >= {"r", "o"}


def test_the_same_patterns_look_at_nothing_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    correlate(_collected(database, monkeypatch, ("renovate*",)), database)
    _collected(database, monkeypatch, ("renovate*",))
    assert _marked(database, CORRELATE) == set()
    assert _by_bots(database) == {"r"}


def test_a_bot_stays_one_while_its_source_cannot_be_read_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    correlate(_collected(database, monkeypatch, ("renovate*",)), database)
    monkeypatch.setattr("pipeline.collect.now_ts", lambda: now_ts() + 60)  # not in the same second
    _collected(database, monkeypatch, ("octo*",), down=True)
    assert _by_bots(database) == {"r"}
    correlate(_collected(database, monkeypatch, ("octo*",)), database)
    assert _by_bots(database) == {"o"}

"""Which payloads lose their body, and what happens where it would have been needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from connectors.forgettable import FORGETTABLE
from core.settings import Retention, Settings
from pipeline.database import Database
from pipeline.retention import RetentionLook, forget_payloads
from pipeline.stopping import Stop
from store import raw, raw_bodies
from store.models import raw_record
from store.raw import OBSERVED, RawPayload, payload_hash
from store.sources import SourceRow, ensure_sources
from tests.connectors.gitlab_site import Site, serving, source
from tests.pipeline.test_gaps import REFUSED, Requests, _answer, _row

NOW = 1_790_000_000
DAY = 86_400
OLD = NOW - 401 * DAY


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


def _settings(days: int | None = 400) -> Settings:
    kept = None if days is None else timedelta(days=days)
    return Settings(sources=(source(),), retention=Retention(raw_payloads=kept))


def _save(
    database: Database, stream: str, *rows: dict[str, Any], fetched_ts: int = OLD, **more: Any
) -> None:
    problem = more.pop("problem", "")
    with database.writing() as session:
        source_id = ensure_sources(session, [SourceRow("gitlab", "gitlab")])["gitlab"]
        given = [RawPayload(str(row["id"]), row, payload_hash(row), problem) for row in rows]
        raw.save(session, source_id, stream, "42", given, fetched_ts=fetched_ts, **more)


def _bare(database: Database) -> set[tuple[str, str]]:
    with database.read() as session:
        rows = session.execute(
            select(raw_record.c.stream, raw_record.c.external_id, raw_record.c.payload)
        )
        return {(row[0], row[1]) for row in rows if not row[2]}


def test_only_what_is_old_parsed_final_and_can_be_asked_for_again_is_forgotten(
    database: Database,
) -> None:
    _save(database, "commits", {"id": "old"})
    _save(database, "commits", {"id": "young"}, fetched_ts=NOW - 399 * DAY)
    _save(database, "commits", {"id": "unparsed"}, problem="KeyError: sha")
    _save(database, "commits", {"id": "pushed"}, origin=OBSERVED)
    _save(
        database,
        "merge_requests",
        {"id": "open", "state": "opened"},
        {"id": "merged", "state": "merged"},
        {"id": "lacking", "state": "merged", "_details": {"unread": ["notes"]}},
    )
    _save(
        database,
        "pipelines",
        {"id": "runs", "status": "running"},
        {"id": "ok", "status": "success"},
    )
    _save(database, "projects", {"id": "42"})
    gone = forget_payloads(_settings(), database, now=NOW)
    assert [(one.source, one.stream, one.payloads) for one in gone] == [
        ("gitlab", "commits", 1),
        ("gitlab", "merge_requests", 1),
        ("gitlab", "pipelines", 1),
    ]
    assert _bare(database) == {
        ("commits", "old"),
        ("merge_requests", "merged"),
        ("pipelines", "ok"),
    }
    with database.read() as session:
        found = {(one.stream, one.kept, one.forgotten) for one in raw_bodies.sizes(session)}
        assert raw.hashes(session, 1, "commits", ["old"]) == {"old": payload_hash({"id": "old"})}
        assert raw.payloads(session, 1, "commits", ["old", "young"]) == {"young": {"id": "young"}}
        assert [one.external_id for one in raw.load(session, 1, "commits")] == [
            "pushed", "unparsed", "young",
        ]  # fmt: skip
    assert ("commits", 3, 1) in found
    assert ("projects", 1, 0) in found


def test_nothing_is_forgotten_where_nobody_asked_for_it(database: Database) -> None:
    _save(database, "commits", {"id": "old"})
    assert forget_payloads(_settings(None), database, now=NOW) == []
    RetentionLook(_settings(None), database, Stop())()
    assert _bare(database) == set()


def test_it_is_done_once_a_day(database: Database) -> None:
    look = RetentionLook(_settings(), database, Stop())
    _save(database, "commits", {"id": "first"})
    look()
    _save(database, "commits", {"id": "second"})
    look()
    assert _bare(database) == {("commits", "first")}
    with database.writing() as session:
        last = raw_bodies.last_forgotten(session)
        assert last is not None
        raw_bodies.note_forgotten(session, last - DAY)
    look()
    assert _bare(database) == {("commits", "first"), ("commits", "second")}


def test_one_that_came_anew_while_it_was_looked_at_keeps_its_body(database: Database) -> None:
    _save(database, "commits", {"id": "a", "title": "one"})
    with database.read() as session:
        seen = raw_bodies.old_bodies(session, 1, "commits", before_ts=NOW, after="", limit=9)
    _save(database, "commits", {"id": "a", "title": "two"}, fetched_ts=OLD + 1)
    with database.writing() as session:
        raw_bodies.forget(session, 1, "commits", seen, before_ts=NOW)
    assert _bare(database) == set()


def test_details_that_are_refused_do_not_replace_those_that_were_forgotten(
    database: Database, site: Site
) -> None:
    """What is stored stays until they may be read again, and it is told that they are missing."""
    requests = Requests(database, site)
    _answer(site, [11], notes=True)
    requests.read(_row(title="one", state="merged"))
    assert requests.stored() == [("one", 1, 1)]
    with database.writing() as session:
        session.execute(update(raw_record).values(payload=b""))
    _answer(site, [11], notes=False)
    site.get("merge_requests/11/commits").respond(**REFUSED)
    for title in ("two", "three"):
        requests.read(_row(title=title, state="merged"))
        assert requests.stored() == [("one", 1, 1)]
    with database.read() as session:
        assert raw.count_unparsed(session, 1) == {"merge_requests": 1}
    _answer(site, [11], notes=True)
    requests.read(later=True)
    assert requests.stored() == [("three", 1, 1)]
    with database.read() as session:
        assert raw.count_unparsed(session, 1) == {}


def test_what_other_streams_are_read_over_or_tools_cut_is_never_forgotten() -> None:
    kept = {
        "gitlab": {"projects"},
        "github": {"repositories", "issues"},
        "jira": {"projects", "boards", "issues"},
    }
    for kind, names in kept.items():
        assert not names & set(FORGETTABLE[kind])
    assert "jenkins" not in FORGETTABLE

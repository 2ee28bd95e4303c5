"""Details that a source refuses: what is stored of them stays, and the rest is read later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import select

from connectors.stream import Cursor, Page, Payload
from core.records import Repository
from pipeline.absence import note_of
from pipeline.database import Database
from pipeline.reading import Task, prepared_pages
from store import raw
from store.models import merge_request, merge_request_commit, review
from store.records import save_records
from store.sources import SourceRow, ensure_sources
from tests.connectors.gitlab_site import SCOPE, Site, saved, serving

REFUSED: dict[str, Any] = {"status_code": 403, "json": {"message": "403 Forbidden"}}
COMMIT = {"id": "aaa1", "created_at": "2026-02-01T10:00:00Z", "author_name": "Dana"}
NOTE = {
    "id": 5,
    "system": False,
    "created_at": "2026-02-02T10:00:00Z",
    "author": {"username": "eve", "name": "Eve"},
}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


@dataclass
class Requests:
    """The merge requests of a project, read by passes that list what is given."""

    database: Database
    site: Site
    cursor: Cursor = field(default_factory=dict)

    def read(self, *rows: Payload, later: bool = False) -> None:
        """One pass; `later`: after every wait is over."""
        if later:
            self.cursor["_gaps"]["due"] = 0
        listed = [dict(row) for row in rows]
        one = replace(
            self.site.stream("merge_requests"),
            read=lambda _reading: iter([Page(listed, {"watermark": "2026-02-03T10:00:00Z"})]),
            watch=None,
            census=None,
        )
        with self.database.writing() as session:
            source = ensure_sources(session, [SourceRow("gitlab", "gitlab")])["gitlab"]
            save_records(session, source, [Repository("42", "shop/api", "main", "")])
        task = Task(source, one, SCOPE, self.cursor, None, full=False)
        for page in prepared_pages(task, self.site.client, self.database):
            with self.database.writing() as session:
                raw.save(session, source, one.name, SCOPE.id, page.rows, fetched_ts=1)
                save_records(session, source, page.records)
            self.cursor = page.cursor

    def stored(self) -> list[tuple[str, int, int]]:
        """Each title, with how many commits and steps of reviews are stored in all."""
        with self.database.read() as session:
            commits = len(session.execute(select(merge_request_commit)).all())
            steps = len(session.execute(select(review)).all())
            titles = session.execute(select(merge_request.c.title)).scalars()
            return [(title, commits, steps) for title in sorted(titles)]


def _row(number: int = 11, **changes: Any) -> Payload:
    first: Payload = saved("merge_requests")[0]
    return {**first, "id": 900 + number, "iid": number, **changes}


def _answer(site: Site, numbers: Sequence[int], *, notes: bool) -> None:
    for number in numbers:
        site.get(f"merge_requests/{number}/commits").respond(json=[COMMIT])
        shown = {"json": [NOTE | {"id": number}]} if notes else REFUSED
        site.get(f"merge_requests/{number}/notes").respond(**shown)


def _asked(site: Site, number: int) -> int:
    asked = [call.request.url.path for call in site.router.calls]
    return sum(path.endswith(f"/{number}/notes") for path in asked)


def test_what_is_stored_of_refused_details_stays(database: Database, site: Site) -> None:
    requests = Requests(database, site)
    _answer(site, [11], notes=True)
    requests.read(_row(title="one"))
    assert requests.stored() == [("one", 1, 1)]
    _answer(site, [11], notes=False)
    site.get("merge_requests/11/commits").respond(**REFUSED)
    requests.read(_row(title="two"))
    assert requests.stored() == [("two", 1, 1)]
    requests.read(_row(title="three"))
    assert requests.stored() == [("three", 1, 1)]
    with database.read() as session:
        (payload,) = raw.payloads(session, 1, "merge_requests", ["911"]).values()
    kept = payload["_details"]
    assert [row["id"] for row in kept["commits"]] == ["aaa1"]
    assert [row["id"] for row in kept["notes"]] == [11], "what is parsed again later has them too"


def test_refused_details_are_completed_once_they_may_be_read_though_no_list_shows_it(
    database: Database, site: Site
) -> None:
    requests = Requests(database, site)
    _answer(site, [11, 12, 13], notes=False)
    rows = [_row(number, title=str(number)) for number in (11, 12, 13)]
    requests.read(*rows)
    assert [steps for *_, steps in requests.stored()] == [0, 0, 0]
    assert "details of 3 could not be read" in note_of(requests.cursor)
    _answer(site, [11, 12, 13], notes=True)
    requests.read(later=True)
    assert [steps for *_, steps in requests.stored()] == [3, 3, 3]
    assert note_of(requests.cursor) == ""
    asked = [_asked(site, number) for number in (11, 12, 13)]
    requests.read(*rows)
    assert [_asked(site, number) for number in (11, 12, 13)] == asked


def test_while_they_are_refused_one_thing_of_a_scope_is_asked_for_and_later_and_later(
    database: Database, site: Site
) -> None:
    requests = Requests(database, site)
    _answer(site, [11, 12], notes=False)
    rows = [_row(11), _row(12)]
    requests.read(*rows)
    requests.read(*rows)
    assert _asked(site, 11) + _asked(site, 12) == 2, "what the list repeats has not changed"
    waits = []
    for _ in range(3):
        requests.read(later=True)
        waits.append(requests.cursor["_gaps"]["tries"])
    assert waits == [1, 2, 3]
    assert (_asked(site, 11), _asked(site, 12)) == (3, 2), "by turns"

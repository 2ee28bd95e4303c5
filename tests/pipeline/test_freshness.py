"""When the version of what is served moves, and when it does not."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pipeline.freshness import served_version
from pipeline.lease import WHOLE
from store import cursors
from store.cursors import StreamKey
from store.sources import SourceRow, ensure_sources

_AT = 1_800_000_000


def test_it_moves_when_somebody_begins_or_ends_to_read_and_not_with_every_page(
    session: Session,
) -> None:
    rows = [SourceRow("jira", "jira", "https://jira.example")]
    key = StreamKey(ensure_sources(session, rows)["jira"], WHOLE)
    free = served_version(session)
    assert cursors.acquire_lease(session, key, owner="a:1:x", now_ts=_AT, until_ts=_AT + 180)
    held = served_version(session)
    assert held != free
    for seconds in (1, 2, 60):
        assert cursors.renew_lease(session, key, owner="a:1:x", until_ts=_AT + 180 + seconds)
        assert served_version(session) == held
    assert cursors.release_lease(session, key, owner="a:1:x")
    assert served_version(session) != held
    assert cursors.acquire_lease(session, key, owner="b:2:y", now_ts=_AT, until_ts=_AT + 180)
    assert served_version(session) not in (free, held)

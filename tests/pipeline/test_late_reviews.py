"""A review that is read late moves the way of its request, and is not in what was known before."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.frames import NONE
from core.records import (
    Commit,
    Deployment,
    MergeRequest,
    MergeState,
    Person,
    Record,
    Ref,
    Repository,
    Result,
    Review,
    ReviewKind,
)
from core.settings import Settings
from pipeline.database import Database
from pipeline.snapshot import ServiceFacts
from pipeline.snapshots import Snapshots
from pipeline.sync import bring_up_to_date
from tests.pipeline.shop import DAY, START, STATUSES, save

HOUR = timedelta(hours=1)
BASE, SHA = "a" * 40, "b" * 40
OPENED, REVIEWED, MERGED, LIVE = (START + n * HOUR for n in (30, 40, 50, 60))
AUTHOR, OTHER = Person("dana@example.com"), Person("kim@example.com")
SETTINGS = Settings.model_validate(
    {
        "sources": [
            {"name": "jira", "kind": "jira", "url": "https://j.example", "projects": ["SHOP"]},
            {"name": "gitlab", "kind": "gitlab", "url": "https://g.example"},
        ],
        "services": [{"name": "shop", "repositories": ["acme/shop"]}],
    }
)


def _code() -> list[Record]:
    request = MergeRequest(
        "r", "7", 3, "Retry", "", "retry", "main", MergeState.MERGED, OPENED, MERGED,
        merged_at=MERGED, commits=(SHA,), author=AUTHOR,
    )  # fmt: skip
    live = ((BASE, START), (SHA, LIVE))
    return [
        Repository("7", "acme/shop", "main", "https://g.example/acme/shop"),
        Ref("7", "branch", "main", SHA),
        Commit("7", BASE, START, START, "base", ()),
        Commit("7", SHA, START + DAY, START + DAY, "Retry", (BASE,), AUTHOR),
        request,
        *(
            Deployment(
                sha, "production", Result.SUCCESS, at, repository="7", sha=sha, finished_at=at
            )
            for sha, at in live
        ),
    ]


def _review(at: datetime, number: str) -> Review:
    return Review("7", "r", number, ReviewKind.APPROVED, at, OTHER)


def _facts(database: Database, known_at: int | None = None) -> ServiceFacts:
    with database.read() as session:
        snapshots = Snapshots(SETTINGS)
        if known_at is None:
            return snapshots.present(session).services["shop"]
        return snapshots.known(session, known_at).services["shop"]


def test_what_is_read_late_was_not_known_before(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = int(LIVE.timestamp())

    def read(*records: Record) -> None:
        save(database, "gitlab", *records)
        monkeypatch.setattr("pipeline.measure.now_ts", lambda: clock)
        bring_up_to_date(SETTINGS, database)

    save(database, "jira", *STATUSES)
    read(*_code())
    first = clock
    (row,) = _facts(database).requests.to_dict("records")
    times = (OPENED.timestamp(), NONE, MERGED.timestamp())
    assert (row["opened_ts"], row["reviewed_ts"], row["merged_ts"]) == times

    clock += 7 * 86_400
    read(_review(MERGED + HOUR, "late"))
    assert _facts(database).requests["reviewed_ts"].tolist() == [NONE]
    read(_review(REVIEWED, "timely"))
    assert _facts(database).requests["reviewed_ts"].tolist() == [int(REVIEWED.timestamp())]
    assert _facts(database, first).requests["reviewed_ts"].tolist() == [NONE]
    assert _facts(database, clock).requests["reviewed_ts"].tolist() == [int(REVIEWED.timestamp())]

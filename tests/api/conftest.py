"""One company, collected once; applications over it, and over what little others know."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, make_url

from api.app import create_app
from api.rates import Rates
from core.settings import Database as DatabaseSettings
from core.settings import Settings
from pipeline.database import Database, opened, over
from pipeline.sync import bring_up_to_date
from tests.api.client import Client, Clock
from tests.api.locked import HOME, locked
from tests.api.oidc_door import Opened, opening
from tests.api.oidc_provider import ANNA, Provider, providing
from tests.e2e.company import NOW, Company
from tests.e2e.shared import shared_company
from tests.migrated import migrated

_NOW = int(NOW.timestamp()) + 60


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    home = tmp_path_factory.mktemp("company")
    with shared_company(tmp_path_factory, home, seed=3, items=120) as found:
        yield found


@pytest.fixture(scope="package", autouse=True)
def _patched_clock() -> Iterator[Clock]:
    """Not for the session: tests of other folders ask applications of the present."""
    found = Clock(_NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.deps.now_ts", found)
        yield found


@pytest.fixture(autouse=True)
def clock(_patched_clock: Clock) -> Clock:
    """Now, for every application of the test; a minute after the company was read."""
    _patched_clock.ts = _NOW
    return _patched_clock


@pytest.fixture(scope="session")
def _app(company: Company) -> FastAPI:
    return create_app(company.settings, company.database)


@pytest.fixture
def client(_app: FastAPI) -> Client:
    """The company's API."""
    return Client(_app)


@pytest.fixture(scope="session")
def thin_settings(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The company, where a stream has no stages, one no items, and a service no incidents.

    Over a copy of the database: `bare` counts what `search` counts; `empty` counts a project
    without items.
    """
    copy = tmp_path_factory.mktemp("thin") / "headwater.db"
    copy_of(company, copy)
    search = next(one for one in company.settings.streams if one.name == "search")
    empty = search.items.model_copy(update={"types": ("Nothing of the kind",)})
    services = [
        one.model_copy(update={"configuration_items": ()}) if one.name == "web" else one
        for one in company.settings.services
    ]
    streams = (
        *company.settings.streams,
        search.model_copy(update={"name": "bare", "title": "Bare", "stages": ()}),
        search.model_copy(update={"name": "empty", "title": "Empty", "items": empty}),
    )
    settings = company.settings.model_copy(
        update={
            "database": DatabaseSettings(url=f"sqlite:///{copy}"),
            "services": tuple(services),
            "streams": streams,
        }
    )
    with opened(settings.database) as database:
        bring_up_to_date(settings, database, everything=True)
    return settings


@pytest.fixture(scope="session")
def _thin_app(thin_settings: Settings) -> Iterator[FastAPI]:
    with opened(thin_settings.database) as database:
        yield create_app(thin_settings, database)


@pytest.fixture
def thin(_thin_app: FastAPI, thin_settings: Settings) -> Iterator[Client]:
    """The API of the company of `thin_settings`, for tests that do not write."""
    with _unwritten(thin_settings):
        yield Client(_thin_app)


@pytest.fixture
def unread(company: Company, tmp_path: Path) -> Iterator[Client]:
    """The API over a database into which nothing was read yet."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    migrated(url)
    settings = company.settings.model_copy(update={"database": DatabaseSettings(url=url)})
    with opened(settings.database) as database:
        yield Client(create_app(settings, database))


@pytest.fixture
def copied(company: Company, tmp_path: Path) -> Iterator[tuple[Client, Path]]:
    """An API of its own over a copy of the company's database, and where that is."""
    path = tmp_path / "headwater.db"
    copy_of(company, path)
    settings = DatabaseSettings(url=f"sqlite:///{path}")
    with opened(settings) as database:
        yield Client(create_app(company.settings, database)), path


@pytest.fixture(scope="session")
def _calm(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[FastAPI, Settings]]:
    path = tmp_path_factory.mktemp("calm") / "headwater.db"
    copy_of(company, path)
    settings = company.settings.model_copy(
        update={"database": DatabaseSettings(url=f"sqlite:///{path}")}
    )
    with opened(settings.database) as database:
        yield create_app(settings, database), settings


@pytest.fixture
def calm(_calm: tuple[FastAPI, Settings]) -> Iterator[Client]:
    """An API over a copy of the company's database into which no test writes: what it loaded stays
    in memory from test to test.
    """
    app, settings = _calm
    with _unwritten(settings):
        yield Client(app)


@contextmanager
def _unwritten(settings: Settings) -> Iterator[None]:
    with closing(sqlite3.connect(str(make_url(settings.database.url).database))) as watching:
        before = watching.execute("PRAGMA data_version").fetchone()
        yield
        after = watching.execute("PRAGMA data_version").fetchone()
    assert after == before, "others read this database, too: a test that writes takes `copied`"


def copy_of(company: Company, to: Path) -> None:
    source = sqlite3.connect(str(company.database.engine.url.database))
    target = sqlite3.connect(to)
    source.backup(target)
    source.close()
    target.close()


@pytest.fixture(scope="session")
def _provider() -> Iterator[Provider]:
    with providing() as found:
        yield found


@pytest.fixture
def provider(_provider: Provider) -> Provider:
    """An identity provider, as honest as every test begins with it."""
    _provider.person, _provider.changes, _provider.told = dict(ANNA), {}, {}
    _provider.sign, _provider.refuses, _provider.userinfo = None, "", {}
    _provider.asked.clear()
    return _provider


@pytest.fixture(scope="module")
def database(sqlite_module_engine: Engine) -> Database:
    """Without data, for the tests of a module."""
    return over(sqlite_module_engine)


@pytest.fixture(scope="module")
def _doors() -> dict[str, Client]:
    return {}


@pytest.fixture(name="opened")
def _opened(database: Database, provider: Provider, _doors: dict[str, Client]) -> Opened:
    """Opens a browser before an application that trusts the provider."""
    return opening(database, provider, _doors)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was looked at a second ago is as fresh as just now, and no minute of an account passes:
    how far apart two requests are is told by the machine.
    """
    for lasts in ("api.deps._VERSION_S", "api.recognised._LOOK_S"):
        monkeypatch.setattr(lasts, 3600.0)
    take = Rates.take
    monkeypatch.setattr(Rates, "take", lambda self, account, _now: take(self, account, 0.0))


@pytest.fixture
def door(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """An application with tokens, which asks the database each time."""
    monkeypatch.setattr("api.recognised._LOOK_S", 0.0)
    monkeypatch.setattr("api.recognised._ANEW_S", 0.0)
    found = locked(database, public_url=HOME)
    yield found
    found.app.state.access.settle()

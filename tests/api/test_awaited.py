"""What is configured and not measured yet is told as that: nobody should look for a fault in the
configuration while the sources are read for the first time.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.app import create_app
from core.settings import Database as DatabaseSettings
from core.settings import Settings
from pipeline.database import opened
from pipeline.sync import bring_up_to_date
from tests.api.client import Client
from tests.e2e.company import Company


@pytest.fixture
def settings(company: Company, sqlite_url: str) -> Settings:
    """The company's configuration over a store that no source was read into."""
    return company.settings.model_copy(update={"database": DatabaseSettings(url=sqlite_url)})


@pytest.fixture
def fresh(settings: Settings) -> Iterator[Client]:
    with opened(settings.database) as database:
        yield Client(create_app(settings, database))


def test_streams_and_services_that_no_pass_measured_yet_are_awaited(
    fresh: Client, settings: Settings
) -> None:
    streams = [one.name for one in settings.streams]
    assert fresh.json("/v1/streams") == {"items": [], "next": None, "awaited": streams}
    assert fresh.json("/v1/overview")["awaited"] == streams
    services = [one.name for one in settings.services]
    assert fresh.json("/v1/services") == {"items": [], "next": None, "awaited": services}


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("/v1/streams/checkout/metrics/flow_time", 'the value stream "checkout"'),
        ("/v1/services/web/dora", 'the service "web"'),
    ],
)
def test_who_asks_for_one_is_told_when_it_comes(fresh: Client, address: str, what: str) -> None:
    answer = fresh.get(address)
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith(f"{what} is configured and not measured yet: ")
    nowhere = fresh.get(address.replace("checkout", "nowhere").replace("web", "nowhere"))
    assert nowhere.json()["detail"].startswith("there is no ")


def test_the_first_pass_measures_them_however_little_was_read(
    fresh: Client, settings: Settings
) -> None:
    with opened(settings.database) as database:
        bring_up_to_date(settings, database)
    told = fresh.json("/v1/streams")
    assert told["awaited"] == []
    assert [one["name"] for one in told["items"]] == [one.name for one in settings.streams]

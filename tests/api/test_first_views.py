"""A server that has just started makes what the pages open with, and nobody waits for it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.ahead import Ahead
from api.first_views import first_views
from tests.api.client import Client, Clock
from tests.api.test_ahead import _looked, _read

COST = "/v1/streams/checkout/delay-cost?by=stage"


def _address(scope: dict[str, object]) -> str:
    path, query = scope["raw_path"], scope["query_string"]
    assert isinstance(path, bytes)
    assert isinstance(query, bytes)
    return f"{path.decode()}?{query.decode()}".rstrip("?")


@pytest.fixture
def begun(
    copied: tuple[Client, Path], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> tuple[Client, Ahead]:
    """It has looked, and is about to make the first views, however slow the machine is."""
    for lasts in ("api.ahead._GRACE_S", "api.ahead.LOOK_S", "api.ahead.FIRST_S"):
        monkeypatch.setattr(lasts, 3600.0)
    client, _ = copied
    client.get("/readyz")
    app = client.app
    made = first_views(["checkout"], datetime.fromtimestamp(clock.ts, UTC).date())
    first = [{**one, "app": app} for one in made if _address(dict(one)) == COST]
    ahead = Ahead(app.state.served, app.state.kept, first=first)
    _looked(ahead)
    return client, ahead


def _begin(ahead: Ahead) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(ahead.begin).result()


def test_what_a_page_opens_with_is_there_before_anybody_asked(
    begun: tuple[Client, Ahead],
) -> None:
    client, ahead = begun
    _begin(ahead)
    assert ahead.first == []
    assert _read(client, lambda: client.get(COST)) == []
    assert client.get(COST).status_code == 200


def test_it_gives_way_while_somebody_asks(
    begun: tuple[Client, Ahead], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.ahead._QUIET_S", 3600.0)
    client, ahead = begun
    client.get("/v1/definitions")
    _begin(ahead)
    assert len(ahead.first) == 1
    for place, (_, times, asked) in [*ahead.kept._asked.items()]:
        ahead.kept._asked[place] = (time.monotonic() - 7200, times, asked)
    _begin(ahead)
    assert ahead.first == []


def test_it_ends_once_it_took_long_enough(
    begun: tuple[Client, Ahead], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ahead = begun
    monkeypatch.setattr("api.ahead.FIRST_S", 0.0)
    ahead.first *= 3
    _begin(ahead)
    assert ahead.first == []
    assert len(ahead.kept.kept) == 1


def test_every_one_of_them_is_an_address_that_answers(client: Client, clock: Clock) -> None:
    today = datetime.fromtimestamp(clock.ts, UTC).date()
    asked = [_address(dict(one)) for one in first_views(["checkout"], today)]
    told = {address: client.get(address).status_code for address in asked}
    assert told == dict.fromkeys(asked, 200)


def test_names_of_streams_stand_in_addresses_as_browsers_write_them() -> None:
    found = first_views(["a/b {c}"], date(2026, 11, 23))
    (sequence,) = (one for one in found if one["raw_path"].endswith(b"/sequence"))
    assert sequence["raw_path"] == b"/v1/streams/a%2Fb%20%7Bc%7D/sequence"
    assert sequence["path"] == "/v1/streams/a/b {c}/sequence"


def test_there_is_a_limit_to_how_many_streams_it_is_done_for() -> None:
    few = first_views("abcde", date(2026, 11, 23))
    assert len(first_views("abcdefgh", date(2026, 11, 23))) == len(few)

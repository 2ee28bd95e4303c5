"""What is kept is told at once, and to the letter as the layers would tell it."""

from __future__ import annotations

import httpx
import pytest

from api.app import create_app
from api.at_once import Application
from pipeline.database import Database
from tests.api.client import Client
from tests.api.locked import bearer, locked, settings_of, token

pytestmark = pytest.mark.usefixtures("unhurried")
VIEW = "/v1/definitions"
SITE = "https://intranet.example"


def _told(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of it but what counts on: how much may still be asked, and until when."""
    counting = ("ratelimit-remaining", "ratelimit-reset")
    headers = [
        (name, "" if name in counting else value) for name, value in answer.headers.multi_items()
    ]
    return answer.status_code, headers, answer.content


def _of(client: Client) -> Application:
    assert isinstance(client.app, Application)
    return client.app


@pytest.fixture
def door(database: Database) -> Client:
    return locked(database)


@pytest.fixture(scope="module")
def secret(database: Database) -> str:
    return token(database, "asks-at-once")


def _both(client: Client, headers: dict[str, str]) -> tuple[httpx.Response, httpx.Response]:
    """What is told at once, and what the layers tell; it was answered before."""
    named = headers | {"x-request-id": "one"}
    client.get(VIEW, named)
    client.get(VIEW, named)
    app = _of(client)
    at_once = client.get(VIEW, named)
    app.at_once, kept = None, app.at_once
    try:
        return at_once, client.get(VIEW, named)
    finally:
        app.at_once = kept


@pytest.mark.parametrize("accepted", ["identity", "gzip", "gzip, zstd"])
@pytest.mark.parametrize("unchanged", [False, True])
def test_it_is_what_the_layers_tell(
    door: Client, secret: str, accepted: str, unchanged: bool
) -> None:
    headers = bearer(secret) | {"accept-encoding": accepted}
    if unchanged:
        headers["if-none-match"] = door.get(VIEW, headers).headers["etag"]
    at_once, layers = _both(door, headers)
    assert _told(at_once) == _told(layers)
    assert at_once.status_code == (304 if unchanged else 200)
    assert at_once.headers["cache-control"] == "private, no-cache"
    assert "content-security-policy" in at_once.headers
    left = [int(one.headers["ratelimit-remaining"]) for one in (at_once, layers)]
    assert left[0] >= left[1], "both are counted"


@pytest.mark.parametrize("origin", [None, SITE, "https://other.example"])
def test_pages_of_other_sites_are_told_the_same(database: Database, origin: str | None) -> None:
    client = _site(database)
    at_once, layers = _both(client, {"origin": origin} if origin else {})
    assert _told(at_once) == _told(layers)
    assert ("access-control-allow-origin" in at_once.headers) is (origin == SITE)


def _site(database: Database) -> Client:
    settings = settings_of()
    server = settings.server.model_copy(update={"allowed_origins": (SITE,)})
    return Client(create_app(settings.model_copy(update={"server": server}), database))


@pytest.fixture
def layers_asked(door: Client, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that went on to the layers."""
    asked: list[str] = []
    app = _of(door)
    app.middleware_stack = stack = app.build_middleware_stack()

    async def noting(scope: dict[str, object], receive: object, send: object) -> None:
        asked.append(str(scope["path"]))
        await stack(scope, receive, send)  # type: ignore[arg-type]

    monkeypatch.setattr(app, "middleware_stack", noting)
    return asked


def test_no_layer_is_asked_for_what_is_there(
    door: Client, secret: str, layers_asked: list[str]
) -> None:
    for _ in range(3):
        assert door.get(VIEW, bearer(secret)).status_code == 200
    assert layers_asked == [VIEW]


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        (VIEW, {}, 401),
        (VIEW, {"authorization": "Bearer hw_wrong"}, 401),
        ("/v1/tokens", None, 403),
        ("/v1/account", None, 200),
        ("/v1/nowhere", None, 404),
    ],
    ids=["nobody", "wrong token", "not allowed", "never kept", "nowhere"],
)
def test_the_layers_refuse_as_before(
    door: Client,
    secret: str,
    layers_asked: list[str],
    address: str,
    headers: dict[str, str] | None,
    status: int,
) -> None:
    door.get(VIEW, bearer(secret))
    layers_asked.clear()
    given = bearer(secret) if headers is None else headers
    assert door.get(address, given).status_code == status
    assert layers_asked == [address]


def test_who_asked_too_often_waits(door: Client, secret: str, layers_asked: list[str]) -> None:
    door.app.state.access.rates.per_minute = 3
    told = [door.get(VIEW, bearer(secret)).status_code for _ in range(4)]
    assert told == [200, 200, 200, 429]
    assert layers_asked == [VIEW, VIEW], "the first, and the refused one"

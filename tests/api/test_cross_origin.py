"""Which pages of other sites a browser lets read: those that are listed, to the letter."""

from __future__ import annotations

import httpx
import pytest
from pydantic import ValidationError

from api.app import create_app
from core.settings import Server
from pipeline.database import Database
from tests.api.client import Client
from tests.api.locked import HOME, JSON, Browser, bearer, settings_of, token

SITE = "https://dash.example"
LOCAL = "http://localhost:3000"
OTHERS = [
    "null",
    "http://dash.example",
    "https://dash.example:8443",
    "https://dash.example.evil.com",
    "https://evil-dash.example",
    "https://sub.dash.example",
    "https://dash.exampl",
    "https://DASH.example",
    "https://dash.example/",
    "http://localhost:3001",
    HOME,
    "",
]
HIDDEN = "access-control-"


def _door(database: Database, *origins: str, mode: str = "tokens") -> Client:
    auth = {"mode": mode, **({"public_url": HOME} if mode == "tokens" else {})}
    settings = settings_of(**auth)
    server = settings.server.model_copy(update={"allowed_origins": origins})
    return Client(create_app(settings.model_copy(update={"server": server}), database))


@pytest.fixture
def door(database: Database) -> Client:
    return _door(database, SITE, LOCAL)


@pytest.fixture(scope="module")
def secret(database: Database) -> str:
    return token(database, "dashboards")


def _told(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith(HIDDEN)}


def _preflight(door: Client, origin: str, method: str = "GET", headers: str = "") -> httpx.Response:
    sent = {"origin": origin, "access-control-request-method": method}
    if headers:
        sent["access-control-request-headers"] = headers
    return door.request("OPTIONS", "/v1/streams", headers=sent)


@pytest.mark.parametrize("origin", [SITE, LOCAL])
def test_a_listed_site_may_read_and_sees_etag_and_limits(
    door: Client, secret: str, origin: str
) -> None:
    answer = door.get("/v1/streams", bearer(secret) | {"origin": origin})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-credentials"] == "true"
    shown = answer.headers["access-control-expose-headers"].split(", ")
    assert {"etag", "ratelimit-remaining", "retry-after"} <= set(shown)
    assert "origin" in answer.headers["vary"]
    known = bearer(secret) | {"origin": origin, "if-none-match": answer.headers["etag"]}
    again = door.get("/v1/streams", known)
    assert again.status_code == 304
    assert again.headers["access-control-allow-origin"] == origin


@pytest.mark.parametrize("origin", OTHERS)
def test_no_other_site_is_named(door: Client, secret: str, origin: str) -> None:
    answer = door.get("/v1/streams", bearer(secret) | {"origin": origin})
    assert _told(answer) == {}
    assert "origin" in answer.headers["vary"]
    assert _told(_preflight(door, origin)) == {}


def test_what_was_kept_for_one_site_names_no_other(door: Client, secret: str) -> None:
    for origin in (SITE, "https://evil.example", LOCAL, SITE):
        answer = door.get("/v1/definitions", bearer(secret) | {"origin": origin})
        named = answer.headers.get_list("access-control-allow-origin")
        assert named == ([origin] if origin in (SITE, LOCAL) else [])


def test_two_origins_at_once_are_none(door: Client, secret: str) -> None:
    sent = httpx.Headers([("origin", SITE), ("origin", "https://evil.example")])
    sent.update(bearer(secret))
    assert _told(door.get("/v1/streams", sent)) == {}


def test_a_preflight_needs_no_token_and_allows_reading_only(door: Client) -> None:
    answer = _preflight(door, SITE, headers="authorization, x-other")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == SITE
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert set(allowed) == {"authorization", "if-none-match"}, "with content-type, POST would pass"
    assert "content-security-policy" in answer.headers


def test_a_refusal_is_readable_for_a_listed_site(door: Client) -> None:
    answer = door.get("/v1/streams", {"origin": SITE})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == SITE


def test_a_listed_site_writes_nothing_with_the_cookie_of_a_visitor(
    database: Database, door: Client
) -> None:
    browser = Browser.of(door)
    secret = token(database, "writer", "admin")
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post("/signin", f"token={secret}".encode(), form).status_code == 303
    for site in ("cross-site", "same-site"):
        foreign = {"origin": SITE, "sec-fetch-site": site, **JSON}
        answer = browser.post("/v1/values", b"{}", foreign)
        assert answer.status_code == 403
        assert "no page of ours sent this" in answer.json()["detail"]
    assert browser.get("/v1/streams", {"origin": SITE}).status_code == 200
    assert browser.post("/v1/values", b"{}", JSON).status_code == 422


def test_pages_and_what_tools_push_are_for_no_other_site(door: Client, secret: str) -> None:
    for address in ("/", "/signin", "/healthz", "/static/css/tokens.css"):
        assert _told(door.get(address, bearer(secret) | {"origin": SITE})) == {}, address


@pytest.mark.parametrize("mode", ["none", "tokens"])
def test_without_a_list_nothing_is_said_to_anybody(
    database: Database, secret: str, mode: str
) -> None:
    door = _door(database, mode=mode)
    assert _told(door.get("/v1/streams", bearer(secret) | {"origin": SITE})) == {}
    answer = _preflight(door, SITE)
    assert _told(answer) == {}
    assert answer.status_code in (401, 404, 405)


@pytest.mark.parametrize(
    "address",
    [SITE, LOCAL, "https://dash.example:8443", "http://127.0.0.1:3000", "https://[2001:db8::1]"],
)
def test_an_exact_site_can_be_listed(address: str) -> None:
    assert Server(allowed_origins=(address,)).allowed_origins == (address,)


@pytest.mark.parametrize(
    "address",
    [
        *("*", "null", "", "https://*.example", "https://dash.example/", "https://dash.example/a"),
        *("https://DASH.example", "https://dash.example:443", "http://dash.example"),
        *(
            "http://localhost:80",
            "dash.example",
            "https://me@dash.example",
            "https://dash.example?",
        ),
        *("https://däsh.example", "https://dash.example#", "https://dash .example", "file://dash"),
        "https://dash.example:99999",
    ],
)
def test_what_no_browser_would_say_is_refused_with_what_to_write(address: str) -> None:
    with pytest.raises(ValidationError, match=r"https://dashboards\.acme\.example"):
        Server(allowed_origins=(address,))

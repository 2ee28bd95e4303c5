"""A browser before applications that trust a real provider on loopback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from pipeline.database import Database
from tests.api.client import Client
from tests.api.locked import HOME, Browser, locked
from tests.api.oidc_provider import CLIENT, SECRET, Provider

ROLES = {"viewer": ["staff"], "analyst": ["value-stream"], "admin": ["platform"]}
Opened = Callable[..., Browser]


def opening(database: Database, provider: Provider, kept: dict[str, Client]) -> Opened:
    """A browser without cookies before an application that trusts the provider; `fresh` for one
    that never asked the provider for anything.
    """

    def of(*, fresh: bool = False, **oidc: object) -> Browser:
        own = {"issuer": provider.address, "client_id": CLIENT, "client_secret": SECRET}
        given = {**own, "roles": ROLES, **oidc}
        if fresh or repr(given) not in kept:
            kept[repr(given)] = locked(database, mode="oidc", public_url=HOME, oidc=given)
        return Browser.of(kept[repr(given)])

    return of


def at_the_provider(browser: Browser, there: str = "/map?stream=checkout") -> dict[str, str]:
    """Goes there and is sent back: the parameters with which the browser arrives."""
    left = browser.get(f"/signin/oidc?next={there}")
    assert left.status_code == 303, left.text
    sent = httpx.get(left.headers["location"], timeout=60)
    assert sent.status_code == 302
    assert sent.headers["location"].startswith(f"{HOME}/signin/callback?")
    query = parse_qs(urlsplit(sent.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def back(browser: Browser, answer: dict[str, str]) -> httpx.Response:
    """Arrives with them."""
    return browser.get(f"/signin/callback?{httpx.QueryParams(answer)}")


def account_of(browser: Browser) -> dict[str, Any]:
    """Who is in."""
    answer = browser.get("/v1/account")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def refused(browser: Browser, answer: dict[str, str], status: int, *words: str) -> None:
    """The page says why, and nobody is in."""
    response = back(browser, answer)
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("text/html")
    for word in words:
        assert word in response.text
    assert browser.get("/v1/account").status_code == 401

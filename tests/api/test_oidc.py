"""Signing in with a real provider on loopback, and all that must not let anybody in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import Engine

from pipeline.audit_log import list_events
from pipeline.database import Database, over
from tests.api.client import Client
from tests.api.locked import HOME, JSON, Browser, locked
from tests.api.oidc_provider import ANNA, CLIENT, SECRET, Provider, providing

ROLES = {"viewer": ["staff"], "analyst": ["value-stream"], "admin": ["platform"]}


@pytest.fixture(scope="module")
def _server() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(_server: Provider) -> Provider:
    """As honest as every test begins with it, and with a key that nobody asked for yet."""
    _server.person, _server.changes, _server.told = dict(ANNA), {}, {}
    _server.sign, _server.refuses, _server.userinfo = None, "", {}
    _server.asked.clear()
    return _server


@pytest.fixture(scope="module")
def database(sqlite_module_engine: Engine) -> Database:
    return over(sqlite_module_engine)


Opened = Callable[..., Browser]


@pytest.fixture(scope="module")
def _applications() -> dict[str, Client]:
    return {}


@pytest.fixture
def opened(database: Database, provider: Provider, _applications: dict[str, Client]) -> Opened:
    """A browser without cookies before an application that trusts the provider; `fresh` for one
    that never asked the provider for anything.
    """

    def of(*, fresh: bool = False, **oidc: object) -> Browser:
        own = {"issuer": provider.address, "client_id": CLIENT, "client_secret": SECRET}
        given = {**own, "roles": ROLES, **oidc}
        if fresh or repr(given) not in _applications:
            made = locked(database, mode="oidc", public_url=HOME, oidc=given)
            _applications[repr(given)] = made
        return Browser.of(_applications[repr(given)])

    return of


def _at_the_provider(browser: Browser, there: str = "/map?stream=checkout") -> dict[str, str]:
    """Goes there and is sent back: the parameters with which the browser arrives."""
    left = browser.get(f"/signin/oidc?next={there}")
    assert left.status_code == 303, left.text
    sent = httpx.get(left.headers["location"])
    assert sent.status_code == 302
    assert sent.headers["location"].startswith(f"{HOME}/signin/callback?")
    query = parse_qs(urlsplit(sent.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def _back(browser: Browser, answer: dict[str, str]) -> httpx.Response:
    return browser.get(f"/signin/callback?{httpx.QueryParams(answer)}")


def _account(browser: Browser) -> dict[str, Any]:
    answer = browser.get("/v1/account")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def _log(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = list_events(session, cursor=None, limit=100)["items"]
    return [(row["action"], row["who"]) for row in rows]


def _refused(browser: Browser, answer: dict[str, str], status: int, *words: str) -> None:
    """The page says why, and nobody is in."""
    response = _back(browser, answer)
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("text/html")
    for word in words:
        assert word in response.text
    assert browser.get("/v1/account").status_code == 401


def test_a_person_signs_in_and_comes_back_to_the_page_that_they_wanted(
    opened: Opened, database: Database
) -> None:
    browser = opened()
    back = _back(browser, _at_the_provider(browser))
    assert (back.status_code, back.headers["location"]) == (303, "/map?stream=checkout")
    told = _account(browser)
    assert (told["account"], told["role"]) == ("anna@acme.example", "analyst")
    assert told["may_write"]
    assert not told["may_see_audit_log"]
    assert _log(database)[0] == ("signed_in", "anna@acme.example")
    assert browser.elsewhere().get("/v1/account").status_code == 401


def test_the_cookies_are_out_of_reach_for_scripts_other_sites_and_plain_http(
    opened: Opened,
) -> None:
    browser = opened()
    left = browser.get("/signin/oidc")
    back = _back(browser, _at_the_provider(browser))
    for line in [*left.headers.get_list("set-cookie"), *back.headers.get_list("set-cookie")]:
        flags = {part.strip().lower() for part in line.split(";")[1:]}
        assert line.startswith("__Host-headwater")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= flags
        assert not any(flag.startswith("domain") for flag in flags)
    assert list(browser.jar) == ["__Host-headwater"]


def test_what_travels_through_addresses_tells_nothing_that_redeems_the_code(
    opened: Opened,
) -> None:
    browser = opened()
    address = browser.get("/signin/oidc").headers["location"]
    told = parse_qs(urlsplit(address).query)
    assert told["code_challenge_method"] == ["S256"]
    assert told["redirect_uri"] == [f"{HOME}/signin/callback"]
    secret = browser.jar["__Host-headwater-signin"].partition(".")[0]
    assert secret not in address
    assert len({told["state"][0], told["nonce"][0], told["code_challenge"][0], secret}) == 4


def test_a_state_of_another_sign_in_is_refused(opened: Opened) -> None:
    browser = opened()
    answer = _at_the_provider(browser)
    _refused(browser, answer | {"state": "x" * 43}, 401, "belongs to another sign-in")


def test_an_answer_counts_only_in_the_browser_that_asked(opened: Opened) -> None:
    browser = opened()
    answer = _at_the_provider(browser)
    stranger = browser.elsewhere()
    _refused(stranger, answer, 401, "has not begun to sign in")
    _at_the_provider(stranger)
    _refused(stranger, answer, 401, "belongs to another sign-in")


def test_a_code_is_taken_once(opened: Opened) -> None:
    browser = opened()
    answer = _at_the_provider(browser)
    kept = dict(browser.jar)
    assert _back(browser, answer).status_code == 303
    thief = browser.elsewhere()
    thief.jar.update(kept)
    _refused(thief, answer, 401, "does not take the code", "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "another client"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": ["headwater", "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"iss": "https://id.example"}, "iss"),
        ({"exp": time.time() - 120}, "expired"),
        ({"exp": None}, "exp"),
        ({"iat": time.time() + 600}, "iat"),
        ({"nbf": time.time() + 600}, "nbf"),
        ({"sub": None}, "sub"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "at_hash"),
    ],
)
def test_a_token_that_is_not_for_us_and_now_is_refused(
    opened: Opened, provider: Provider, changes: dict[str, Any], words: str
) -> None:
    browser = opened()
    provider.changes = changes
    _refused(browser, _at_the_provider(browser), 401, "does not hold", words)


@pytest.mark.parametrize("seconds", [-30, 30])
def test_clocks_may_differ_by_a_minute(opened: Opened, provider: Provider, seconds: int) -> None:
    browser = opened()
    now = time.time()
    provider.changes = {"iat": now + seconds, "exp": now + max(seconds, -30)}
    if seconds > 0:
        provider.changes = {"iat": now + seconds, "nbf": now + seconds, "exp": now + 300}
    assert _back(browser, _at_the_provider(browser)).status_code == 303


@pytest.mark.parametrize("way", ["unsigned", "signed_by_the_public_key"])
def test_a_token_without_the_signature_of_the_provider_is_refused(
    opened: Opened, provider: Provider, way: str
) -> None:
    browser = opened()
    provider.sign = getattr(provider, way)
    _refused(browser, _at_the_provider(browser), 401, "does not hold")


def test_a_token_signed_by_a_key_that_is_not_the_providers_is_refused(
    opened: Opened, provider: Provider
) -> None:
    other = Provider(address=provider.address)
    other.key = type(other.key).generate_key(2048, {"kid": provider.key.kid})
    browser = opened()
    provider.sign = other.signed
    _refused(browser, _at_the_provider(browser), 401, "does not hold")


def test_a_provider_may_change_its_key_at_any_time(
    opened: Opened, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = opened(fresh=True)
    assert _back(browser, _at_the_provider(browser)).status_code == 303
    monkeypatch.setattr("api.oidc_provider._KEYS_PAUSE_S", 0.0)
    provider.rotate()
    assert _back(browser, _at_the_provider(browser)).status_code == 303
    assert provider.asked.count("keys") == 2
    assert provider.asked.count("discovery") == 1


def test_made_up_tokens_do_not_make_us_ask_for_keys_again_and_again(
    opened: Opened, provider: Provider
) -> None:
    browser = opened(fresh=True)
    provider.sign = provider.unsigned
    for _ in range(3):
        _back(browser, _at_the_provider(browser))
    assert provider.asked.count("keys") == 1


def test_an_answer_in_the_name_of_another_provider_is_refused(opened: Opened) -> None:
    browser = opened()
    answer = _at_the_provider(browser) | {"iss": "https://id.example"}
    _refused(browser, answer, 401, "another provider")


def test_what_the_provider_refuses_is_told_and_escaped(opened: Opened, provider: Provider) -> None:
    browser = opened()
    provider.refuses = "<script>alert(1)</script> not today"
    response = _back(browser, _at_the_provider(browser))
    assert response.status_code == 403
    assert "not today" in response.text
    assert "<script>alert" not in response.text


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["staff"], "viewer"),
        (["value-stream"], "analyst"),
        (["staff", "platform", "value-stream"], "admin"),
        ("platform", "admin"),
        (["staff", 7, None], "viewer"),
    ],
)
def test_groups_become_the_highest_role_that_one_of_them_has(
    opened: Opened, provider: Provider, groups: object, role: str
) -> None:
    browser = opened()
    provider.person["groups"] = groups
    _back(browser, _at_the_provider(browser))
    assert _account(browser)["role"] == role


@pytest.mark.parametrize("groups", [["canteen"], [], None, {"staff": True}, "Staff"])
def test_who_is_in_none_of_the_groups_is_known_and_may_not_come_in(
    opened: Opened, provider: Provider, groups: object
) -> None:
    browser = opened()
    provider.person["groups"] = groups
    provider.userinfo = {"sub": "0001"}
    _refused(browser, _at_the_provider(browser), 403, "anna@acme.example", "has no role here")


def test_a_default_role_lets_in_who_is_in_no_group(opened: Opened, provider: Provider) -> None:
    browser = opened(default_role="viewer")
    provider.person["groups"] = []
    _back(browser, _at_the_provider(browser))
    assert _account(browser)["role"] == "viewer"


def test_a_claim_may_lie_in_tables(opened: Opened, provider: Provider) -> None:
    browser = opened(claim="realm_access.roles")
    provider.person |= {"groups": None, "realm_access": {"roles": ["platform"]}}
    _back(browser, _at_the_provider(browser))
    assert _account(browser)["role"] == "admin"


def test_what_the_token_does_not_tell_is_asked_of_the_provider(
    opened: Opened, provider: Provider
) -> None:
    browser = opened()
    provider.userinfo = dict(ANNA)
    provider.person = {"sub": "0001"}
    _back(browser, _at_the_provider(browser))
    assert _account(browser)["account"] == "anna@acme.example"
    assert provider.asked[-1] == "userinfo"


def test_what_it_tells_of_another_person_is_refused(opened: Opened, provider: Provider) -> None:
    browser = opened()
    provider.userinfo = ANNA | {"sub": "0002"}
    provider.person = {"sub": "0001"}
    _refused(browser, _at_the_provider(browser), 401, "another person")


def test_too_many_groups_for_a_token_are_named_as_that(opened: Opened, provider: Provider) -> None:
    browser = opened()
    provider.person |= {"groups": None, "_claim_names": {"groups": "src1"}}
    provider.userinfo = {"sub": "0001"}
    _refused(browser, _at_the_provider(browser), 403, "too many")


@pytest.mark.parametrize(
    ("email", "verified", "words"),
    [
        ("anna@acme.example", False, "not verified"),
        ("token:grafana", True, "no usable"),
        ("", True, "no usable"),
        ("a" * 101, True, "no usable"),
        ("anna\u202e@acme.example", True, "no usable"),
        (7, True, "no usable"),
    ],
)
def test_a_name_that_could_be_taken_for_another_is_refused(
    opened: Opened, provider: Provider, email: object, verified: bool, words: str
) -> None:
    browser = opened()
    provider.person |= {"email": email, "email_verified": verified}
    _refused(browser, _at_the_provider(browser), 403, words)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"issuer": "https://id.example"}, "speaks for"),
        ({"token_endpoint": "http://id.example/token"}, "no safe token_endpoint"),
        ({"jwks_uri": None}, "no safe jwks_uri"),
    ],
)
def test_a_provider_that_speaks_for_another_or_without_encryption_is_not_used(
    opened: Opened, provider: Provider, told: dict[str, Any], words: str
) -> None:
    browser = opened(fresh=True)
    provider.told = told
    response = browser.get("/signin/oidc")
    assert response.status_code == 502
    assert words in response.text
    assert "identity provider can&#x27;t be used" in response.text


def test_a_provider_that_is_not_there_is_told_as_that(database: Database) -> None:
    given = {"issuer": "http://127.0.0.1:1", "client_id": CLIENT, "default_role": "viewer"}
    browser = Browser.of(locked(database, mode="oidc", public_url=HOME, oidc=given))
    response = browser.get("/signin/oidc")
    assert response.status_code == 502
    assert "can&#x27;t be reached" in response.text


def test_a_wrong_secret_of_ours_says_what_to_compare(opened: Opened) -> None:
    browser = opened(client_secret="another")
    answer = _at_the_provider(browser)
    _refused(browser, answer, 401, "invalid_client", "client_secret of [auth.oidc]")


@pytest.mark.parametrize(
    "there",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/%0d%0ax", "/v1/x", "/signin"],
)
def test_nobody_is_sent_to_another_site_afterwards(opened: Opened, there: str) -> None:
    browser = opened()
    back = _back(browser, _at_the_provider(browser, there))
    assert back.headers["location"] == "/"


def test_who_signs_out_is_out_here_and_where_wanted_at_the_provider(
    opened: Opened, provider: Provider, database: Database
) -> None:
    for end, where in ((False, "/signin?ended=true"), (True, f"{provider.address}/logout")):
        browser = opened(end_session=end)
        _back(browser, _at_the_provider(browser))
        kept = dict(browser.jar)
        answer = browser.post("/signout")
        assert answer.json()["next"].startswith(where)
        assert browser.jar == {}
        browser.jar.update(kept)
        assert browser.get("/v1/account").status_code == 401
    assert _log(database)[0] == ("signed_out", "anna@acme.example")


def test_a_changed_mapping_of_roles_ends_what_was_let_in_by_the_one_before(
    opened: Opened,
) -> None:
    browser = opened()
    _back(browser, _at_the_provider(browser))
    kept = dict(browser.jar)
    for roles, status in ((ROLES, 200), ({"viewer": ["canteen"]}, 401)):
        other = opened(roles=roles)
        other.jar.update(kept)
        assert other.get("/v1/account").status_code == status


def test_what_a_person_says_stands_under_their_name_and_no_other(
    opened: Opened,
) -> None:
    browser = opened()
    _back(browser, _at_the_provider(browser))
    body = b'{"stream":"checkout","levers":{"wip_limit":3},"name":"less at once"%s}'
    claimed = browser.post("/v1/scenarios", body % b',"who":"the boss"', JSON)
    assert claimed.status_code == 422
    assert claimed.json()["field"] == "who"
    assert "anna@acme.example" in claimed.json()["detail"]

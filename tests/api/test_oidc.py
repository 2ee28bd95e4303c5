"""Signing in with a real provider on loopback, and all that must not let anybody in."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.audit_log import list_events
from pipeline.database import Database
from tests.api.locked import HOME, JSON
from tests.api.oidc_door import ROLES, Opened, account_of, at_the_provider, back, refused
from tests.api.oidc_provider import Provider


def _log(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = list_events(session, cursor=None, limit=100)["items"]
    return [(row["action"], row["who"]) for row in rows]


def test_a_person_signs_in_and_comes_back_to_the_page_that_they_wanted(
    opened: Opened, database: Database
) -> None:
    browser = opened()
    came = back(browser, at_the_provider(browser))
    assert (came.status_code, came.headers["location"]) == (303, "/map?stream=checkout")
    told = account_of(browser)
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
    came = back(browser, at_the_provider(browser))
    for line in [*left.headers.get_list("set-cookie"), *came.headers.get_list("set-cookie")]:
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
    answer = at_the_provider(browser)
    refused(browser, answer | {"state": "x" * 43}, 401, "belongs to another sign-in")


def test_an_answer_counts_only_in_the_browser_that_asked(opened: Opened) -> None:
    browser = opened()
    answer = at_the_provider(browser)
    stranger = browser.elsewhere()
    refused(stranger, answer, 401, "has not begun to sign in")
    at_the_provider(stranger)
    refused(stranger, answer, 401, "belongs to another sign-in")


def test_a_code_is_taken_once(opened: Opened) -> None:
    browser = opened()
    answer = at_the_provider(browser)
    kept = dict(browser.jar)
    assert back(browser, answer).status_code == 303
    thief = browser.elsewhere()
    thief.jar.update(kept)
    refused(thief, answer, 401, "does not take the code", "invalid_grant")


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
        ({"iat": time.time() + 86_400}, "iat"),
        ({"nbf": time.time() + 86_400}, "nbf"),
        ({"sub": None}, "sub"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "at_hash"),
    ],
)
def test_a_token_that_is_not_for_us_and_now_is_refused(
    opened: Opened, provider: Provider, changes: dict[str, Any], words: str
) -> None:
    browser = opened()
    provider.changes = changes
    refused(browser, at_the_provider(browser), 401, "does not hold", words)


@pytest.mark.parametrize("seconds", [-30, 30])
def test_clocks_may_differ_by_a_minute(opened: Opened, provider: Provider, seconds: int) -> None:
    browser = opened()
    now = time.time()
    provider.changes = {"iat": now + seconds, "exp": now + max(seconds, -30)}
    if seconds > 0:
        provider.changes = {"iat": now + seconds, "nbf": now + seconds, "exp": now + 300}
    assert back(browser, at_the_provider(browser)).status_code == 303


@pytest.mark.parametrize("way", ["unsigned", "signed_by_the_public_key"])
def test_a_token_without_the_signature_of_the_provider_is_refused(
    opened: Opened, provider: Provider, way: str
) -> None:
    browser = opened()
    provider.sign = getattr(provider, way)
    refused(browser, at_the_provider(browser), 401, "does not hold")


def test_a_token_signed_by_a_key_that_is_not_the_providers_is_refused(
    opened: Opened, provider: Provider
) -> None:
    other = Provider(address=provider.address)
    other.key = type(other.key).generate_key(2048, {"kid": provider.key.kid})
    browser = opened()
    provider.sign = other.signed
    refused(browser, at_the_provider(browser), 401, "does not hold")


def test_a_provider_may_change_its_key_at_any_time(
    opened: Opened, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = opened(fresh=True)
    assert back(browser, at_the_provider(browser)).status_code == 303
    monkeypatch.setattr("api.oidc_provider._KEYS_PAUSE_S", 0.0)
    provider.rotate()
    assert back(browser, at_the_provider(browser)).status_code == 303
    assert provider.asked.count("keys") == 2
    assert provider.asked.count("discovery") == 1


def test_made_up_tokens_do_not_make_us_ask_for_keys_again_and_again(
    opened: Opened, provider: Provider
) -> None:
    browser = opened(fresh=True)
    provider.sign = provider.unsigned
    for _ in range(3):
        back(browser, at_the_provider(browser))
    assert provider.asked.count("keys") == 1


def test_an_answer_in_the_name_of_another_provider_is_refused(opened: Opened) -> None:
    browser = opened()
    answer = at_the_provider(browser) | {"iss": "https://id.example"}
    refused(browser, answer, 401, "another provider")


def test_what_the_provider_refuses_is_told_and_escaped(opened: Opened, provider: Provider) -> None:
    browser = opened()
    provider.refuses = "<script>alert(1)</script> not today"
    response = back(browser, at_the_provider(browser))
    assert response.status_code == 403
    assert "not today" in response.text
    assert "<script>alert" not in response.text


@pytest.mark.parametrize(
    "there",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/%0d%0ax", "/v1/x", "/signin"],
)
def test_nobody_is_sent_to_another_site_afterwards(opened: Opened, there: str) -> None:
    browser = opened()
    came = back(browser, at_the_provider(browser, there))
    assert came.headers["location"] == "/"


def test_who_signs_out_is_out_here_and_where_wanted_at_the_provider(
    opened: Opened, provider: Provider, database: Database
) -> None:
    for end, where in ((False, "/signin?ended=true"), (True, f"{provider.address}/logout")):
        browser = opened(end_session=end)
        back(browser, at_the_provider(browser))
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
    back(browser, at_the_provider(browser))
    kept = dict(browser.jar)
    for roles, status in ((ROLES, 200), ({"viewer": ["canteen"]}, 401)):
        other = opened(roles=roles)
        other.jar.update(kept)
        assert other.get("/v1/account").status_code == status


def test_what_a_person_says_stands_under_their_name_and_no_other(
    opened: Opened,
) -> None:
    browser = opened()
    back(browser, at_the_provider(browser))
    body = b'{"stream":"checkout","levers":{"wip_limit":3},"name":"less at once"%s}'
    claimed = browser.post("/v1/scenarios", body % b',"who":"the boss"', JSON)
    assert claimed.status_code == 422
    assert claimed.json()["field"] == "who"
    assert "anna@acme.example" in claimed.json()["detail"]

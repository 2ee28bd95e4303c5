"""Who a person is and what they may, by what the provider tells; and providers that are no use."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.database import Database
from tests.api.locked import HOME, Browser, locked
from tests.api.oidc_door import Opened, account_of, at_the_provider, back, refused
from tests.api.oidc_provider import ANNA, CLIENT, Provider


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
    back(browser, at_the_provider(browser))
    assert account_of(browser)["role"] == role


@pytest.mark.parametrize("groups", [["canteen"], [], None, {"staff": True}, "Staff"])
def test_who_is_in_none_of_the_groups_is_known_and_may_not_come_in(
    opened: Opened, provider: Provider, groups: object
) -> None:
    browser = opened()
    provider.person["groups"] = groups
    provider.userinfo = {"sub": "0001"}
    refused(browser, at_the_provider(browser), 403, "anna@acme.example", "has no role here")


def test_a_default_role_lets_in_who_is_in_no_group(opened: Opened, provider: Provider) -> None:
    browser = opened(default_role="viewer")
    provider.person["groups"] = []
    back(browser, at_the_provider(browser))
    assert account_of(browser)["role"] == "viewer"


def test_a_claim_may_lie_in_tables(opened: Opened, provider: Provider) -> None:
    browser = opened(claim="realm_access.roles")
    provider.person |= {"groups": None, "realm_access": {"roles": ["platform"]}}
    back(browser, at_the_provider(browser))
    assert account_of(browser)["role"] == "admin"


def test_what_the_token_does_not_tell_is_asked_of_the_provider(
    opened: Opened, provider: Provider
) -> None:
    browser = opened()
    provider.userinfo = dict(ANNA)
    provider.person = {"sub": "0001"}
    back(browser, at_the_provider(browser))
    assert account_of(browser)["account"] == "anna@acme.example"
    assert provider.asked[-1] == "userinfo"


def test_what_it_tells_of_another_person_is_refused(opened: Opened, provider: Provider) -> None:
    browser = opened()
    provider.userinfo = ANNA | {"sub": "0002"}
    provider.person = {"sub": "0001"}
    refused(browser, at_the_provider(browser), 401, "another person")


def test_too_many_groups_for_a_token_are_named_as_that(opened: Opened, provider: Provider) -> None:
    browser = opened()
    provider.person |= {"groups": None, "_claim_names": {"groups": "src1"}}
    provider.userinfo = {"sub": "0001"}
    refused(browser, at_the_provider(browser), 403, "too many")


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
    refused(browser, at_the_provider(browser), 403, words)


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
    answer = at_the_provider(browser)
    refused(browser, answer, 401, "invalid_client", "client_secret of [auth.oidc]")

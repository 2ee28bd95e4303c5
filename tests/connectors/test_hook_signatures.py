"""Who knows the secret is let in, in each vendor's form; nobody else is."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from connectors.hook_signatures import Delivery, Verify, events, github, gitlab, jenkins, jira

BODY = b'{"zen": "Keep it logically awesome."}'
NOW = 1_780_000_000
SECRETS = ("the old one", "the new one")
_KEY = base64.b64encode(b"k" * 32).decode()
SIGNING = f"whsec_{_KEY}"


def _hex(secret: str, body: bytes = BODY) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _standard(at: int, *, body: bytes = BODY, id: str = "msg_1", key: bytes = b"k" * 32) -> str:
    made = hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode()


def _signed(at: int, signature: str) -> dict[str, str]:
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": signature}


def test_a_known_value_of_githubs_own_documentation_is_accepted() -> None:
    # docs.github.com, "Validating webhook deliveries": secret, payload and signature as given.
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    delivery = Delivery({"x-hub-signature-256": signature}, b"Hello, World!")
    assert github(delivery, ["It's a Secret to Everybody"], NOW)
    assert not github(delivery, ["another"], NOW)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    ("verify", "headers"),
    [
        (github, lambda secret: {"x-hub-signature-256": _hex(secret)}),
        (jira, lambda secret: {"x-hub-signature": _hex(secret)}),
        (gitlab, lambda secret: {"x-gitlab-token": secret}),
        (jenkins, lambda secret: {"authorization": f"Bearer {secret}"}),
        (jenkins, lambda secret: {"x-headwater-token": secret}),
        (events, lambda secret: {"authorization": f"bearer {secret}"}),
        (events, lambda secret: {"x-headwater-signature": _hex(secret)}),
    ],
)
def test_either_of_two_secrets_opens_and_no_other_does(
    verify: Verify, headers: object, secret: str
) -> None:
    assert callable(headers)
    assert verify(Delivery(headers(secret), BODY), SECRETS, NOW)
    assert not verify(Delivery(headers(secret + "x"), BODY), SECRETS, NOW)
    assert not verify(Delivery(headers(""), BODY), SECRETS, NOW)
    assert not verify(Delivery({}, BODY), SECRETS, NOW)
    assert not verify(Delivery(headers(secret), BODY), (), NOW)


@pytest.mark.parametrize(
    ("verify", "name"),
    [(github, "x-hub-signature-256"), (jira, "x-hub-signature"), (events, "x-headwater-signature")],
)
def test_a_signature_of_another_body_is_refused(verify: Verify, name: str) -> None:
    assert not verify(Delivery({name: _hex(SECRETS[0])}, BODY + b" "), SECRETS, NOW)


def test_the_older_sha1_signature_of_github_is_not_enough() -> None:
    sha1 = "sha1=" + hmac.new(SECRETS[0].encode(), BODY, hashlib.sha1).hexdigest()
    assert not github(Delivery({"x-hub-signature": sha1}, BODY), SECRETS, NOW)
    assert not jira(Delivery({"x-hub-signature": sha1}, BODY), SECRETS, NOW)


def test_jenkins_may_send_the_secret_at_the_end_of_the_address() -> None:
    assert jenkins(Delivery({}, BODY, path_secret=SECRETS[1]), SECRETS, NOW)
    assert not jenkins(Delivery({}, BODY, path_secret="wrong"), SECRETS, NOW)


@pytest.mark.parametrize(("age", "fits"), [(0, True), (300, True), (301, False), (-301, False)])
def test_a_signed_delivery_of_gitlab_is_accepted_within_five_minutes(age: int, fits: bool) -> None:
    headers = _signed(NOW - age, _standard(NOW - age))
    assert gitlab(Delivery(headers, BODY), [SIGNING], NOW) is fits


def test_one_of_several_signatures_is_enough() -> None:
    headers = _signed(NOW, f"v1,{'A' * 43}= {_standard(NOW)}")
    assert gitlab(Delivery(headers, BODY), ["plain", SIGNING], NOW)


@pytest.mark.parametrize(
    "headers",
    [
        _signed(NOW, _standard(NOW, body=b"{}")),
        _signed(NOW, _standard(NOW, id="msg_2")),
        _signed(NOW, _standard(NOW - 1)),
        _signed(NOW, _standard(NOW, key=b"x" * 32)),
        _signed(NOW, _standard(NOW).replace("v1,", "v0,")),
        {**_signed(NOW, _standard(NOW)), "webhook-timestamp": "soon"},
        {**_signed(NOW, _standard(NOW)), "webhook-timestamp": "²"},
        {"webhook-signature": _standard(NOW)},
        {"x-gitlab-token": SIGNING},
        {"x-gitlab-token": SIGNING, "webhook-signature": "v1,AAAA"},
    ],
)
def test_any_part_that_is_not_the_signed_one_is_refused(headers: dict[str, str]) -> None:
    assert not gitlab(Delivery(headers, BODY), [SIGNING], NOW)


def test_a_signing_token_that_is_no_base64_opens_nothing() -> None:
    headers = _signed(NOW, _standard(NOW, key=b""))
    assert not gitlab(Delivery(headers, BODY), ["whsec_!!"], NOW)

"""Whether a delivery was sent by who knows the secret. Every comparison takes constant time.

The forms are the vendors' own: GitLab's plain token and Standard Webhooks, GitHub's and Jira's
HMAC of the body; Jenkins signs nothing, so its plugins send the secret in a header or the address.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

REPLAY_WINDOW_S = 300
_SIGNING = "whsec_"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What arrived. headers: names in lower case. path_secret: what the address ends with, if
    anything.
    """

    headers: Mapping[str, str]
    body: bytes
    path_secret: str = ""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


Verify = Callable[[Delivery, Sequence[str], int], bool]
"""(delivery, secrets, now in epoch seconds): whether one of the secrets made it."""


def github(delivery: Delivery, secrets: Sequence[str], _now_ts: int) -> bool:
    """`X-Hub-Signature-256: sha256=<hex>`. The older SHA-1 header is not looked at."""
    return _hex_signed(delivery, "x-hub-signature-256", secrets)


def jira(delivery: Delivery, secrets: Sequence[str], _now_ts: int) -> bool:
    """`X-Hub-Signature: sha256=<hex>`, Cloud and Data Center."""
    return _hex_signed(delivery, "x-hub-signature", secrets)


def events(delivery: Delivery, secrets: Sequence[str], _now_ts: int) -> bool:
    """A bearer token, or `X-Headwater-Signature: sha256=<hex>` of the body."""
    if delivery.header("x-headwater-signature"):
        return _hex_signed(delivery, "x-headwater-signature", secrets)
    return _same_as_any(_bearer(delivery), secrets)


def jenkins(delivery: Delivery, secrets: Sequence[str], _now_ts: int) -> bool:
    """A bearer token, `X-Headwater-Token`, or, for plugins without headers, the address's end."""
    given = _bearer(delivery) or delivery.header("x-headwater-token") or delivery.path_secret
    return _same_as_any(given, secrets)


def gitlab(delivery: Delivery, secrets: Sequence[str], now_ts: int) -> bool:
    """A signing token (`whsec_..`) counts by its signature alone, any other by being sent."""
    signing = [secret for secret in secrets if secret.startswith(_SIGNING)]
    plain = [secret for secret in secrets if not secret.startswith(_SIGNING)]
    if delivery.header("webhook-signature"):
        return _standard_signed(delivery, signing, now_ts)
    return _same_as_any(delivery.header("x-gitlab-token"), plain)


By = Callable[[Verify, Delivery, Sequence[str], int], bool]
"""How much of a delivery is looked at."""


def entirely(verify: Verify, delivery: Delivery, secrets: Sequence[str], now_ts: int) -> bool:
    """Whether one of the secrets made it."""
    return verify(delivery, secrets, now_ts)


def promising(verify: Verify, delivery: Delivery, secrets: Sequence[str], now_ts: int) -> bool:
    """Whether the headers alone leave it open, or show, that it was sent by who knows a secret: the
    body of any other delivery need not be read.
    """
    return bool(delivery.header(_SIGNED_BY.get(verify, ""))) or verify(delivery, secrets, now_ts)


_SIGNED_BY: Final[Mapping[Verify, str]] = {
    github: "x-hub-signature-256",
    jira: "x-hub-signature",
    gitlab: "webhook-signature",
    events: "x-headwater-signature",
}


def _bearer(delivery: Delivery) -> str:
    scheme, _, token = delivery.header("authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _same_as_any(given: str, secrets: Sequence[str]) -> bool:
    """Every secret is looked at, whichever fits."""
    found = [hmac.compare_digest(_digest(given), _digest(secret)) for secret in secrets]
    return bool(given) and any(found)


def _digest(text: str) -> bytes:
    """Of equal length whatever the text, so that not even its length shows in the time."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _hex_signed(delivery: Delivery, header: str, secrets: Sequence[str]) -> bool:
    given = delivery.header(header)
    made = [
        "sha256=" + hmac.new(secret.encode(), delivery.body, hashlib.sha256).hexdigest()
        for secret in secrets
    ]
    return _same_as_any(given.lower(), made)


def _standard_signed(delivery: Delivery, secrets: Sequence[str], now_ts: int) -> bool:
    """`webhook-signature: v1,<base64> ..` over id, time and body, not older than the window."""
    sent_at = delivery.header("webhook-timestamp")
    if not sent_at.isascii() or not sent_at.isdigit() or len(sent_at) > 12:
        return False
    signed = f"{delivery.header('webhook-id')}.{sent_at}.".encode("utf-8", "surrogateescape")
    made = [
        "v1,"
        + base64.b64encode(hmac.new(key, signed + delivery.body, hashlib.sha256).digest()).decode()
        for key in map(_key, secrets)
        if key
    ]
    given = delivery.header("webhook-signature").split()[:8]
    found = [_same_as_any(one, made) for one in given]
    return any(found) and abs(now_ts - int(sent_at)) <= REPLAY_WINDOW_S


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_SIGNING), validate=True)
    except (binascii.Error, ValueError):
        return b""

"""What a browser carries while it is at the identity provider: one secret, of which state, nonce
and code verifier are made.

State and nonce travel through addresses and the provider; none of them tells the secret, nor one of
the others. So nothing is stored here before somebody is recognised, an answer counts only in the
browser that asked, and a stolen code can't be redeemed without its verifier.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

LASTS_S: Final = 600
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST: Final = 1500


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to the provider and back. there: the page of ours that was asked for."""

    secret: str
    there: str

    @property
    def state(self) -> str:
        return self._made("state")

    @property
    def nonce(self) -> str:
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        return self._made("verifier")

    def cookie(self) -> str:
        """What the browser keeps."""
        there = base64.urlsafe_b64encode(self.there.encode()).decode().rstrip("=")
        return f"{self.secret}.{there}"

    def began(self, state: str) -> bool:
        """Whether an answer with this state belongs to it."""
        return hmac.compare_digest(self.state.encode(), state.encode("utf-8", "replace"))

    def _made(self, what: str) -> str:
        made = hmac.digest(self.secret.encode(), f"{what} {self.there}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def begun(there: str) -> Attempt:
    """A new one, to come back to a page of ours."""
    return Attempt(secrets.token_urlsafe(32), own_page(there))


def attempt_of(cookie: str | None) -> Attempt | None:
    """That of a cookie, None where it is none."""
    secret, _, packed = (cookie or "").partition(".")
    if _SECRET.fullmatch(secret) is None:
        return None
    try:
        there = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except ValueError:
        return None
    return Attempt(secret, own_page(there))


def own_page(there: str) -> str:
    """An address of this site that may follow a sign-in; "/" in place of any other."""
    plain = there.isprintable() and "\\" not in there and len(there) <= _LONGEST
    if not plain or not there.startswith("/") or there.startswith(("//", "/signin", "/v1/")):
        return "/"
    try:
        parts = urlsplit(there)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else there

"""An OpenID Connect provider as it tells of itself: where its endpoints and its keys are."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.access_settings import Oidc, safe_parts
from core.errors import SignInError

_TIMEOUT_S: Final = 10.0
_FRESH_S: Final = 3600.0
_KEYS_PAUSE_S: Final = 10.0
"""Between two questions for keys, so that made-up tokens make nobody ask the provider all day."""
_MOST: Final = 1024 * 1024
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def http_client() -> httpx.Client:
    """Redirects are not followed: the provider is the host that the configuration names."""
    return httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False)


@dataclass(slots=True)
class Provider:
    """Asked when somebody signs in, and remembered for an hour; keys are asked for anew as soon as
    one is missing, so that a provider may change them at any time.
    """

    settings: Oidc
    client: httpx.Client = field(default_factory=http_client)
    _told: dict[str, Any] = field(default_factory=dict)
    _told_at: float = float("-inf")
    _keys: KeySet | None = None
    _keys_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def told(self) -> Mapping[str, Any]:
        """Its discovery document; `SignInError` with status 502 where it can't be used."""
        with self._lock:
            if time.monotonic() - self._told_at >= _FRESH_S:
                self._told = self._discovered()
                self._told_at = time.monotonic()
            return self._told

    def keys(self, *, anew: bool = False) -> KeySet:
        """The keys that sign its tokens; `anew` where one was missing among those remembered."""
        address = str(self.told()["jwks_uri"])
        with self._lock:
            age = time.monotonic() - self._keys_at
            if self._keys is None or age >= _FRESH_S or (anew and age >= _KEYS_PAUSE_S):
                try:
                    self._keys = KeySet.import_key_set(self.read(address))  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise fault(f"its keys at {address} can't be read") from error
                self._keys_at = time.monotonic()
            return self._keys

    def read(self, address: str, *, token: str = "") -> dict[str, Any]:
        """A JSON object from one of its addresses."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        try:
            with self.client.stream("GET", address, headers=headers) as response:
                parts, size = [], 0
                for part in response.iter_bytes():
                    size += len(part)
                    parts.append(part)
                    if size > _MOST:
                        raise fault(f"{address} answers more than 1 MB")
        except httpx.HTTPError as error:
            raise fault(f"{address} can't be reached ({type(error).__name__})") from error
        if response.status_code != 200:
            raise fault(f"{address} answers {response.status_code}")
        try:
            body = orjson.loads(b"".join(parts))
        except orjson.JSONDecodeError as error:
            raise fault(f"{address} answers something that is not JSON") from error
        if not isinstance(body, dict):
            raise fault(f"{address} answers something that is no JSON object")
        return body

    def _discovered(self) -> dict[str, Any]:
        issuer = self.settings.issuer
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        told = self.read(address)
        if told.get("issuer") != issuer:
            raise fault(
                f'{address} speaks for "{str(told.get("issuer"))[:200]}": if it is meant, write'
                " that, to the letter, as issuer of [auth.oidc]"
            )
        for name in _NEEDED:
            if safe_parts(str(told.get(name, ""))) is None:
                raise fault(f"{address} has no safe {name}")
        return told


def fault(what: str) -> SignInError:
    """What the identity provider is to blame for, or how it is configured."""
    return SignInError(f"the identity provider can't be used: {what}", status=502)

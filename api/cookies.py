"""The two cookies of signing in, and whether a page of ours sent them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import Response
from starlette.types import Scope

from core.access_settings import Authentication


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names and flags. Over https they carry Secure and the prefix `__Host-`, so that neither
    another host of the domain nor a page without encryption can set them.
    """

    secure: bool
    origin: str

    @classmethod
    def of(cls, settings: Authentication) -> Cookies:
        """origin: that of the pages, "" where each request tells it by its host."""
        return cls(settings.public_url.startswith("https://"), settings.public_url)

    @property
    def session(self) -> str:
        return "__Host-headwater" if self.secure else "headwater"

    @property
    def attempt(self) -> str:
        return f"{self.session}-signin"

    def put(self, response: Response, name: str, value: str, *, seconds: int) -> None:
        """Unreadable for scripts; another site's page sends it only when it links here."""
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, name: str) -> None:
        self.put(response, name, "", seconds=0)

    def is_own(self, scope: Scope) -> bool:
        """Whether a page of ours sent what changes something: browsers say so with each POST and
        DELETE. Who says nothing is no browser, and has no business with a cookie.
        """
        site, origin = header(scope, b"sec-fetch-site"), header(scope, b"origin")
        if site is None and origin is None:
            return False
        own = self.origin or f"{scope['scheme']}://{header(scope, b'host') or ''}"
        return site in (None, "same-origin") and origin in (None, own)


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this name."""
    for key, value in scope["headers"]:
        if key == name:
            found: str = value.decode("latin-1")
            return found
    return None


def cookie(scope: Scope, name: str) -> str | None:
    """The value of a cookie; of several the first that is not empty."""
    return next((value for key, value in _pairs(scope) if key == name and value), None)


def _pairs(scope: Scope) -> Iterator[tuple[str, str]]:
    for key, value in scope["headers"]:
        if key == b"cookie":
            for part in value.decode("latin-1").split(";"):
                name, _, content = part.strip().partition("=")
                yield name, content

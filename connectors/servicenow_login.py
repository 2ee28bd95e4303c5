"""Signing in to ServiceNow with OAuth client credentials, where basic sign-in is not allowed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import httpx

from connectors.http import body_of
from core.errors import SourceAuthError, SourceUnavailableError

_PATH = "oauth_token.do"
_EARLY_S = 60.0


@dataclass(slots=True)
class ClientCredentials(httpx.Auth):
    """Fetches a token when there is none, when it is about to end, and when it is refused."""

    base_url: str
    client_id: str
    secret: str = field(repr=False)
    clock: Callable[[], float] = time.monotonic
    _token: str = field(init=False, default="", repr=False)
    _until: float = field(init=False, default=0.0)

    requires_response_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        fresh = self.clock() >= self._until
        if fresh:
            self._keep((yield self._asking(request)))
        request.headers["authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == 401 and not fresh:
            self._keep((yield self._asking(request)))
            request.headers["authorization"] = f"Bearer {self._token}"
            yield request

    def _asking(self, request: httpx.Request) -> httpx.Request:
        """The request for a token, as patient as the one that it is for."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.secret,
        }
        url = f"{self.base_url.rstrip('/')}/{_PATH}"
        return httpx.Request("POST", url, data=form, extensions=dict(request.extensions))

    def _keep(self, response: httpx.Response) -> None:
        if response.status_code >= 500 or response.status_code == 429:
            raise SourceUnavailableError(
                f"{_PATH}: {response.status_code}; the next run tries again",
                status=response.status_code,
            )
        body = body_of(response, _PATH) if response.status_code == 200 else {}
        token = body.get("access_token") if isinstance(body, dict) else None
        if not token:
            raise SourceAuthError(
                f"{_PATH}: {response.status_code}, no token for this client; check `auth`, and that"
                " the instance allows client credentials and names a user for them",
                status=response.status_code,
            )
        self._token = str(token)
        self._until = self.clock() + float(body.get("expires_in") or 0) - _EARLY_S

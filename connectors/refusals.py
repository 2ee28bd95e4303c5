"""What to tell of an answer that can't be used: one line that ends with what to do."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from connectors.transport import TEMPORARY, TRIES
from core.errors import SourceAnswerError, SourceAuthError, SourceError, SourceUnavailableError

_READ = 20_000
_LOGIN_WORDS = ('type="password"', "type='password'", "log in", "login", "sign in", "signin")
_IN_JSON = (403, 404, 409, 410, 422)
_REFUSALS: Mapping[int, tuple[type[SourceAuthError | SourceAnswerError], str]] = {
    401: (SourceAuthError, "the credentials are not accepted; check `auth`"),
    403: (SourceAuthError, "this account may not read it; grant read access or leave it out"),
    404: (SourceAnswerError, "not there or not visible to this account; check url and names"),
    410: (SourceAnswerError, "the server has removed this API; a newer headwater is needed"),
}


def is_foreign(response: httpx.Response) -> bool:
    """Whether a refusal is not in JSON, as that of a proxy is."""
    told = response.headers.get("content-type", "")
    return response.status_code in _IN_JSON and "json" not in told


def refusal_of(response: httpx.Response, path: str) -> SourceError | None:
    """The error that an answer amounts to; None where it can be read as JSON."""
    status = response.status_code
    if status in TEMPORARY:
        return SourceUnavailableError(
            f"{path}: still {status} after {TRIES} tries; the next run tries again", status=status
        )
    if response.is_redirect:
        return SourceAuthError(f"{path}: {_redirected(response)}", status=status)
    if status == 401 and "expired" in _text(response):
        return SourceAuthError(
            f"{path}: 401, the token has expired; make a new one where `auth` points",
            status=status,
        )
    if status == 401 and "scope does not match" in _text(response):
        return SourceAuthError(
            f"{path}: 401, the token lacks the scope for this; grant it or leave it out",
            status=status,
        )
    if status in _REFUSALS:
        kind, text = _REFUSALS[status]
        return kind(f"{path}: {status}, {text}", status=status)
    if status >= 400:
        return SourceAnswerError(
            f"{path}: {status}, the server refuses the request; check `url` and the names in it",
            status=status,
        )
    if "json" not in response.headers.get("content-type", ""):
        return _page(response, path)
    return _anonymous(response, path)


def _redirected(response: httpx.Response) -> str:
    """Never followed: the credentials would go to whoever the answer names."""
    other = other_host(response)
    if other:
        return (
            f"redirected to another server, {other}, and not followed; correct `url`, "
            "or renew `auth` if that is a login page"
        )
    return "redirected, as to a login page; check `url` and `auth`"


def other_host(response: httpx.Response) -> str:
    """The host that a redirect leads to, empty where that is the one that was asked."""
    try:
        target = response.request.url.join(response.headers.get("location", ""))
    except httpx.InvalidURL:
        return "(unreadable)"
    return target.host if target.host != response.request.url.host else ""


def _page(response: httpx.Response, path: str) -> SourceError:
    text = _text(response)
    if "<" in text and any(words in text for words in _LOGIN_WORDS):
        return SourceAuthError(
            f"{path}: a login page came instead of JSON; the credentials are not taken, or a proxy"
            " wants its own login: check `auth` and `url`",
            status=response.status_code,
        )
    return SourceAnswerError(
        f"{path}: the answer is not JSON but a page; check that `url` is the base of the API",
        status=response.status_code,
    )


def _anonymous(response: httpx.Response, path: str) -> SourceError | None:
    """Jira Data Center names the reader of each answer: credentials dropped on the way leave 200
    and empty lists.
    """
    signed_in = "authorization" in response.request.headers
    if signed_in and response.headers.get("x-ausername", "").lower() == "anonymous":
        return SourceAuthError(
            f"{path}: answered as to an anonymous visitor, the credentials were dropped on the"
            " way; check `auth` and proxies",
            status=response.status_code,
        )
    return None


def _text(response: httpx.Response) -> str:
    return response.content[:_READ].decode("utf-8", "replace").lower()

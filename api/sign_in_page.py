"""The page on which people sign in: it needs no script, and tells no more than it must."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from fastapi import Response

_SHEETS = ("/static/css/tokens.css", "/static/css/base.css", "/static/css/signin.css")
_MARK = (
    '<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">'
    '<path d="M2 2.5C2 8 9 6.5 9 12v4M9 2v14M16 2.5C16 8 9 6.5 9 12" fill="none"'
    ' stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></svg>'
)
_FRESH = {"cache-control": "no-store"}


def sign_in_page(
    mode: str, *, there: str, problem: str = "", status: int = 200, ended: bool = False
) -> Response:
    """mode: that of `[auth]`. there: the page to go to afterwards. problem: why it failed."""
    body = "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">',
            "<title>Sign in · Headwater</title>",
            '<link rel="icon" href="/static/mark.svg" type="image/svg+xml">',
            *(f'<link rel="stylesheet" href="{address}">' for address in _SHEETS),
            '<script src="/static/js/theme.js"></script></head><body>',
            f'<main class="signin"><p class="brand">{_MARK}Headwater</p><h1>Sign in</h1>',
            f'<p class="refused" role="alert">{escape(_sentence(problem))}</p>' if problem else "",
            '<p role="status">You are signed out.</p>' if ended and not problem else "",
            _provider(there) if mode == "oidc" else "",
            _token(there, first=mode != "oidc"),
            "</main></body></html>",
        ]
    )
    return Response(body, status, media_type="text/html; charset=utf-8", headers=_FRESH)


def _provider(there: str) -> str:
    href = escape(f"/signin/oidc?next={quote(there, safe='/')}")
    return (
        "<p>Your company&rsquo;s identity provider says who you are and what you may see.</p>"
        f'<p><a class="go" href="{href}">Sign in with your company account</a></p>'
    )


def _token(there: str, *, first: bool) -> str:
    """The form for a token; where there is a provider, it is there for those without an account."""
    form = (
        f'<form method="post" action="/signin?next={escape(quote(there, safe="/"))}">'
        '<input name="user" autocomplete="username" value="headwater" readonly hidden>'
        '<label for="token">Token</label>'
        '<input id="token" name="token" type="password" required autocomplete="current-password"'
        f' maxlength="200" spellcheck="false" placeholder="hw_…"{" autofocus" if first else ""}>'
        '<p class="note">An admin of this server makes one:'
        " <code>headwater token create NAME --role viewer</code></p>"
        '<p><button type="submit" class="go">Sign in</button></p></form>'
    )
    return form if first else f"<details><summary>With a token instead</summary>{form}</details>"


def _sentence(text: str) -> str:
    told = f"{text[:1].upper()}{text[1:]}"
    return told if told.endswith(".") else f"{told}."

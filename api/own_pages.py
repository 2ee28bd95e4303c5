"""Keeps pages of other sites from writing here through a visitor's browser."""

from __future__ import annotations

from fastapi import Request

from core.errors import DeliveryError

_OWN = ("same-origin", "none")


def require_own_page(request: Request) -> None:
    """`DeliveryError` with status 403 where a browser says that another site's page asks."""
    if request.headers.get("sec-fetch-site", "none") not in _OWN:
        raise DeliveryError("a page of another site may not write here", status=403)


def require_json(request: Request) -> None:
    """`DeliveryError` with status 415 for all else: a form of another site can't send JSON, and a
    script there would have to ask first, which nobody allows.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != "application/json":
        raise DeliveryError("send application/json", status=415)

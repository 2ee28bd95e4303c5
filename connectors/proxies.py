"""Through which proxy an address is asked: what the environment names, and only what is encrypted.

`HTTPS_PROXY` holds for https, unless `NO_PROXY` names the host; it sees the host's name and never
what is sent. Plain http is always asked directly: a proxy would read the credentials. This machine
is never asked by way of another one.
"""

from __future__ import annotations

from urllib.request import getproxies_environment, proxy_bypass

import httpx

from core.access_settings import is_loopback
from core.errors import SourceAnswerError

_KINDS = ("http", "https")


def proxy_of(url: str) -> str | None:
    """The proxy for an address; None where it is asked directly. `SourceAnswerError` where the
    environment names one that can't be used.
    """
    asked = httpx.URL(url)
    named = getproxies_environment()
    given = named.get("https", "") or named.get("all", "")
    if not given or asked.scheme != "https" or is_loopback(asked.host):
        return None
    if proxy_bypass(asked.host, named):
        return None
    try:
        proxy = httpx.URL(given if "://" in given else f"http://{given}")
    except httpx.InvalidURL:
        proxy = httpx.URL("")
    if proxy.scheme not in _KINDS or not proxy.host:
        raise SourceAnswerError(
            "HTTPS_PROXY names no proxy that can be used: write http://host:port, or name the host"
            " of the tool in NO_PROXY"
        )
    return str(proxy)

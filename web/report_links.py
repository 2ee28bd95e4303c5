"""Where the numbers and items of a report lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

Told = Mapping[str, Any]


class Links:
    """Addresses of pages, of evidence and of items."""

    def __init__(self, base: str, stream: str) -> None:
        self._base, self._stream = base.rstrip("/"), stream

    def page(self, path: str) -> str:
        return f"{self._base}{path}?stream={quote(self._stream)}" if self._base else ""

    def evidence(self, address: str | None) -> str:
        return f"{self._base}{address}" if self._base and address else ""

    def item(self, row: Told) -> str:
        """Its journey, else the page in its tracker, where that is an address of the web."""
        if self._base:
            return f"{self._base}/journey?key={quote(str(row['key']), safe='')}"
        return _web_address(str(row["url"]))


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    good = parts.scheme in ("http", "https") and parts.netloc and url.isprintable()
    return url if good and not set(url) & set(" \"'`<>\\") else ""

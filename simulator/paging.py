"""Pages: windows by offset and `Link` headers, as GitLab and ServiceNow send them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams


@dataclass(frozen=True, slots=True)
class Window:
    """Page `number` (from 1) of `size` rows out of `total`."""

    number: int
    size: int
    total: int

    @property
    def rows(self) -> slice:
        return slice((self.number - 1) * self.size, self.number * self.size)

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))


def whole_number(text: str | None, default: int, *, low: int, high: int) -> int:
    """A number of the query within its limits; the default where absent or no number at all."""
    try:
        value = int(text) if text is not None else default
    except ValueError:
        return default
    return min(max(value, low), high)


def address(url: str, query: QueryParams, changes: Mapping[str, str | int]) -> str:
    """`url` with the caller's query and these parameters put in their place."""
    return f"{url}?{urlencode({**dict(query), **changes})}"


def link_header(links: Mapping[str, str]) -> str:
    """The `Link` header of relation name to address."""
    return ", ".join(f'<{url}>; rel="{relation}"' for relation, url in links.items())


def page_links(url: str, query: QueryParams, window: Window, *, last: bool) -> dict[str, str]:
    """GitLab's relations; `next` only where a row follows, `last` only where totals are told."""
    pages = {"prev": window.number - 1 if window.number > 1 else 0}
    pages["next"] = window.number + 1 if window.number < window.last else 0
    pages["first"] = 1
    pages["last"] = window.last if last else 0
    return {
        relation: address(url, query, {"page": page, "per_page": window.size})
        for relation, page in pages.items()
        if page
    }

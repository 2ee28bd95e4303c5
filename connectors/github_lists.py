"""GitHub's lists without a filter by time: asked for whole, sent only where they changed.

A page that is as it was answers 304, which costs nothing of the quota of requests; see
docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from connectors.github_rest import PER_PAGE, in_repository
from connectors.http import Params
from connectors.paging import Asker, link_header
from connectors.stream import Cursor, Page, Read, Reading


def whole(what: str, *, items: str = "") -> Read:
    """The `read` of such a list below a repository. items: the key of its rows, empty where the
    answer is the list.

    Cursor: `pages`, of each page its ETag and how many rows it has; empty for an empty list, which
    the runner looks at twice. Rows of a page that is known are not told again.
    """
    return partial(_read, what, items)


def _read(what: str, items: str, reading: Reading) -> Iterator[Page]:
    asker = Asker(reading.client, in_repository(what, reading.scope), items, post=False)
    known = [(str(etag), int(count)) for etag, count in reading.cursor.get("pages", ())]
    pages: list[tuple[str, int]] = []
    asked: Params | None = {"per_page": PER_PAGE}
    while asked is not None:
        etag, count = known[len(pages)] if len(pages) < len(known) else ("", 0)
        response, rows = asker.ask(asked, etag=etag)
        if response.status_code == 304:
            # What follows a full page is not part of it; a known one tells no address.
            change: Params | None = {"page": len(pages) + 2} if count == PER_PAGE else None
        else:
            etag, count = response.headers.get("etag", ""), len(rows)
            change = link_header(response, asked)
        pages.append((etag, count))
        yield Page(rows, _cursor([*pages, *known[len(pages) :]] if change else pages))
        asked = None if change is None else {**asked, **change}


def _cursor(pages: list[tuple[str, int]]) -> Cursor:
    return {"pages": [list(page) for page in pages]} if any(count for _, count in pages) else {}

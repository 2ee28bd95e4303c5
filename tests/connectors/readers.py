"""What the runner does with a stream, in a few lines, for the tests of connectors."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from connectors.http import SourceClient, open_client
from connectors.stream import Connection, Cursor, Page, Payload, Reading, Scope, Stream

URL = "https://api.example"
"""Where the tool of the shared fixtures stands."""


def quick_client(url: str, *, concurrency: int = 2) -> SourceClient:
    """A client that does not sleep; requests are answered by `respx`."""
    return open_client(url, concurrency=concurrency, sleep=lambda _seconds: None)


def stream(connection: Connection, name: str) -> Stream:
    return next(one for one in connection.streams if one.name == name)


def read(
    one: Stream,
    client: SourceClient,
    *,
    scope: Scope | None = None,
    cursor: Cursor | None = None,
    known: Collection[str] = (),
    since: date | None = None,
) -> list[Page]:
    """All pages of one pass."""
    stored = set(known)
    reading = Reading(client, scope or Scope(), cursor or {}, stored.intersection, since)
    return list(one.read(reading))


def payloads(pages: Collection[Page]) -> list[Payload]:
    return [payload for page in pages for payload in page.payloads]

"""One stream and scope, page by page, up to the point of storing it. Runs in a reader thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.http import SourceClient
from connectors.stream import Cursor, Page, Payload, Reading, Scope, Stream
from core.errors import PayloadError
from core.records import Record
from pipeline.database import Database
from store import raw
from store.raw import RawPayload

MISSHAPEN = (PayloadError, KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What code that reads a payload raises where the payload is not what its vendor documents."""


@dataclass(frozen=True, slots=True)
class Task:
    """One pass over one stream and scope; `full` takes every payload as new."""

    source_id: int
    stream: Stream
    scope: Scope
    cursor: Cursor
    since: date | None
    full: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page ready to be written in one transaction."""

    cursor: Cursor
    seen: int
    payloads: Sequence[Payload]
    rows: Sequence[RawPayload] = ()
    records: Sequence[Record] = field(default_factory=list)

    @property
    def unparsed(self) -> int:
        return sum(1 for row in self.rows if row.problem)


def prepared_pages(task: Task, client: SourceClient, database: Database) -> Iterator[Prepared]:
    """The pages of a task with what changed on them completed and parsed; `SourceError`."""

    def known(ids: Iterable[str]) -> set[str]:
        with database.read() as session:
            return raw.known_ids(session, task.source_id, task.stream.name, ids)

    reading = Reading(client, task.scope, task.cursor, known, task.since)
    for page in task.stream.read(reading):
        yield _prepare(task, page, client, database)


def _prepare(task: Task, page: Page, client: SourceClient, database: Database) -> Prepared:
    hashed = {}
    for payload in page.payloads:  # a page may name a thing twice: the last one wins
        hashed[task.stream.id(payload, task.scope)] = (raw.payload_hash(payload), payload)
    stored: dict[str, bytes] = {}
    if hashed and not task.full:
        with database.read() as session:
            stored = raw.hashes(session, task.source_id, task.stream.name, hashed)
    changed = {name: pair for name, pair in hashed.items() if stored.get(name) != pair[0]}
    if changed and task.stream.complete is not None:
        task.stream.complete(client, task.scope, [payload for _, payload in changed.values()])
    rows, records = [], list[Record]()
    for name, (digest, payload) in changed.items():
        found, problem = _parsed(task, payload)
        records += found
        rows.append(RawPayload(name, payload, digest, problem))
    return Prepared(page.cursor, len(page.payloads), page.payloads, rows, records)


def _parsed(task: Task, payload: Payload) -> tuple[list[Record], str]:
    try:
        return list(task.stream.parse(payload, task.scope)), ""
    except MISSHAPEN as error:
        told = str(error) if isinstance(error, PayloadError) else f"{type(error).__name__}: {error}"
        return [], told[:300]

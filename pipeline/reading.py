"""One stream and scope, page by page, up to the point of storing it. Runs in a reader thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial

from connectors.http import SourceClient
from connectors.paging import batches
from connectors.stream import Census, Cursor, Page, Payload, Reading, Scope, Stream
from core.records import Entity, Gone, Record
from pipeline import absence
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.erased_words import ErasedWords
from pipeline.gaps import KEY as GAPS
from pipeline.gaps import Gaps, has_gap
from pipeline.parsing import MISSHAPEN, held_back, keep, parsed
from pipeline.watching import KEY as WATCH
from pipeline.watching import Watching
from store import items, raw
from store.raw import RawPayload
from store.raw_bodies import HELD

Changed = tuple[bytes, Payload]
"""The hash of a payload as its list has it, and the payload with its details."""
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Task:
    """One pass over one stream and scope; `full` takes every payload as new.

    names: what is read by itself, see `Named`, instead of the list; empty for the list.
    trusting: what vanished is meant to be gone.
    """

    source_id: int
    stream: Stream
    scope: Scope
    cursor: Cursor
    since: date | None
    full: bool
    names: tuple[str, ...] = ()
    trusting: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page ready to be written in one transaction. cursor: None where it stays as it is. gone:
    external ids that are no longer there, with why.
    """

    cursor: Cursor | None
    seen: int
    payloads: Sequence[Payload]
    rows: Sequence[RawPayload] = ()
    records: Sequence[Record] = field(default_factory=list)
    gone: Mapping[str, str] = field(default_factory=dict)

    @property
    def unparsed(self) -> int:
        return sum(1 for row in self.rows if row.problem not in ("", HELD))


def prepared_pages(task: Task, client: SourceClient, database: Database) -> Iterator[Prepared]:
    """The pages of a task with what changed on them completed and parsed; `SourceError`.

    First what the list tells, then what is watched and due, then the census when its time has come.
    Of a task with names only these, and the state of the scope stays as it is.
    """
    one = _Pass(task, client, database)
    return one.named() if task.names else one.pages()


class _Pass:
    def __init__(self, task: Task, client: SourceClient, database: Database) -> None:
        kept = dict(task.cursor)
        self.task, self.client, self.database = task, client, database
        self.moment = now_ts()
        self.words = ErasedWords(database)
        self.watching = Watching.of(kept, self.moment)
        kept.pop(WATCH, None)
        self.gaps = Gaps.of(kept.pop(GAPS, None), self.moment)
        self.counted = absence.Last.of(kept.pop(absence.KEY, None))
        self.cursor: Cursor = kept
        self.reading = Reading(
            client,
            task.scope,
            kept,
            partial(self._known_in, task.stream.name),
            task.since,
            newest_first=not task.full,
            known_in=self._known_in,
        )

    def pages(self) -> Iterator[Prepared]:
        before = self._stored()
        for page in self.task.stream.read(self.reading):
            self.cursor = page.cursor
            yield self._prepare(page)
        yield from self._watched()
        yield from self._completed()
        yield from self._census(before)

    def named(self) -> Iterator[Prepared]:
        stream, names = self.task.stream, self.task.names
        if stream.named is None:
            return
        found = list(stream.named.read(self.reading, names))
        yield replace(self._prepare(Page(found, {})), cursor=None)
        if stream.census is None or stream.named.id is None:
            return
        there = {stream.id(payload, self.task.scope) for payload in found}
        missing = {stream.named.id(name, self.task.scope) for name in names} - there
        with self.database.read() as session:
            stored = raw.hashes(session, self.task.source_id, stream.name, missing)
        homes = self._homes(stream.census) if stored else {}
        gone = absence.vanished(stream.census, self.reading, set(stored), homes) if stored else {}
        if gone:
            records = self._gone(stream.census, gone)
            yield Prepared(None, 0, [], records=records, gone=gone)

    def _stored(self) -> dict[str, str]:
        """External ids of the scope, with why they are gone, where a census is due."""
        if not self._is_due():
            return {}
        key = (self.task.source_id, self.task.stream.name, self.task.scope.id)
        return absence.stored_now(self.database, *key)

    def _known_in(self, stream: str, ids: Iterable[str]) -> set[str]:
        with self.database.read() as session:
            return raw.known_ids(session, self.task.source_id, stream, ids)

    def _watched(self) -> Iterator[Prepared]:
        watch, due = self.task.stream.watch, self.watching.due()
        if watch is None or not due:
            return
        with self.database.read() as session:
            stored = raw.payloads(session, self.task.source_id, self.task.stream.name, due)
        found = list(watch.read(self.client, self.task.scope, list(stored.values())))
        page = self._prepare(Page(found, self.cursor))
        self.watching.lost(self.watching.due())
        yield replace(page, cursor=self._with_state())

    def _completed(self) -> Iterator[Prepared]:
        """What lacks details that were refused: one thing first, and the others if that is told."""
        names = self.gaps.due()
        for some in [names[:1], *batches(names[1:], _BATCH)] if names else ():
            page = self._changed(self._asked_again(some))
            told = self.gaps.tried(some)
            yield replace(page, cursor=self._with_state())
            if not told:
                return

    def _asked_again(self, names: Sequence[str]) -> dict[str, Changed]:
        """Of these what differs from what is stored."""
        task, complete = self.task, self.task.stream.complete
        self.words.learn()
        with self.database.read() as session:
            stored = raw.payloads(session, task.source_id, task.stream.name, names)
        before = {name: raw.payload_hash(payload) for name, payload in stored.items()}
        if stored and complete is not None:
            complete(self.client, task.scope, list(stored.values()))
        self.gaps.lost(set(names) - set(stored))
        found = {}
        for name, payload in stored.items():
            if raw.payload_hash(payload) != before[name]:
                found[name] = self.gaps.listed(name, before[name]), payload
        return found

    def _is_due(self) -> bool:
        census, last = self.task.stream.census, self.counted
        if census is None:
            return False
        return self.task.full if last is None else last.is_over(census, self.moment)

    def _census(self, before: dict[str, str]) -> Iterator[Prepared]:
        """before: what was stored when the pass began; what came since may not be written yet."""
        census = self.task.stream.census
        if census is None or "older" in self.cursor:
            return  # what is still to be read would all be taken for overlooked
        if not self._is_due() or not before:
            if self.counted is None:  # what was just read whole is its own census
                self.counted = absence.Last(self.moment)
                yield self._prepare(Page([], self.cursor))
            return
        for page in absence.overlooked(census, self.reading, self.counted):
            yield self._prepare(Page(page.payloads, self.cursor))
        listed = absence.listed_now(census, self.reading)
        stored = before | dict.fromkeys(self.watching.seen, "")
        for page in absence.unread(census, self.reading, listed, stored):
            yield self._prepare(Page(page.payloads, self.cursor))
        found = absence.absent(census, self.reading, listed, stored)
        if found.gone and not self.task.trusting:
            homes = {} if self.task.scope.id else self._homes(census)  # a scope is one project
            absence.check_canaries(found.gone, stored, homes)
        self.counted = absence.Last(self.moment, found.doubt)
        records = self._gone(census, found.gone)
        self.gaps.lost(found.gone)
        yield Prepared(self._with_state(), 0, [], records=records, gone=found.gone)

    def _gone(self, census: Census, reasons: Mapping[str, str]) -> list[Record]:
        at = datetime.fromtimestamp(self.moment, UTC)
        gone = [Gone(census.entity, name, why, at) for name, why in sorted(reasons.items())]
        return [*gone, *self._moved(census, reasons)]

    def _moved(self, census: Census, gone: Mapping[str, str]) -> list[Record]:
        names = [name for name, why in gone.items() if why == absence.MOVED]
        if census.lives_on is None or not names:
            return []
        with self.database.read() as session:
            stored = raw.payloads(session, self.task.source_id, self.task.stream.name, names)
        return list(census.lives_on(self.client, self.task.scope, list(stored.values())))

    def _homes(self, census: Census) -> dict[str, str]:
        """The project of each item; nothing for what is no item, which may have the same ids."""
        if census.entity is not Entity.ITEM:
            return {}
        with self.database.read() as session:
            return items.homes(session, self.task.source_id)

    def _prepare(self, page: Page) -> Prepared:
        task, hashed = self.task, {}
        self.words.learn()
        for payload in page.payloads:  # a page may name a thing twice: the last one wins
            free = self.words.taken_out_of(payload)
            hashed[task.stream.id(free, task.scope)] = (raw.payload_hash(free), payload)
        stored: dict[str, bytes] = {}
        if hashed and not task.full:
            with self.database.read() as session:
                stored = raw.hashes(session, task.source_id, task.stream.name, hashed)
        for name, (_, payload) in hashed.items():
            self.watching.saw(name, is_open=self._is_open(payload))
        stored = {name: self.gaps.listed(name, digest) for name, digest in stored.items()}
        changed = {name: pair for name, pair in hashed.items() if stored.get(name) != pair[0]}
        told = {name: payload for name, (_, payload) in changed.items()}
        keep(self.database, task.source_id, task.stream, told)
        if changed and task.stream.complete is not None:
            payloads = [payload for _, payload in changed.values()]
            task.stream.complete(self.client, task.scope, payloads)
        return replace(self._changed(changed), seen=len(page.payloads), payloads=page.payloads)

    def _changed(self, changed: Mapping[str, Changed]) -> Prepared:
        """A page of nothing but these. One that lacks details is stored with another hash than its
        list gives: once it is whole it differs.
        """
        rows, records, task = [], list[Record](), self.task
        whole = {name: payload for name, (_, payload) in changed.items()}
        held = held_back(self.database, task.source_id, task.stream.name, whole)
        for name, (digest, told) in changed.items():
            payload = self.words.taken_out_of(
                told
            )  # not before its details were asked for by its name
            found, problem = parsed(task.stream, task.scope, payload)
            if name in held and not problem:
                found, problem = [], HELD
            records += found
            self.gaps.saw(name, digest, payload)
            digest = raw.payload_hash(payload) if has_gap(payload) else digest
            rows.append(RawPayload(name, payload, digest, problem))
        return Prepared(self._with_state(), 0, [], rows, records)

    def _with_state(self) -> Cursor:
        census = {} if self.counted is None else {absence.KEY: self.counted.kept()}
        return {**self.cursor, **self.watching.kept(), **self.gaps.kept(), **census}

    def _is_open(self, payload: Payload) -> bool:
        watch = self.task.stream.watch
        try:
            return watch is not None and watch.open(payload)
        except MISSHAPEN:  # told where it is parsed
            return False

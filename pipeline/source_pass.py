"""Reads the streams of one opened source: readers in threads, one writer, one transaction a
page.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from connectors.http import SourceClient, request_count
from connectors.stream import Payload, Scope, Stream, due_at_once, observed_of
from core.errors import SourceAnswerError, SourceError, SourcePausedError
from core.log import in_context
from core.tracing import span
from pipeline.absence import note_of
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.due import Due
from pipeline.health import Round
from pipeline.history_status import part_read
from pipeline.page_store import save_page
from pipeline.parsing import MISSHAPEN
from pipeline.permission import SWITCHED_OFF, loss_of
from pipeline.progress import Progress, Stored
from pipeline.reading import Prepared, Task, prepared_pages
from pipeline.stopping import Stop
from pipeline.stream_counts import StreamCounts, misunderstood
from store import cursors, raw
from store.cursors import StreamKey

_QUEUE_PAGES = 8
_READERS = 8
_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class _Done:
    """A reader stopped; `error` None when it came to the vendor's own end mark."""

    task: Task
    error: Exception | None


@dataclass(slots=True)
class SourcePass:
    """`renew` is called before each page is written and raises when the lease is lost.

    round: what this pass goes on with, None where it begins one. trusting: what can't be read any
    more is meant to be so, and no lost permission. only: the scopes due now, None for all. again:
    the scope of which everything is taken as new, empty for none.
    """

    source_id: int
    name: str
    database: Database
    client: SourceClient
    progress: Progress
    renew: Callable[[Session], None]
    stop: Stop
    full: bool = False
    trusting: bool = False
    round: Round | None = None
    since: date | None = None
    counts: dict[str, StreamCounts] = field(default_factory=dict)
    only: Due | None = None
    again: str = ""
    _pages: queue.Queue[tuple[Task, Prepared] | _Done] = field(init=False)
    _stop: threading.Event = field(init=False)
    _parents: dict[str, list[Payload]] = field(default_factory=dict)
    _silent: dict[str, set[str]] = field(default_factory=dict)
    _notes: dict[tuple[str, str], str] = field(default_factory=dict)
    _older: dict[tuple[str, str], bool] = field(default_factory=dict)
    _seen: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pages = queue.Queue(_QUEUE_PAGES)
        self._stop = threading.Event()

    def run(self, streams: Sequence[Stream]) -> None:
        """Every stream, those that others are read over first. A failed stream leaves the others
        alone.
        """
        self._parents = {stream.over: [] for stream in streams if stream.over}
        waiting = list(streams)
        names = {stream.name for stream in streams}
        done: set[str] = set()
        while waiting:
            ready = [one for one in waiting if {*_before(one), *one.behind} & names <= done]
            if not ready:
                raise ValueError(f"streams wait for each other: {[s.name for s in waiting]}")
            self._read_all([task for stream in ready for task in self._tasks(stream)])
            for stream in ready:
                self._judge(stream.name)
            done |= {stream.name for stream in ready}
            waiting = [stream for stream in waiting if stream.name not in done]

    def _tasks(self, stream: Stream) -> list[Task]:
        counts = self.counts.setdefault(stream.name, StreamCounts())
        before = sorted(_before(stream) & set(self.counts))
        counts.held_back = next(filter(self._failed, before), "")
        if counts.held_back:
            # Records of things that are not stored yet would be left out, now and ever after.
            return []
        if stream.patient and any(self.counts[name].older for name in before):
            counts.older = 1
            return []
        scopes = [Scope()]
        if stream.over is not None:
            made = [stream.scope(p) for p in self._parents_of(stream.over) if stream.scope]
            scopes = list({scope.id: scope for scope in made if scope is not None}.values())
        if self.only is not None:
            scopes = self.only.scopes(stream.name, scopes)
        self._silent[stream.name] = {scope.id for scope in scopes}
        self.progress.started(self.name, stream.name, len(scopes))
        with self.database.read() as session:
            tasks = [self._task(session, stream, scope) for scope in scopes]
        return [task for task in tasks if task is not None]

    def _parents_of(self, stream: str) -> list[Payload]:
        """What a stream told in this pass, and what is stored of the scopes that it had no need to
        ask for.
        """
        found = list(self._parents[stream])
        with self.database.read() as session:
            for scope in sorted(self._silent.get(stream, ())):
                stored = raw.load(session, self.source_id, stream, scope=scope)
                found += [one.payload for one in stored if not one.gone]
        return found

    def _judge(self, name: str) -> None:
        """One odd payload is skipped; where none of many that came, or none that is stored, makes
        sense, the vendor changed its shape.
        """
        counts = self.counts[name]
        if counts.unparsed:
            with self.database.read() as session:
                told = misunderstood(session, self.source_id, self.name, name, counts)
            counts.errors += [told] if told else []

    def _failed(self, stream: str) -> bool:
        counts = self.counts[stream]
        return bool(counts.errors or counts.held_back or counts.paused)

    def _task(self, session: Session, stream: Stream, scope: Scope) -> Task | None:
        """None for what was read to its end already in the paused round that this pass goes on
        with.
        """
        state = cursors.load_state(session, StreamKey(self.source_id, stream.name, scope.id))
        begun = self.round
        done = begun is not None and (state.last_success_ts or 0) >= begun.from_ts
        needed = stream.name in self._parents or "older" in state.cursor
        again = bool(self.again) and scope.id == self.again
        if begun and begun.paused and done and not needed and not again:
            return None
        full = again or (self.full and not (begun and done and not begun.paused))
        cursor = observed_of(state.cursor) if full else state.cursor
        if self.only is not None and stream.name in self.only.named:
            cursor = due_at_once(cursor)
        stream, names = (stream, ()) if self.only is None else self.only.part(stream, scope.id)
        return Task(self.source_id, stream, scope, cursor, self.since, full, names, self.trusting)

    def _read_all(self, tasks: Sequence[Task]) -> None:
        pool = ThreadPoolExecutor(_READERS, thread_name_prefix=f"read-{self.name}")
        futures = [pool.submit(in_context(self._read), task) for task in tasks]
        try:
            left = len(tasks)
            while left:
                self.stop.check()
                item = self._pages.get()
                if isinstance(item, _Done):
                    left -= 1
                    self._finish(item)
                else:
                    self._write(*item)
        finally:
            self._stop.set()
            self._drain(futures)
            pool.shutdown(cancel_futures=True)
            self._stop.clear()

    def _read(self, task: Task) -> None:
        error: Exception | None = None
        try:
            with span("read stream", source_name=self.name, stream_name=task.stream.name):
                for prepared in prepared_pages(task, self.client, self.database):
                    if self._stop.is_set():
                        return
                    self._pages.put((task, prepared))
        except MISSHAPEN as raised:
            error = SourceAnswerError(
                f"an answer is not what {task.stream.name} look like"
                f" ({type(raised).__name__}: {raised}); check that `url` is the base of the API"
            )
        except Exception as raised:  # the writer tells a fault of the source from one of ours
            error = raised
        self._pages.put(_Done(task, error))

    def _drain(self, futures: Sequence[Future[None]]) -> None:
        """Let readers that wait for room in the queue see that nobody writes any more."""
        for future in futures:
            future.cancel()
        while not all(future.done() for future in futures):
            try:
                self._pages.get(timeout=_POLL_S)
            except queue.Empty:
                continue
        while not self._pages.empty():
            self._pages.get_nowait()

    def _write(self, task: Task, page: Prepared) -> None:
        name = task.stream.name
        counts = self.counts[name]
        if name in self._parents:
            self._parents[name] += page.payloads
            self._silent[name].discard(task.scope.id)
        with self.database.writing() as session:
            self.renew(session)
            saved = save_page(session, task, page)
        if page.cursor is not None:
            seen, _ = self._seen.get((name, task.scope.id), (0, True))
            self._seen[name, task.scope.id] = (seen + page.seen, not page.cursor)
            self._notes[name, task.scope.id] = note_of(page.cursor)
            self._older[name, task.scope.id] = "older" in page.cursor
        counts.pages += 1
        counts.seen += page.seen
        counts.changed += len(page.rows)
        counts.unparsed += page.unparsed
        counts.orphans += len(saved.skipped)
        part = part_read(task.cursor, page.cursor or {}, now_ts())
        told = Stored(page.seen, len(page.rows), task.scope.id, request_count(self.client), part)
        self.progress.page(self.name, name, told)

    def _finish(self, done: _Done) -> None:
        name, scope = done.task.stream.name, done.task.scope.id
        counts = self.counts[name]
        error = done.error
        if error is not None and not isinstance(error, SourceError):
            raise error
        if done.task.names:
            self._finish_named(done.task.stream, error)
            return
        note = self._notes.pop((name, scope), "")
        older = self._older.pop((name, scope), False)
        counts.deeper += "older" in done.task.cursor
        if isinstance(error, SourcePausedError):
            counts.paused = str(error)
            self.progress.finished(self.name, name, scope=scope)
            return
        counts.older += older
        if lost := self._loss(done, error):
            error = lost
        elif done.task.stream.optional and error is not None and error.status in SWITCHED_OFF:
            note, error = str(error), None
        key = StreamKey(self.source_id, name, scope)
        with self.database.writing() as session:
            self.renew(session)
            if error is None:
                cursors.save_success(session, key, now_ts=now_ts(), note=note)
            else:
                cursors.save_error(session, key, str(error), now_ts=now_ts())
        if error is not None:
            counts.errors.append(f"{scope}: {error}" if scope else str(error))
        self.progress.finished(self.name, name, scope=scope)

    def _finish_named(self, stream: Stream, error: SourceError | None) -> None:
        """How the scope was read last stays as it is: only its list tells that."""
        off = stream.optional and error is not None and error.status in SWITCHED_OFF
        if isinstance(error, SourcePausedError):
            self.counts[stream.name].paused = str(error)
        elif error is not None and not off:
            self.counts[stream.name].errors.append(str(error))
        self.progress.finished(self.name, stream.name)

    def _loss(self, done: _Done, error: SourceError | None) -> SourceError | None:
        """What was readable before and is not any more; None where that is meant to be so."""
        seen, whole = self._seen.pop((done.task.stream.name, done.task.scope.id), (0, False))
        if self.trusting or (error is None and (seen or not whole)):
            return None
        with self.database.read() as session:
            return loss_of(session, self.name, done.task, error, emptied=whole and not seen)


def _before(stream: Stream) -> set[str]:
    """The streams that must have been read well before this one."""
    return {*stream.after, *([stream.over] if stream.over else [])}

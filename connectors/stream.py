"""What a connector declares: streams, how each is read page by page, and how a payload becomes
records.

A connector module has one entry, `connect(client, source, wanted) -> Connection`. It makes the few
calls that tell who we are and what the server can do, and answers with its streams. The runner in
`pipeline/collect.py` owns the rest: threads, transactions, cursors, raw payloads, dirty marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from connectors.http import SourceClient
from core.errors import SourceAnswerError
from core.records import Entity, Record

Payload = dict[str, Any]
Cursor = dict[str, Any]
"""JSON that a stream needs to go on from where it stopped; empty before the first page.

Three keys have a meaning to the runner: `note` is shown with the stream, `observed` is what no
later answer tells again (which name a job had before), so that a full pass keeps it, and `read_at`
is when a list was read that is not read each time: a hint that it changed drops it.
"""


UNREAD = "unread"
"""Under this key of `_details` a `complete` names the parts that were refused. What is stored of
them stays, and `complete` is called for the payload again later (`connectors/unread.py`)."""


def due_at_once(cursor: Cursor) -> Cursor:
    """A cursor that lets no list wait."""
    return {name: value for name, value in cursor.items() if name != "read_at"}


def observed_of(cursor: Cursor) -> Cursor:
    """What is left of a cursor when everything is read anew."""
    return {name: value for name, value in cursor.items() if name == "observed"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a stream is read over: nothing, a repository, a job; `payload` is the parent's."""

    id: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """Payloads as received, and the cursor that holds once they are stored."""

    payloads: Sequence[Payload]
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Reading:
    """One pass over one stream and scope.

    known: which of these external ids are stored already (for walks that stop at what is known).
    known_in: the same of another stream of the source (for feeds that tell of everything).
    since: the oldest day of history wanted, None for all; a full pass starts with an empty cursor.
    newest_first: a first run may leave older history to the runs that follow, for numbers to be
        there soon; False where all of it is stored already and is only read again.
    """

    client: SourceClient
    scope: Scope
    cursor: Cursor
    known: Callable[[Iterable[str]], set[str]]
    since: date | None = None
    newest_first: bool = False
    known_in: Callable[[str, Iterable[str]], set[str]] = lambda _stream, _ids: set()


def own_id(payload: Payload, _scope: Scope) -> str:
    """The `id` of a payload, for streams whose ids are unique at the source."""
    return text_of(payload, "id")


def text_of(payload: Payload, key: str) -> str:
    """A field that a payload can't be stored without; `SourceAnswerError` where it is missing."""
    value = payload.get(key)
    if value is None:
        raise SourceAnswerError(
            f"an answer has no `{key}`; check that `url` is the base of the API"
        )
    return str(value)


Read = Callable[[Reading], Iterator[Page]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is read again by id until it is final, whatever the list tells of it.

    open: whether a payload may still change without the list showing it.
    read: payloads as the list gives them, of these that are stored (`_details` included); one that
        is no longer there is left out.
    """

    open: Callable[[Payload], bool]
    read: Callable[[SourceClient, Scope, Sequence[Payload]], Iterable[Payload]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """How it is noticed that something is no longer there, which no list of changes tells.

    ids: pages of the external ids of all that a scope has now, within the history that is wanted.
    missing: of these stored ids that were not among them, those that are gone, with the one word
        why: deleted, or not_visible where it can't be told from a lost permission. An id that it
        leaves out is there after all.
    entity: what the records of the stream are; each that is gone becomes a `Gone` record.
    every: how often to look.
    read: pages of payloads by id, as the list gives them, of what is there and was never read, or
        was gone and is back; None where the list of changes tells of those anyway.
    lives_on: of stored payloads that are gone because they moved, the records of each where it is
        now, its former key among them; None where the source tells of that elsewhere.
    again: pages of what changed since a time, as the list gives them, for changes that were shown
        too late for the list of changes; None where every change is shown at once.
    """

    ids: Callable[[Reading], Iterator[Iterable[str]]]
    missing: Callable[[SourceClient, Scope, Sequence[str]], Mapping[str, str]]
    entity: Entity
    every: timedelta
    read: Callable[[SourceClient, Scope, Sequence[str]], Iterator[Sequence[Payload]]] | None = None
    lives_on: Callable[[SourceClient, Scope, Sequence[Payload]], Iterable[Record]] | None = None
    again: Callable[[SourceClient, Scope, datetime], Iterator[Sequence[Payload]]] | None = None


NUMBER = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """How one thing is read that a webhook names, however many others there are.

    A name is what the address of the thing at the source ends in. It proves nothing: `read` gives
    payloads as the list does, of those names that are there, and of nothing that the list would
    leave out: another project's, what is older than the history that is wanted.

    name: what such a name looks like. id: the external id that belongs to it; None where only the
        payload tells it, and a later census that the thing is gone.
    """

    read: Callable[[Reading, Sequence[str]], Iterable[Payload]]
    name: re.Pattern[str] = NUMBER
    id: Callable[[str, Scope], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One kind of thing at a source.

    read: yields pages until the vendor's own end mark; never stops at a short or empty page.
    id: the vendor's immutable id of a payload, unique within the stream.
    parse: pure; `PayloadError` or any KeyError/TypeError/ValueError skips this payload, kept raw.
    complete: called with the payloads of a page that are new or changed, before they are stored;
        adds what the list leaves out (changelog, commits, jobs, stages) under the key `_details`.
    kept: called with the stored payload of a thing and its new one, before `complete`; carries over
        into the new one the entries of lists that the source cuts shorter than it once showed them.
    over: the stream whose payloads are the scopes of this one; it is read first, and whole.
    scope: makes the scope of a parent's payload, None to pass it over.
    after: streams whose records these belong to; they are read first, and where one of them fails
        this one waits for the next pass.
    behind: streams that are read first because they save this one requests, however they end.
    patient: read only once those streams have all of their history: what belongs to a thing that is
        not stored yet would be passed over for good.
    optional: a 403 or 404 on this stream means "switched off here", noted and not an error.
    watch, census: see there; None where the list itself tells everything.
    named: see there; None where a thing can't be read by itself, or where a walk or list ends at
        what is known already, which one that came out of turn would cut short.
    """

    name: str
    read: Read
    id: Callable[[Payload, Scope], str]
    parse: Callable[[Payload, Scope], Iterable[Record]]
    complete: Callable[[SourceClient, Scope, list[Payload]], None] | None = None
    kept: Callable[[Payload, Payload], None] | None = None
    over: str | None = None
    scope: Callable[[Payload], Scope | None] | None = None
    after: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    patient: bool = False
    optional: bool = False
    watch: Watch | None = None
    census: Census | None = None
    named: Named | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the source says we are, and what it is. `version` empty where it does not tell."""

    account: str
    product: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One line of `headwater check`: what was asked, whether it went well, and what to do if
    not.
    """

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Connection:
    """An opened source: who we are there, what it offers, and what a check found.

    visible: what this account may see at the top, projects, folders or tables, by id with the name
        for people. What vanishes from one pass to the next is a lost permission and no zero.
    still: whether one that vanished from it can be read by its id all the same (it was archived or
        moved), so that nothing is lost; None where that can't be asked.
    """

    identity: Identity
    streams: Sequence[Stream]
    probes: Sequence[Probe] = ()
    visible: Mapping[str, str] = field(default_factory=dict)
    still: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rest of the configuration asks of connectors.

    flag_fields: names of the fields that flag an item as blocked. value_field: name of the custom
    field with money per week, empty for none. bots: name patterns. labels: labels that block.
    """

    flag_fields: frozenset[str] = frozenset({"Flagged"})
    value_field: str = ""
    blocking_labels: frozenset[str] = frozenset()
    blocking_links: frozenset[str] = frozenset()
    bots: tuple[str, ...] = ()
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

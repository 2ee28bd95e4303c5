"""The walk over a commit graph: from branch heads back to what is stored, exact whatever the dates
say.

A list by date misses what was committed on Monday and pushed on Friday. Here a commit counts as
known only when each of its parents is known too or waits on the frontier, which is part of the
cursor and so moves in the same transaction as the page: a walk that is cut off goes on where it
stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.history import Older
from connectors.ordered import beginning, server_time
from connectors.stream import Cursor, Page, Payload, Read, Reading, Scope, text_of
from connectors.times import utc
from core.errors import PayloadError, SourceAnswerError, SourceAuthError

Heads = Callable[[Reading], Iterable[str]]
Log = Callable[[Reading, str], Iterator[list[Payload]]]
Check = Callable[[Reading], object]


def graph_walk(
    *, heads: Heads, log: Log, check: Check, id: Callable[[Payload, Scope], str]
) -> Read:
    """The `read` of a stream of commits, each once, newest first from each head.

    heads: the shas of the branch heads, the main branch first. log: pages of the commits reachable
    from a sha, itself included, with `id`, `parent_ids` and `committed_date`; empty where the sha
    is gone. check: raises where the repository itself may not be read any more; asked before a sha
    is taken for gone. id: the external id of a commit. An empty cursor walks everything again. The
    history that is wanted bounds the walk by commit date: nothing is looked for behind a commit
    older than that.

    A first walk comes in parts (`connectors/history.py`): what lies behind a commit older than the
    part waits in the cursor as `beyond`, from where the next part goes on. Dates only decide in
    which part a commit comes, never whether it does.
    """

    def read(reading: Reading) -> Iterator[Page]:
        walk = _begun(reading, id)
        walk.add([*reading.cursor.get("frontier", ()), *heads(reading)])
        while walk.frontier:
            start = next(iter(walk.frontier))
            below = {start}
            for commits in log(reading, start):
                fresh = walk.take(commits, below)
                if fresh:
                    yield Page(fresh, walk.cursor())
                if not fresh or below.isdisjoint(walk.frontier):
                    break
            if start in walk.frontier:
                # Its own log did not show it: a pruned commit must not hold up the others.
                _confirm(check, reading)
                walk.frontier.pop(start)
        yield Page([], walk.ended())

    return read


def _confirm(check: Check, reading: Reading) -> None:
    """Without the status of the refusal: that would tell of a repository that is switched off."""
    try:
        check(reading)
    except (SourceAnswerError, SourceAuthError) as error:
        raise type(error)(f"{error}; it was read a moment before") from error


@dataclass(slots=True)
class _Walk:
    reading: Reading
    id: Callable[[Payload, Scope], str]
    part: Older | None = None
    left: Older | None = None
    frontier: dict[str, None] = field(default_factory=dict)
    beyond: dict[str, None] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _lowest: datetime | None = None

    def cursor(self) -> Cursor:
        """While it goes on; `part` None is that of the newest days, if `left` follows it."""
        if self.part is None:
            return self._kept(self.left)
        return self._kept(self.part.lowered(self._lowest, server_time(self.reading.client)))

    def ended(self) -> Cursor:
        """At its end; where nothing lies beyond, all of the history is read."""
        return self._kept(self.left if self.beyond else None)

    def _kept(self, older: Older | None) -> Cursor:
        beyond = {"beyond": list(self.beyond)} if self.beyond else {}
        part = {"older": older.kept()} if older else {}
        return {"frontier": list(self.frontier), **beyond, **part}

    def add(self, shas: Iterable[str]) -> Iterable[str]:
        """Put on the frontier what is neither read in this walk nor stored; answers with that."""
        added = self._new(shas)
        self.frontier.update(added)
        for sha in added:
            self.beyond.pop(sha, None)
        return added

    def take(self, commits: list[Payload], below: set[str]) -> list[Payload]:
        """The commits not read before; their unread parents go on the frontier and into `below`."""
        unread = self._new(text_of(commit, "id") for commit in commits)
        fresh = [commit for commit in commits if commit["id"] in unread]
        self._taken.update(unread)
        for sha in unread:
            self.frontier.pop(sha, None)
            self.beyond.pop(sha, None)
        nearer, later = self._parents(fresh)
        below.update(self.add(nearer))
        self.beyond.update({sha: None for sha in self._new(later) if sha not in self.frontier})
        return fresh

    def _parents(self, commits: Sequence[Payload]) -> tuple[list[str], list[str]]:
        """What this part goes on with, and what it leaves for the next one."""
        floor, limit = beginning(self.reading), self.left.until if self.left else None
        nearer: list[str] = []
        later: list[str] = []
        for commit in commits:
            at = _committed(commit)
            if at is not None and floor is not None and at < floor:
                continue
            behind = at is not None and limit is not None and at < limit
            (later if behind else nearer).extend(commit.get("parent_ids") or ())
            if not behind:
                self._lowest = min(filter(None, (self._lowest, at)), default=None)
        return nearer, later

    def _new(self, shas: Iterable[str]) -> dict[str, None]:
        unread = dict.fromkeys(sha for sha in shas if sha not in self._taken)
        if not self.reading.cursor:
            return unread
        ids = {sha: self.id({"id": sha}, self.reading.scope) for sha in unread}
        known = self.reading.known(ids.values()) if ids else set()
        return {sha: None for sha, name in ids.items() if name not in known}


def _begun(reading: Reading, id: Callable[[Payload, Scope], str]) -> _Walk:
    """What this pass walks: the newest days, the next part, or, once all is read, what is new."""
    floor, now = beginning(reading), server_time(reading.client)
    kept = Older.of(reading.cursor.get("older"))
    if kept is None:
        first = reading.newest_first and not reading.cursor
        return _Walk(reading, id, left=Older.first(now, floor=floor) if first else None)
    beyond = dict.fromkeys(reading.cursor.get("beyond", ()))
    if kept.begun is None and reading.cursor.get("frontier"):
        return _Walk(reading, id, left=kept, beyond=beyond)  # cut off within the newest days
    walk = _Walk(reading, id, part=kept, left=kept.next(now, floor=floor), beyond=beyond)
    if kept.begun is None:
        walk.add(beyond)
    return walk


def _committed(commit: Payload) -> datetime | None:
    try:
        return utc(commit["committed_date"])
    except (PayloadError, KeyError):
        return None

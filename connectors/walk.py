"""The walk over a commit graph: from branch heads back to what is stored, exact whatever the dates
say.

A list by date misses what was committed on Monday and pushed on Friday. Here a commit counts as
known only when each of its parents is known too or waits on the frontier, which is part of the
cursor and so moves in the same transaction as the page: a walk that is cut off goes on where it
stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from connectors.stream import Page, Payload, Read, Reading, Scope, text_of
from connectors.times import utc
from core.errors import PayloadError

Heads = Callable[[Reading], Iterable[str]]
Log = Callable[[Reading, str], Iterator[list[Payload]]]


def graph_walk(*, heads: Heads, log: Log, id: Callable[[Payload, Scope], str]) -> Read:
    """The `read` of a stream of commits, each once, newest first from each head.

    heads: the shas of the branch heads, the main branch first. log: pages of the commits reachable
    from a sha, itself included, with `id`, `parent_ids` and `committed_date`; empty where the sha
    is gone. id: the external id of a commit. An empty cursor walks everything again. The history
    that is wanted bounds the walk by commit date: nothing is looked for behind a commit older than
    that.
    """

    def read(reading: Reading) -> Iterator[Page]:
        walk = _Walk(reading, id)
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
            # Gone if its own log did not show it: a pruned commit must not hold up the others.
            walk.frontier.pop(start, None)
        yield Page([], walk.cursor())

    return read


@dataclass(slots=True)
class _Walk:
    reading: Reading
    id: Callable[[Payload, Scope], str]
    frontier: dict[str, None] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def cursor(self) -> dict[str, list[str]]:
        return {"frontier": list(self.frontier)}

    def add(self, shas: Iterable[str]) -> Iterable[str]:
        """Put on the frontier what is neither read in this walk nor stored; answers with that."""
        added = self._new(shas)
        self.frontier.update(added)
        return added

    def take(self, commits: list[Payload], below: set[str]) -> list[Payload]:
        """The commits not read before; their unread parents go on the frontier and into `below`."""
        unread = self._new(text_of(commit, "id") for commit in commits)
        fresh = [commit for commit in commits if commit["id"] in unread]
        self._taken.update(unread)
        for sha in unread:
            self.frontier.pop(sha, None)
        expanded = [commit for commit in fresh if not self._too_old(commit)]
        parents = (sha for commit in expanded for sha in commit.get("parent_ids") or ())
        below.update(self.add(parents))
        return fresh

    def _new(self, shas: Iterable[str]) -> dict[str, None]:
        unread = dict.fromkeys(sha for sha in shas if sha not in self._taken)
        if not self.reading.cursor:
            return unread
        ids = {sha: self.id({"id": sha}, self.reading.scope) for sha in unread}
        known = self.reading.known(ids.values()) if ids else set()
        return {sha: None for sha, name in ids.items() if name not in known}

    def _too_old(self, commit: Payload) -> bool:
        since = self.reading.since
        if since is None:
            return False
        try:
            return utc(commit["committed_date"]) < datetime.combine(since, time(), UTC)
        except (PayloadError, KeyError):
            return False

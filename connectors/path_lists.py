"""Which commits touch the configured parts of a repository, by one list for each part.

A vendor's list of commits by path is newest first and tells no merges. A part is read to its end at
first; then up to a page that tells nothing new, and once a week to its end again, for what was
committed long before it was pushed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from connectors.ordered import beginning, server_time
from connectors.stream import Cursor, Page, Payload, Read, Reading, Scope, text_of
from connectors.times import iso, utc
from core.records import CommitPath, Record

PATHS = "commit_paths"
"""The name of the stream."""
READ_TO_THE_END = "whole"
"""The key of its cursor that lists the parts of which every commit is stored."""
EVERYWHERE = ""
"""Instead of a sha, where one list tells of all branches; it is asked for each time."""
_WEEKLY = timedelta(days=7)

Tips = Callable[[Reading], Sequence[str]]
Log = Callable[[Reading, str, str], Iterator[list[Payload]]]


def configured(paths: Mapping[str, tuple[str, ...]], name: str, project: Payload) -> Scope | None:
    """The scope of a repository of which parts are told apart; None for any other. name: the key of
    its path.
    """
    return Scope(str(project["id"]), project) if project.get(name) in paths else None


def path_lists(paths: Mapping[str, tuple[str, ...]], name: str, *, tips: Tips, log: Log) -> Read:
    """The `read` of the stream.

    tips: shas of the branch heads, the main branch first, or `EVERYWHERE` alone. log: pages of the
    commits that touch a folder or file, reachable from a sha, with their `id`; newest first.
    """

    def read(reading: Reading) -> Iterator[Page]:
        pass_ = _Pass.begun(reading, paths[text_of(dict(reading.scope.payload), name)])
        heads = list(dict.fromkeys(tips(reading)))
        for path in pass_.wanted:
            yield from pass_.read(path, heads, partial(log, reading))
        yield Page([], pass_.ended(heads))

    return read


@dataclass(slots=True)
class _Pass:
    """whole: the parts read to their end. heads: those read by the last pass. due: whether each
    part is read to its end again.
    """

    reading: Reading
    wanted: tuple[str, ...]
    whole: list[str]
    heads: frozenset[str]
    due: bool
    taken: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def begun(cls, reading: Reading, wanted: tuple[str, ...]) -> _Pass:
        """Parts that are no longer configured are forgotten; another first day begins anew."""
        cursor = reading.cursor if reading.cursor.get("since") == _since(reading) else {}
        whole = [path for path in cursor.get(READ_TO_THE_END, ()) if path in wanted]
        read_at = cursor.get("read_at")
        due = read_at is None or server_time(reading.client) - utc(read_at) >= _WEEKLY
        return cls(reading, wanted, whole, frozenset(cursor.get("heads", ())), due)

    def read(
        self, path: str, heads: Sequence[str], log: Callable[[str, str], Iterator[list[Payload]]]
    ) -> Iterator[Page]:
        """The pages of one part. The stored ones end a list only where all of it was read once."""
        first = path not in self.whole
        for place, head in enumerate(heads):
            asked_before = (
                head in self.heads and head != EVERYWHERE and not (self.due and not place)
            )
            if (asked_before and not first) or (path, head) in self.taken:
                continue
            to_the_end = first or (self.due and not place)
            for rows in log(head, bare(path)):
                shas = dict.fromkeys(text_of(row, "id") for row in rows)
                fresh = self._fresh(path, shas, stored=not to_the_end)
                self.taken.update((path, sha) for sha in shas)
                yield Page([{"id": sha, "path": path} for sha in fresh], self.cursor())
                if not fresh and not (to_the_end and not place):
                    break
        if first:
            self.whole.append(path)
        yield Page([], self.cursor())

    def cursor(self) -> Cursor:
        """While it goes on: what was known before, and the parts that are whole by now."""
        kept = {name: self.reading.cursor[name] for name in ("read_at",) if not self.due}
        told: Cursor = {READ_TO_THE_END: list(self.whole), "heads": sorted(self.heads)}
        return {**told, **kept, "since": _since(self.reading)}

    def ended(self, heads: Sequence[str]) -> Cursor:
        """At the end of the pass."""
        now = iso(server_time(self.reading.client))
        read_at = now if self.due else self.reading.cursor["read_at"]
        return {**self.cursor(), "heads": sorted(heads), "read_at": read_at}

    def _fresh(self, path: str, shas: Mapping[str, None], *, stored: bool) -> list[str]:
        unread = [sha for sha in shas if (path, sha) not in self.taken]
        if not stored or not unread:
            return unread
        names = {sha: path_id({"id": sha, "path": path}, self.reading.scope) for sha in unread}
        known = self.reading.known(names.values())
        return [sha for sha in unread if names[sha] not in known]


def path_id(payload: Payload, scope: Scope) -> str:
    """The external id: a commit once for each part that it touches."""
    return f"{scope.id}:{text_of(payload, 'path')}:{text_of(payload, 'id')}"


def parse_path(payload: Payload, scope: Scope) -> Iterator[Record]:
    """That a commit touches a part."""
    yield CommitPath(scope.id, str(payload["id"]), str(payload["path"]))


def bare(path: str) -> str:
    """A part as vendors want it: `services/cart/**` is the folder `services/cart`."""
    return path.removesuffix("/**")


def _since(reading: Reading) -> Any:
    first = beginning(reading)
    return iso(first) if first else None

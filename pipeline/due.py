"""What of a source is to be read now, by streams and scopes, instead of everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.stream import Scope, Stream
from store.hooks import NotedHint

Scopes = Mapping[str, frozenset[str]]
_FEW = 20
"""Of more things in one scope the list costs less."""


@dataclass(frozen=True, slots=True)
class Due:
    """By stream, the scopes that are due, each with the external ids that were named.

    The scope "" stands for all scopes of its stream, no ids for whatever changed. A stream that the
    source does not offer is passed over, and a scope that is not among those that are read.
    """

    named: Mapping[str, Scopes]

    @classmethod
    def of(cls, hints: Iterable[NotedHint]) -> Due:
        """One hint without an id makes its whole scope due, whatever others name in it."""
        found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for hint in hints:
            found[hint.stream][hint.scope].add(hint.external_id)
        return cls(
            {
                stream: {
                    scope: frozenset() if "" in ids else frozenset(ids)
                    for scope, ids in scopes.items()
                }
                for stream, scopes in found.items()
            }
        )

    def streams(self, offered: Sequence[Stream]) -> list[Stream]:
        """Those that are due, and those over whose payloads they are read."""
        over = {stream.name: stream.over for stream in offered}
        wanted: set[str] = set()
        for name in self.named:
            home: str | None = name if name in over else None
            while home is not None and home not in wanted:
                wanted.add(home)
                home = over[home]
        return [stream for stream in offered if stream.name in wanted]

    def scopes(self, stream: str, known: Sequence[Scope]) -> list[Scope]:
        """The scopes to read: all of a stream that is only read to find those of another."""
        due = self.named.get(stream)
        if due is None or "" in due:
            return list(known)
        return [scope for scope in known if scope.id in due]

    def names(self, stream: Stream, scope: str) -> tuple[str, ...]:
        """What of a scope is read by itself; empty where the scope is due as a whole."""
        scopes = self.named.get(stream.name, {})
        if stream.named is None or scope not in scopes or (scope and "" in scopes):
            return ()
        names = sorted(scopes[scope])
        plain = all(stream.named.name.fullmatch(name) for name in names)
        return tuple(names) if plain and len(names) <= _FEW else ()

    def part(self, stream: Stream, scope: str) -> tuple[Stream, tuple[str, ...]]:
        """The stream as it is read, and these names. Where its list is read, without a census: to
        look for all that a scope has is for whole passes.
        """
        names = self.names(stream, scope)
        return (stream if names else replace(stream, census=None)), names

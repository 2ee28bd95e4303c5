"""How long work tells what it is doing; commands draw it, tests ignore it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a history that is being read: back to `since` (None: its beginning). share: how
    much of it is read, by its time; None where that can't be told. more: it is known that older
    history follows.
    """

    since: datetime | None
    share: float | None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """What one page brought. requests: of the source in this pass so far. part: of the history,
    None where it is not read in parts.
    """

    seen: int
    changed: int
    scope: str = ""
    requests: int = 0
    part: Part | None = None


class Progress(Protocol):
    """Called from the thread that writes what a source told; several sources are read at once."""

    def started(self, source: str, stream: str, scopes: int) -> None: ...

    def page(self, source: str, stream: str, stored: Stored) -> None: ...

    def finished(self, source: str, stream: str, *, scope: str = "") -> None: ...

    def step(self, name: str, done: int, total: int) -> None: ...


class Silent:
    """Says nothing."""

    def started(self, source: str, stream: str, scopes: int) -> None:
        """One more stream, or more scopes of it, is about to be read."""

    def page(self, source: str, stream: str, stored: Stored) -> None:
        """A page was stored."""

    def finished(self, source: str, stream: str, *, scope: str = "") -> None:
        """One scope of a stream came to its end."""

    def step(self, name: str, done: int, total: int) -> None:
        """Correlating or measuring came further."""

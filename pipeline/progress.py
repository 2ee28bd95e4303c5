"""How long work tells what it is doing; commands draw it, tests ignore it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called from the writing thread only."""

    def started(self, source: str, stream: str, scopes: int) -> None: ...

    def page(self, source: str, stream: str, *, seen: int, changed: int) -> None: ...

    def finished(self, source: str, stream: str) -> None: ...

    def step(self, name: str, done: int, total: int) -> None: ...


class Silent:
    """Says nothing."""

    def started(self, source: str, stream: str, scopes: int) -> None:
        """One more stream, or more scopes of it, is about to be read."""

    def page(self, source: str, stream: str, *, seen: int, changed: int) -> None:
        """A page was stored."""

    def finished(self, source: str, stream: str) -> None:
        """One scope of a stream came to its end."""

    def step(self, name: str, done: int, total: int) -> None:
        """Correlating or measuring came further."""

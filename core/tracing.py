"""Spans of what is being done: none unless `core/tracing_export.py` was set up to send them.

Attributes name parts of Headwater, sources, streams and templates of addresses; never what was
asked or answered, a person, an item or a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, Protocol

Kind = Literal["internal", "server", "client"]
Value = str | int | float | bool


class Span(Protocol):
    """One piece of work."""

    def set(self, **attributes: Value) -> None:
        """Add attributes; `_` in their names stands for `.`."""

    def fail(self, kind: str) -> None:
        """It did not go well; `kind` is a status or the name of an error, never its words."""


class Tracer(Protocol):
    """Makes spans."""

    def begin(
        self, name: str, kind: Kind, attributes: Mapping[str, Value], carrier: Mapping[str, str]
    ) -> AbstractContextManager[Span]: ...

    def inside(self) -> bool:
        """Whether work is done here for a span that is kept."""


class _Nothing:
    def set(self, **attributes: Value) -> None:
        """Nobody asked."""

    def fail(self, kind: str) -> None:
        """Nobody asked."""


_NOTHING = _Nothing()
_tracers: list[Tracer] = []


@contextmanager
def traced_by(tracer: Tracer) -> Iterator[None]:
    """This one makes the spans of the process for as long as the block runs."""
    _tracers.append(tracer)
    try:
        yield
    finally:
        _tracers.remove(tracer)


@contextmanager
def span(
    name: str,
    kind: Kind = "internal",
    carrier: Mapping[str, str] | None = None,
    **attributes: Value,
) -> Iterator[Span]:
    """The block is one piece of work. carrier: the headers of a caller that traces, too.

    Also a decorator. `_` in names of attributes stands for `.`.
    """
    if not _tracers:
        yield _NOTHING
        return
    with _tracers[-1].begin(name, kind, dotted(attributes), carrier or {}) as made:
        try:
            yield made
        except BaseException as error:
            made.fail(type(error).__name__)
            raise


def is_wanted() -> bool:
    """Whether spans are made in this process."""
    return bool(_tracers)


def is_traced() -> bool:
    """Whether something is done here for a span that is kept."""
    return bool(_tracers) and _tracers[-1].inside()


def dotted(attributes: Mapping[str, Value]) -> dict[str, Value]:
    return {_named(name): value for name, value in attributes.items()}


def _named(name: str) -> str:
    """A name that has dots already stays as it is."""
    return name if "." in name else name.replace("_", ".")

"""What a webhook tells: hints, or why it is passed over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    """A stream, by the name its connector gives it, in which something changed.

    scope: the id of the scope, empty for a stream without scopes or for all of them. ids: what the
    addresses of what changed end in, see `Named`; empty where none is named: then the scope is due
    as a whole.
    """

    stream: str
    scope: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """`ignored` is one line that says why there are no hints; empty where there are."""

    event: str
    hints: tuple[Hint, ...] = ()
    ignored: str = ""


def changed(event: str, *hints: Hint) -> Told:
    return Told(event, hints)


def ignored(event: str, why: str) -> Told:
    return Told(event, (), why)


def ids_of(values: Iterable[object]) -> tuple[str, ...]:
    """Numbers and words as ids, what is missing left out."""
    return tuple(str(value) for value in values if isinstance(value, int | str) and value != "")

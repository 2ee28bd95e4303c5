"""Statements of all databases of a test process are compiled once, as those of one database are in
a process that serves.

Each test has databases of its own, and each of those would compile the same statements again.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from functools import partial
from typing import Any

from sqlalchemy import create_engine

from store import session

_MOST = 4_000
"""How many are kept."""

Key = tuple[Any, ...]


class Compiled(MutableMapping[Key, Any]):
    """What SQLAlchemy compiled, found by the kind of a database where it looks for the very one."""

    def __init__(self) -> None:
        self._kept: dict[Key, Any] = {}

    def __getitem__(self, key: Key) -> Any:
        return self._kept[_of_kind(key)]

    def __setitem__(self, key: Key, compiled: Any) -> None:
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[_of_kind(key)] = compiled

    def __delitem__(self, key: Key) -> None:
        del self._kept[_of_kind(key)]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def compile_once() -> None:
    """From now on, for all databases that this process opens."""
    made = partial(create_engine, execution_options={"compiled_cache": Compiled()})
    session.create_engine = made  # type: ignore[attr-defined]


def _of_kind(key: Key) -> Key:
    dialect, *rest = key
    return (type(dialect), dialect.paramstyle, dialect.server_version_info, *rest)

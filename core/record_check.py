"""Whether a record is what its fields say, before it goes to a database that is strict about it.

Parsers hand on what a tool told: where it tells an object for a name, or an id of a page's length,
the payload is odd, and neither the page nor the source is to fail for it.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import cache
from math import isfinite
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from core.errors import PayloadError
from core.records import Person, Record, Revision

NAME_BYTES: Final = 2_000
"""Of what may stand in an index, which takes 2,700 bytes of all its columns together."""
_PROSE: Final = frozenset(
    {"title", "description", "message", "detail", "url", "urls", "remote", "why", "old", "new"}
    | {"cause", "parameters"}
)
_SHORT: Final = frozenset({"priority"})
_SHORTEST, _LARGEST = 2**15, 2**63
Fits = Callable[[Any], bool]


def require_sound(records: Iterable[Record]) -> list[Record]:
    """The records; `PayloadError` names the first field that is not of its type or size."""
    found = list(records)
    for record in found:
        kind: type = type(record)
        for name, fits in _checks(kind):
            if not fits(getattr(record, name)):
                raise PayloadError(f"{type(record).__name__}.{name} is not what it should be")
    return found


@cache
def _checks(kind: type) -> tuple[tuple[str, Fits], ...]:
    hints = get_type_hints(kind)
    return tuple((one.name, _fits(hints[one.name], one.name)) for one in fields(kind))


def _fits(hint: Any, name: str) -> Fits:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        ways = [_fits(one, name) for one in inner if one is not type(None)]
        return lambda value: value is None or any(way(value) for way in ways)
    if origin is tuple:
        return _all_of([_fits(one, name) for one in inner if one is not ...])
    if hint is Person or hint is Revision:
        parts = _checks(hint)
        return lambda value: (
            type(value) is hint and all(fits(getattr(value, part)) for part, fits in parts)
        )
    if hint is str:
        return _is_text if name in _PROSE else _is_name
    if hint is int:
        most = _SHORTEST if name in _SHORT else _LARGEST
        return lambda value: type(value) is int and -most < value < most
    if hint is float:
        return lambda value: type(value) in (int, float) and isfinite(value)
    return lambda value: isinstance(value, origin or hint)


def _all_of(ways: list[Fits]) -> Fits:
    def fits(value: Any) -> bool:
        return isinstance(value, tuple | list) and all(
            ways[place % len(ways)](one) for place, one in enumerate(value)
        )

    return fits


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and (
        len(value) <= NAME_BYTES // 4 or len(value.encode(errors="replace")) <= NAME_BYTES
    )

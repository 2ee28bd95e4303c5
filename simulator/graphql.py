"""The part of the GraphQL language that clients of the simulated tools write: parsed, counted, run.

Queries with variables, aliases, arguments and inline fragments; no mutations, no directives.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

Json = dict[str, Any]
T = TypeVar("T")

_TOKEN = re.compile(r'\.\.\.|[!$():=@\[\]{}|]|[_A-Za-z]\w*|-?\d+|"(?:[^"\\]|\\.)*"')
_MOST = 100


class QueryError(Exception):
    """What is wrong with a query as a whole, as the vendor's error object."""

    def __init__(self, message: str, **more: Any) -> None:
        super().__init__(message)
        self.told: Json = {"message": message, **more}


@dataclass(frozen=True, slots=True)
class Selected:
    """A field that is asked for; `on` the type of an inline fragment, empty for a field."""

    name: str
    alias: str
    arguments: Mapping[str, Any]
    inside: tuple[Selected, ...] = ()
    on: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of a type: values, other things, lists of things, or what makes one of those out of
    the arguments.
    """

    type: str
    fields: Mapping[str, Any]


@dataclass(slots=True)
class MissingError(Exception):
    """A thing that this account does not get: it becomes null, with an error of this type."""

    kind: str
    message: str


def parsed(text: str, variables: Mapping[str, Any]) -> tuple[Selected, ...]:
    """The selections of the one query in a document; `QueryError`."""
    reader = _Reader([found[0] for found in _TOKEN.finditer(text)][::-1], variables)
    try:
        return reader.document()
    except (IndexError, KeyError) as error:
        raise QueryError(f"Parse error: {error}") from error


@dataclass(slots=True)
class _Reader:
    left: list[str]
    variables: Mapping[str, Any]

    def document(self) -> tuple[Selected, ...]:
        if self.left[-1] == "query":
            self.left.pop()
            if self.left[-1] not in "({":
                self.left.pop()
            if self.left[-1] == "(":
                while self.left.pop() != ")":
                    pass
        return tuple(self._selections())

    def _selections(self) -> Iterator[Selected]:
        self._expect("{")
        while self.left[-1] != "}":
            yield self._fragment() if self.left[-1] == "..." else self._field()
        self.left.pop()

    def _fragment(self) -> Selected:
        self.left.pop()
        self._expect("on")
        kind = self.left.pop()
        return Selected("", "", {}, tuple(self._selections()), on=kind)

    def _field(self) -> Selected:
        alias = name = self.left.pop()
        if self.left[-1] == ":":
            self.left.pop()
            name = self.left.pop()
        arguments = dict(self._arguments()) if self.left[-1] == "(" else {}
        inside = tuple(self._selections()) if self.left[-1] == "{" else ()
        return Selected(name, alias, arguments, inside)

    def _arguments(self) -> Iterator[tuple[str, Any]]:
        self.left.pop()
        while self.left[-1] != ")":
            name = self.left.pop()
            self._expect(":")
            yield name, self._value()
        self.left.pop()

    def _value(self) -> Any:
        token = self.left.pop()
        if token == "$":
            return self.variables[self.left.pop()]
        return orjson.loads(token) if token[0] in '"-0123456789' else token

    def _expect(self, token: str) -> None:
        found = self.left.pop()
        if found != token:
            raise QueryError(f"Parse error: expected {token}, got {found}")


def counted(selected: Sequence[Selected], times: int = 1) -> tuple[int, int]:
    """How many lists would have to be asked for, and how many nodes could come: what a query is
    charged by, whatever is really there.
    """
    lists = nodes = 0
    for one in selected:
        rows = one.arguments.get("first") or one.arguments.get("last")
        inner = times
        if rows:
            lists, nodes, inner = lists + times, nodes + times * rows, times * rows
        elif one.name == "nodes" and "ids" in one.arguments:
            inner = times * len(one.arguments["ids"])
        below = counted(one.inside, inner)
        lists, nodes = lists + below[0], nodes + below[1]
    return lists, nodes


def listed(type: str, rows: Sequence[T], make: Callable[[T], Thing]) -> Callable[..., Thing]:
    """A list in pages: `first` rows after a cursor. `QueryError` without a size from 1 to 100."""

    def connection(first: int | None = None, after: str | None = None) -> Thing:
        if first is None or not 1 <= first <= _MOST:
            raise QueryError(
                f"You must provide a `first` value from 1 to {_MOST} on the `{type}` connection",
                type="MISSING_PAGINATION_BOUNDARIES",
            )
        start = _place(after)
        end = min(start + first, len(rows))
        page = {
            "hasNextPage": end < len(rows),
            "endCursor": _cursor(end) if end > start else None,
        }
        fields = {
            "totalCount": len(rows),
            "pageInfo": Thing("PageInfo", page),
            "nodes": [make(row) for row in rows[start:end]],
        }
        return Thing(f"{type}Connection", fields)

    return connection


def _cursor(place: int) -> str:
    return b64encode(f"cursor:{place}".encode()).decode()


def _place(cursor: str | None) -> int:
    try:
        return int(b64decode(cursor).removeprefix(b"cursor:")) if cursor else 0
    except (Base64Error, ValueError) as error:
        raise QueryError(f"`{cursor}` does not appear to be a valid cursor.") from error


@dataclass(slots=True)
class Run:
    """One query over a root; `errors` of what became null on the way."""

    errors: list[Json] = field(default_factory=list)

    def thing(self, thing: Thing, selected: Sequence[Selected], path: list[Any]) -> Json:
        """The object that a selection makes of a thing; `QueryError` for a field it has not."""
        told: Json = {}
        for one in selected:
            if one.on:
                told |= self.thing(thing, one.inside, path) if one.on == thing.type else {}
                continue
            if one.name == "__typename":
                told[one.alias] = thing.type
                continue
            if one.name not in thing.fields:
                raise _undefined(one.name, thing.type)
            value = thing.fields[one.name]
            here = [*path, one.alias]
            try:
                made = value(**one.arguments) if callable(value) else value
            except MissingError as missing:
                made = missing
            told[one.alias] = self._value(made, one.inside, here)
        return told

    def _value(self, value: Any, selected: Sequence[Selected], path: list[Any]) -> Any:
        if isinstance(value, MissingError):
            told = {"type": value.kind, "path": path, "message": value.message}
            self.errors.append({**told, "locations": [{"line": 1, "column": 1}]})
            return None
        if isinstance(value, list):
            return [self._value(row, selected, [*path, n]) for n, row in enumerate(value)]
        return self.thing(value, selected, path) if isinstance(value, Thing) else value


def _undefined(name: str, type: str) -> QueryError:
    more = {"code": "undefinedField", "typeName": type, "fieldName": name}
    return QueryError(f"Field '{name}' doesn't exist on type '{type}'", extensions=more)

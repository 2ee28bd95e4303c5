"""The `tree` parameter of Jenkins: which fields of a bean are exported, and which range of a list.

`jobs[name,url],builds[number,timestamp]{0,50}`: from the first number to before the second.
`_class` is always exported. A bean that is named without brackets comes with its class only; `*`
names every plain value of a level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.vendor import Json

TOKEN = re.compile(r"[^,\[\]{}]+|[,\[\]{}]")


class TreeError(Exception):
    """A tree parameter that cannot be read; Jenkins answers 400."""


@dataclass(slots=True)
class Node:
    """What is wanted of a field: its own fields, and the range if it is a list."""

    children: dict[str, Node] = field(default_factory=dict)
    rows: slice = field(default_factory=lambda: slice(None))


@dataclass(frozen=True, slots=True)
class Many:
    """A list whose beans are made only when a tree asks for them."""

    rows: Sequence[Any]
    make: Callable[[Any], Json]


@dataclass(frozen=True, slots=True)
class One:
    """A bean made only when a tree asks for it; `row` None is null."""

    row: Any
    make: Callable[[Any], Json]


def parse_tree(text: str) -> dict[str, Node]:
    tokens = TOKEN.findall(text)
    wanted, rest = _fields(tokens)
    if rest:
        raise TreeError(f"unexpected {rest[0]}")
    return wanted


def _fields(tokens: list[str]) -> tuple[dict[str, Node], list[str]]:
    wanted: dict[str, Node] = {}
    while tokens and tokens[0] != "]":
        name, tokens = tokens[0].strip(), tokens[1:]
        if name in ("[", "{", "}", ","):
            raise TreeError(f"unexpected {name}")
        node = wanted.setdefault(name, Node())
        if tokens[:1] == ["["]:
            children, tokens = _fields(tokens[1:])
            node.children |= children
            if tokens[:1] != ["]"]:
                raise TreeError("a bracket is not closed")
            tokens = tokens[1:]
        if tokens[:1] == ["{"]:
            node.rows, tokens = _range(tokens[1:])
        if tokens[:1] == [","]:
            tokens = tokens[1:]
    return wanted, tokens


def _range(tokens: list[str]) -> tuple[slice, list[str]]:
    """`{M,N}`: from M to before N; `{M,}`, `{,N}`; `{N}` is one row."""
    if "}" not in tokens:
        raise TreeError("a range is not closed")
    end = tokens.index("}")
    text = "".join(tokens[:end])
    first, comma, last = (part.strip() for part in text.partition(","))
    if not all(part.isdigit() or not part for part in (first, last)):
        raise TreeError(f"malformed range {text}")
    if not comma:
        return slice(int(first), int(first) + 1), tokens[end + 1 :]
    bounds = slice(int(first) if first else None, int(last) if last else None)
    return bounds, tokens[end + 1 :]


def export(bean: Json, wanted: dict[str, Node]) -> Json:
    """The wanted part of a bean."""
    shown: Json = {"_class": bean["_class"]} if "_class" in bean else {}
    if "*" in wanted:
        shown |= {name: value for name, value in bean.items() if not _is_bean(value)}
    for name, node in wanted.items():
        if name in bean and name != "_class":
            shown[name] = _value(bean[name], node)
    return shown


def _value(value: Any, node: Node) -> Any:
    if isinstance(value, Many):
        return [export(value.make(row), node.children) for row in value.rows[node.rows]]
    if isinstance(value, One):
        return None if value.row is None else export(value.make(value.row), node.children)
    if isinstance(value, dict):
        return export(value, node.children)
    if isinstance(value, list):
        return [_value(row, Node(node.children)) for row in value[node.rows]]
    return value


def _is_bean(value: Any) -> bool:
    if isinstance(value, list):
        return any(_is_bean(row) for row in value)
    return isinstance(value, dict | Many | One)

"""A row of the table of recorded payloads, and what a parse function makes of one set."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.stream import Payload, Scope
from core.errors import PayloadError
from core.records import Record

# What a parse function may raise to have a payload skipped.
REFUSALS = (PayloadError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, kw_only=True)
class PayloadSet:
    """Files of one kind and what was counted in them by eye.

    files: a pattern below the folder of payloads. items: the payloads in the body of one file.
    count: items in. records: records out, by type. unparsed: items that give none; `lacks` says
    why: the field, as a path with dots, that these have not and the others have.
    """

    files: str
    parse: Callable[[Payload, Scope], Iterable[Record]]
    count: int
    records: Mapping[str, int] = field(default_factory=dict)
    unparsed: int = 0
    lacks: str = ""
    items: Callable[[Any], list[Payload]] = lambda body: list(body)
    scope: Scope = field(default=Scope("1"))


@dataclass(frozen=True)
class Outcome:
    """The records of one payload, and the error where it was refused."""

    payload: Payload
    records: list[Record]
    refusal: str | None


def alone(body: Payload) -> list[Payload]:
    """The items of an answer that is one item."""
    return [body]


def under(*names: str) -> Callable[[Any], list[Payload]]:
    """The items of an answer that holds them under a name; one item may stand there alone."""

    def items(body: Any) -> list[Payload]:
        for name in names:
            body = body[name]
        return list(body) if isinstance(body, list) else [body]

    return items


def files_of(folder: Path, pattern: str) -> set[Path]:
    return {path for path in folder.glob(pattern) if path.is_file()}


def payloads(folder: Path, one: PayloadSet) -> list[Payload]:
    """All items of a set, file by file."""
    paths = sorted(files_of(folder, one.files))
    bodies = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return [item for body in bodies for item in one.items(body)]


def outcomes(folder: Path, one: PayloadSet) -> list[Outcome]:
    """What becomes of each item; whatever is no refusal is raised."""
    return [_outcome(one, payload) for payload in payloads(folder, one)]


def _outcome(one: PayloadSet, payload: Payload) -> Outcome:
    try:
        return Outcome(payload, list(one.parse(payload, one.scope)), None)
    except REFUSALS as error:
        return Outcome(payload, [], str(error))


def lacks(payload: Payload, path: str) -> bool:
    """Whether nothing stands at a path with dots, looked up in the payload alone."""
    value: Any = payload
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value is None

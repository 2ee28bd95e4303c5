"""The fields of each neutral record as a stranger writes them: names, types, and how each is read.

Made from the dataclasses themselves, so a field that is added there can be imported at once.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import orjson

from core.errors import FieldError
from core.fields import Given, checked
from core.frames import to_ts
from core.record_value import MOST_CENTS, check_value
from core.records import CommitPath, Gone, Person, Record, Revision

_PROSE: Final = frozenset({"title", "description", "message", "detail"})
_INT: Final = 2**31 - 1
_SEPARATOR: Final = "|"
IDENTITY: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("identity",),
    "item_key": ("key",),
    "item_link": ("item", "kind", "other_key"),
    "planned_in": ("item", "release"),
    "transition": ("item", "at", "seq"),
    "block": ("item", "kind", "detail", "start"),
    "worklog": ("item", "id"),
    "ref": ("repository", "kind", "name"),
    "commit": ("repository", "sha"),
    "merge_request": ("repository", "id"),
    "review": ("repository", "merge_request", "id"),
    "build_stage": ("build", "id"),
    "state_change": ("entity", "id", "at", "seq"),
}
"""The fields that name a record as the store does, where that is more than its `id`."""


_MAY_BE_EMPTY: Final = frozenset(
    {"title", "description", "message", "detail", "url", "default_branch", "source_branch"}
    | {"target_branch", "tier", "state", "old", "new", "sha", "from_name", "to_name"}
)
_CHOICES: Final = {
    ("ref", "kind"): ("branch", "tag", "release"),
    ("state_change", "entity"): ("change", "incident"),
}
_LARGE: Final = frozenset({"count", "value_cents"})
_SHORT: Final = frozenset({"seq", "ordinal", "priority"})


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a record. name: in a file, where `kind` is the record's, so that a field of that
    name is called `what`; attribute: in the record. type: in words, as the documentation has it.
    """

    name: str
    attribute: str
    type: str
    required: bool
    nullable: bool
    take: Callable[[Given], Any]


def _kind_of(record: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", record.__name__).lower()


KINDS: Final[Mapping[str, type]] = {
    _kind_of(record): record for record in get_args(Record) if record not in (Gone, CommitPath)
}
"""What can be imported, by the name of the kind. That something is gone only its source tells, and
which parts a commit touches is asked of one for the parts that are configured.
"""


@cache
def specs(kind: str) -> tuple[FieldSpec, ...]:
    """The fields of a kind in their order."""
    record = KINDS[kind]
    hints = get_type_hints(record)
    found = []
    for one in fields(record):
        hint = hints[one.name]
        nullable = type(None) in get_args(hint)
        told, take = _reader(hint, prose=one.name in _PROSE)
        if one.name in _SHORT:
            take = _short
        elif one.name in _LARGE:
            take = large
        if choices := _CHOICES.get((kind, one.name)):
            told = f"one of {', '.join(choices)}"
            take = _limited(take, choices)
        free = nullable or one.default is not MISSING
        must = one.name in IDENTITY.get(kind, ("id",)) or one.name not in _MAY_BE_EMPTY
        name = "what" if one.name == "kind" else one.name
        found.append(FieldSpec(name, one.name, told, must and not free, nullable, take))
    return tuple(found)


def record_of(kind: str, row: Mapping[str, Any]) -> Record:
    """The record of a row. What is empty or absent is the default; `FieldError` names a field."""
    given = checked(dict(row))
    known = {spec.name for spec in specs(kind)}
    for name in row:
        if name not in known:
            raise FieldError(str(name)[:100], f"a {kind} has no such field")
    values: dict[str, Any] = {}
    for spec in specs(kind):
        field = given.get(spec.name)
        if field.value not in (None, ""):
            values[spec.attribute] = spec.take(field)
        elif spec.required:
            raise field.wrong("is missing")
        elif spec.nullable:
            values[spec.attribute] = None
        elif spec.attribute in _MAY_BE_EMPTY:
            values[spec.attribute] = ""
    made: Record = KINDS[kind](**values)
    check_value(made)
    return made


def identity_of(kind: str, record: Record) -> tuple[str, ...]:
    """What names the record among those of its kind; of a time the whole second does."""
    named = [getattr(record, name) for name in IDENTITY.get(kind, ("id",))]
    return tuple(str(to_ts(one) if isinstance(one, datetime) else one) for one in named)


def _reader(hint: Any, *, prose: bool = False) -> tuple[str, Callable[[Given], Any]]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        return _reader(next(one for one in inner if one is not type(None)), prose=prose)
    if origin is tuple:
        return _list_reader(inner[0])
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return f"one of {', '.join(one.name.lower() for one in hint)}", _one_of(
            {one.name.lower(): one for one in hint}
        )
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return f"one of {', '.join(one.value for one in hint)}", _one_of(
            {one.value: one for one in hint}
        )
    return {
        str: ("text", Given.text if prose else lambda given: given.name_or("")),
        int: ("whole number", _whole),
        float: ("number", _float),
        bool: ("true or false", _bool),
        datetime: ("time", Given.time),
        date: ("day", Given.day),
        Person: ("person", lambda given: Person(given.name())),
    }[hint]


def _limited(take: Callable[[Given], Any], choices: tuple[str, ...]) -> Callable[[Given], Any]:
    def limited(given: Given) -> Any:
        if given.name().casefold() not in choices:
            raise given.wrong(f"must be one of {', '.join(choices)}")
        return take(given)

    return limited


def _one_of(choices: Mapping[str, Any]) -> Callable[[Given], Any]:
    def take(given: Given) -> Any:
        found = choices.get(given.name().casefold())
        if found is None:
            raise given.wrong(f"must be one of {', '.join(choices)}")
        return found

    return take


def _list_reader(inner: Any) -> tuple[str, Callable[[Given], Any]]:
    if inner is Revision:
        return "list of sha or sha@address", lambda given: tuple(map(_revision, _listed(given)))
    if get_origin(inner) is tuple:
        return "list of name=value", lambda given: tuple(map(_pair, _listed(given)))
    return "list", lambda given: tuple(one.name() for one in _listed(given))


def _listed(given: Given) -> list[Given]:
    """A list, or text with `|` between its members, or a list as JSON text."""
    if isinstance(given.value, str):
        text = given.text().strip()
        if text.startswith("["):
            try:
                return list(Given(orjson.loads(text), given.path).items())
            except orjson.JSONDecodeError as error:
                raise given.wrong("is not a JSON list") from error
        return [Given(part.strip(), given.path) for part in text.split(_SEPARATOR) if part.strip()]
    return list(given.items())


def _revision(given: Given) -> Revision:
    sha, _, remote = given.name().partition("@")
    return Revision(sha, remote)


def _pair(given: Given) -> tuple[str, str]:
    name, equals, value = given.text().partition("=")
    if not equals or not name:
        raise given.wrong("must be name=value")
    return name, value


def _whole(given: Given, most: int = _INT) -> int:
    value = given.value
    if isinstance(value, str):
        try:
            value = int(value)
        except ValueError as error:
            raise given.wrong("must be a whole number") from error
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > most:
        raise given.wrong("must be a whole number")
    return value


def large(given: Given) -> int:
    """A whole number of money or uses, as text or as a number."""
    return _whole(given, MOST_CENTS)


def _short(given: Given) -> int:
    found = _whole(given)
    if abs(found) > 32_767:
        raise given.wrong("is out of all bounds")
    return found


def _float(given: Given) -> float | None:
    if isinstance(given.value, str):
        try:
            return Given(float(given.value), given.path).number()
        except ValueError as error:
            raise given.wrong("must be a number") from error
    return given.number()


def _bool(given: Given) -> bool:
    found = {"true": True, "false": False, "1": True, "0": False}.get(str(given.value).lower())
    if found is None:
        raise given.wrong("must be true or false")
    return found

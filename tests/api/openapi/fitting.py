"""Whether everything that one schema lets through is let through by another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Schema = Mapping[str, Any]
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


@dataclass(frozen=True, slots=True)
class Difference:
    """breaking: whether a program that was right before may fail now."""

    breaking: bool
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass
class Comparison:
    """Of schemas of two documents. answers: whether they are of what is answered, where new fields
    and new words are additions, and nothing may go; else of what is sent, where nothing that was
    taken may be refused.
    """

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    answers: bool
    _within: set[tuple[str, str]] = field(default_factory=set)

    def differences(self, old: Schema, new: Schema, where: str) -> Iterator[Difference]:
        """What differs between two schemas in what they let through."""
        names = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if any(names):
            if names in self._within:
                return
            self._within.add(names)
        try:
            was, now = _ways(self.old, old), _ways(self.new, new)
            yield from self._ways_differ(was, now, where)
        finally:
            self._within.discard(names)

    def _ways_differ(
        self, was: list[Schema], now: list[Schema], where: str
    ) -> Iterator[Difference]:
        for way in was:
            fitting = [one for one in now if _same_kind(way, one)]
            if not fitting:
                yield Difference(not self.answers, where, f"{_kind(way)} is taken out")
                continue
            found = [list(self._way_differs(way, one, where)) for one in fitting]
            yield from min(found, key=lambda one: (sum(each.breaking for each in one), len(one)))
        for way in now:
            if not any(_same_kind(one, way) for one in was):
                yield Difference(self.answers, where, f"{_kind(way)} is new")

    def _way_differs(self, was: Schema, now: Schema, where: str) -> Iterator[Difference]:
        yield from self._words(was, now, where)
        if not self.answers:
            yield from _bounds(was, now, where)
        if "properties" in was or "properties" in now:
            yield from self._fields(was, now, where)
        for key, step in (("items", "[]"), ("additionalProperties", "{}")):
            before, after = was.get(key), now.get(key)
            if isinstance(before, dict) and isinstance(after, dict):
                yield from self.differences(before, after, where + step)

    def _words(self, was: Schema, now: Schema, where: str) -> Iterator[Difference]:
        before, after = _enum(was), _enum(now)
        if before is None and after is None:
            return
        if before is None or after is None:
            narrower = before is None
            what = "one of few words only" if narrower else "any word"
            yield Difference(narrower != self.answers, where, what)
            return
        for word in sorted(before - after):
            yield Difference(not self.answers, where, f"{word} is taken out")
        for word in sorted(after - before):
            yield Difference(False, where, f"{word} is new")

    def _fields(self, was: Schema, now: Schema, where: str) -> Iterator[Difference]:
        before, after = was.get("properties", {}), now.get("properties", {})
        needed = {name: (name in was.get("required", ()), name in now.get("required", ()))
                  for name in {**before, **after}}  # fmt: skip
        for name in sorted(needed):
            place = f"{where}.{name}"
            had, has = needed[name]
            if name not in after:
                refused = self.answers or now.get("additionalProperties") is False
                yield Difference(refused, place, "the field is taken out")
            elif name not in before:
                yield Difference(has and not self.answers, place, "the field is new")
            else:
                if had and not has:
                    yield Difference(self.answers, place, "may be missing now")
                if has and not had:
                    yield Difference(not self.answers, place, "is required now")
                yield from self.differences(before[name], after[name], place)


def _bounds(was: Schema, now: Schema, where: str) -> Iterator[Difference]:
    for key in (*_LOWER, *_UPPER):
        before, after = was.get(key), now.get(key)
        if before == after:
            continue
        tighter = after is not None and (
            before is None or (after > before if key in _LOWER else after < before)
        )
        yield Difference(tighter, where, f"{key} is {after}, was {before}")
    for key in ("pattern", "format"):
        if was.get(key) != now.get(key):
            yield Difference(now.get(key) is not None, where, f"{key} is {now.get(key)}")


def resolved(document: Mapping[str, Any], schema: Schema) -> Schema:
    """The schema that a reference names."""
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _ways(document: Mapping[str, Any], schema: Schema) -> list[Schema]:
    """The alternatives of a schema, each of one type; [{}] lets everything through."""
    whole = resolved(document, schema)
    for key in ("anyOf", "oneOf"):
        if key in whole:
            return [way for one in whole[key] for way in _ways(document, one)]
    kinds = whole.get("type")
    if isinstance(kinds, list):
        return [{**whole, "type": kind} for kind in kinds]
    return [whole]


def _kind(way: Schema) -> str:
    """Its type; "" for anything."""
    if "const" in way and "type" not in way:
        return {str: "string", int: "integer", bool: "boolean"}.get(type(way["const"]), "null")
    return str(way.get("type", ""))


def _same_kind(one: Schema, other: Schema) -> bool:
    return _kind(one) == _kind(other)


def _enum(way: Schema) -> set[str] | None:
    if "const" in way:
        return {str(way["const"])}
    return set(map(str, way["enum"])) if "enum" in way else None

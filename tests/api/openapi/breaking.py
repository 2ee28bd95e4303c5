"""What differs between two OpenAPI documents, and which of it breaks programs that were right.

A parameter that an address does not know is refused, so one that goes breaks as much as an address
that goes. Programs must let pass what they do not know in answers: fields and words that are new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.api.openapi.fitting import Comparison, Difference, resolved

Document = Mapping[str, Any]


def differences(old: Document, new: Document) -> Iterator[Difference]:
    """Every difference in what may be asked and what is answered; words for people are none."""
    before, after = _operations(old), _operations(new)
    for key in sorted(before.keys() | after.keys()):
        if key not in after:
            yield Difference(True, key, "the address is taken out")
        elif key not in before:
            yield Difference(False, key, "the address is new")
        else:
            yield from _parameters(old, new, before[key], after[key], key)
            yield from _body(old, new, before[key], after[key], key)
            yield from _answers(old, new, before[key], after[key], key)


def breaking(old: Document, new: Document) -> list[str]:
    """One line for each difference that breaks."""
    return [str(one) for one in differences(old, new) if one.breaking]


def _operations(document: Document) -> dict[str, Mapping[str, Any]]:
    """By method and path, whatever the parameters in the path are called."""
    return {
        f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def _parameters(
    old: Document, new: Document, was: Mapping[str, Any], now: Mapping[str, Any], where: str
) -> Iterator[Difference]:
    before, after = _named(was), _named(now)
    sent = Comparison(old, new, answers=False)
    for name in sorted(before.keys() | after.keys()):
        place = f"{where} {name}"
        if name not in after:
            yield Difference(True, place, "the parameter is taken out")
        elif name not in before:
            needed = bool(after[name].get("required"))
            yield Difference(needed, place, f"the parameter is new{' and required' * needed}")
        else:
            if after[name].get("required") and not before[name].get("required"):
                yield Difference(True, place, "is required now")
            schemas = before[name].get("schema", {}), after[name].get("schema", {})
            if schemas[0].get("default") != schemas[1].get("default"):
                yield Difference(
                    True, place, f"is {schemas[1].get('default')} where it is not said"
                )
            yield from sent.differences(*schemas, place)


def _named(operation: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Parameters by name; those of the path by their place in it."""
    places = iter(range(100))
    return {
        f"{{}} {next(places)}" if one["in"] == "path" else one["name"]: one
        for one in operation.get("parameters", ())
    }


def _body(
    old: Document, new: Document, was: Mapping[str, Any], now: Mapping[str, Any], where: str
) -> Iterator[Difference]:
    before, after = was.get("requestBody"), now.get("requestBody")
    if after is None:
        if before is not None:
            yield Difference(True, where, "the body is taken out")
        return
    needed = bool(after.get("required"))
    if before is None:
        yield Difference(needed, where, f"a body is new{' and required' * needed}")
        return
    if needed and not before.get("required"):
        yield Difference(True, where, "the body is required now")
    yield from _contents(old, new, before, after, f"{where} body", answers=False)


def _answers(
    old: Document, new: Document, was: Mapping[str, Any], now: Mapping[str, Any], where: str
) -> Iterator[Difference]:
    before, after = was["responses"], now["responses"]
    for status in sorted(before.keys() | after.keys()):
        place = f"{where} {status}"
        if status not in after:
            yield Difference(status < "400", place, "the answer is taken out")
        elif status not in before:
            yield Difference(False, place, "the answer is new")
        else:
            first, then = resolved(old, before[status]), resolved(new, after[status])
            for name in sorted(first.get("headers", {}).keys() - then.get("headers", {}).keys()):
                yield Difference(True, place, f"the header {name} is taken out")
            yield from _contents(old, new, first, then, place, answers=True)


def _contents(
    old: Document,
    new: Document,
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    where: str,
    *,
    answers: bool,
) -> Iterator[Difference]:
    before, after = was.get("content", {}), now.get("content", {})
    for kind in sorted(before.keys() | after.keys()):
        if kind not in after:
            yield Difference(True, where, f"{kind} is taken out")
        elif kind in before:
            compared = Comparison(old, new, answers=answers)
            schemas = before[kind].get("schema", {}), after[kind].get("schema", {})
            yield from compared.differences(*schemas, where)
        else:
            yield Difference(False, where, f"{kind} is new")

"""Fields of JSON that a stranger sent: each is taken with its path, so that a refusal names it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from core.errors import FieldError

NAME_BYTES = 1_000
"""Names and ids become parts of keys, which databases bound."""
TEXT_CHARS = 100_000
DEPTH = 40
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Given:
    """A value and where it stood. One that is null counts as not given."""

    value: Any
    path: str = ""

    def get(self, name: str) -> Given:
        """A field of an object; of anything else there is none."""
        inside = self.value.get(name) if isinstance(self.value, dict) else None
        return Given(inside, f"{self.path}.{name}" if self.path else name)

    def first(self, *names: str) -> Given:
        """The first of these fields that is given, else the first of them."""
        found = [self.get(name) for name in names]
        return next((one for one in found if one.value is not None), found[0])

    def object(self) -> Given:
        """Itself; `FieldError` unless it is an object."""
        if not isinstance(self.value, dict):
            raise self.wrong("is missing" if self.value is None else "must be an object")
        return self

    def items(self) -> Iterator[Given]:
        """The members of a list; none where it is not given."""
        if self.value is not None and not isinstance(self.value, list):
            raise self.wrong("must be a list")
        for index, one in enumerate(self.value or ()):
            yield Given(one, f"{self.path}[{index}]")

    def name(self) -> str:
        """A short text that must be there: an id, a key, a reference."""
        found = self.name_or("")
        if not found:
            raise self.wrong("is missing" if self.value is None else "must not be empty")
        return found

    def name_or(self, default: str) -> str:
        if self.value is None:
            return default
        text = self.text()
        if len(text.encode()) > NAME_BYTES:
            raise self.wrong(f"is longer than {NAME_BYTES} bytes")
        return text.strip()

    def text(self) -> str:
        """Prose, empty where it is not given; a number is taken as its digits."""
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            raise self.wrong("must be text")
        return (value or "")[:TEXT_CHARS]

    def number(self) -> float | None:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            raise self.wrong("must be a number")
        if value is not None and not -1e12 < value < 1e12:
            raise self.wrong("is out of all bounds")
        return value

    def time(self) -> datetime:
        """An ISO 8601 time with its zone, in UTC."""
        found = self.time_or_none()
        if found is None:
            raise self.wrong("is missing")
        return found

    def time_or_none(self) -> datetime | None:
        if self.value is None:
            return None
        text = self.name()
        try:
            at = datetime.fromisoformat(text)
            if at.tzinfo is None:
                raise self.wrong("has no zone; write 2026-11-21T06:00:00Z")
            at = at.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.wrong("is no time; write 2026-11-21T06:00:00Z") from error
        if not _EARLIEST <= at <= _LATEST:
            raise self.wrong("is out of all bounds")
        return at

    def day(self) -> date:
        """A day of our times, without a zone."""
        text = self.name()
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.isoformat() != text:
            raise self.wrong("is no day; write 2026-12-24")
        if not _EARLIEST.date() <= found <= _LATEST.date():
            raise self.wrong("is out of all bounds")
        return found

    def wrong(self, what: str) -> FieldError:
        return FieldError(self.path or "the body", what)


def checked(value: Any, path: str = "") -> Given:
    """A value that any database can hold: no NUL, no half character, not nested without end."""
    waiting: list[tuple[Any, str, int]] = [(value, path, 0)]
    while waiting:
        one, where, depth = waiting.pop()
        if depth > DEPTH:
            raise FieldError(where[:200], f"is nested deeper than {DEPTH} levels")
        if isinstance(one, str):
            _check_text(one, where)
        elif isinstance(one, dict):
            for name, inside in one.items():
                _check_text(name, where or "the body")
                waiting.append((inside, f"{where}.{name[:50]}" if where else name[:50], depth + 1))
        elif isinstance(one, list):
            waiting += [(inside, f"{where}[{i}]", depth + 1) for i, inside in enumerate(one)]
    return Given(value, path)


def _check_text(text: str, where: str) -> None:
    if "\x00" in text:
        raise FieldError(where, "has a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise FieldError(where, "has half of a character") from error

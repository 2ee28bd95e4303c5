"""On which line of a TOML text a value stands: tomllib keeps none, so the text is scanned once
more.

Only used for error messages, on a text that tomllib has already accepted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_HEADER = re.compile(r"[ \t]*(\[\[?)\s*([^\[\]]+?)\s*\]\]?")
_KEY = re.compile(
    r"[ \t]*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"))*)\s*="
)
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL
)


def line_of(text: str, path: Path) -> int | None:
    """The line (from 1) of the value at `path`, or of the nearest table around it; None if nothing
    fits.
    """
    lines = _Scanner(text).scan()
    for size in range(len(path), 0, -1):
        if path[:size] in lines:
            return lines[path[:size]]
    return None


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


@dataclass(slots=True)
class _Scanner:
    text: str
    at: int = 0
    line: int = 1
    table: Path = ()
    lines: dict[Path, int] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)

    def scan(self) -> dict[Path, int]:
        while self.at < len(self.text):
            if header := _HEADER.match(self.text, self.at):
                self._enter(_parts(header[2]), repeated=header[1] == "[[")
                self._skip_line()
            elif key := _KEY.match(self.text, self.at):
                self._advance(key.end())
                path = self._note(self.table, _parts(key[1]))
                self._value(path)
                self._skip_line()
            else:
                self._skip_line()
        return self.lines

    def _enter(self, parts: list[str], *, repeated: bool) -> None:
        path: Path = ()
        for index, part in enumerate(parts):
            path = (*path, part)
            if repeated and index == len(parts) - 1:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path = (*path, self.counts[path])
        self.table = path
        self.lines.setdefault(path, self.line)

    def _note(self, table: Path, parts: list[str]) -> Path:
        path = (*table, *parts)
        self.lines.setdefault(path, self.line)
        return path

    def _value(self, path: Path) -> None:
        """Step over one value, noting the line of every element of an array and key of an inline
        table.
        """
        self._blank()
        if self.text.startswith("[", self.at):
            self._array(path)
        elif self.text.startswith("{", self.at):
            self._inline_table(path)
        elif string := _STRING.match(self.text, self.at):
            self._advance(string.end())
        else:
            begun = self.at
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\n":
                self.at += 1
            if self.at == begun and not self.text.startswith((",", "]"), begun):
                self._advance(begun + 1)  # out of step: go on all the same

    def _array(self, path: Path) -> None:
        self._advance(self.at + 1)
        index = 0
        while self._more("]"):
            self.lines.setdefault((*path, index), self.line)
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        self._advance(self.at + 1)
        while self._more("}"):
            key = _KEY.match(self.text, self.at)
            if key is None:
                return
            self._advance(key.end())
            self._value(self._note(path, _parts(key[1])))

    def _more(self, end: str) -> bool:
        """Skip blanks and commas; False (and past it) at the end mark or the end of the text."""
        self._blank()
        if self.text.startswith(",", self.at):
            self._advance(self.at + 1)
            self._blank()
        if self.at >= len(self.text) or self.text.startswith(end, self.at):
            self._advance(self.at + 1)
            return False
        return True

    def _blank(self) -> None:
        while self.at < len(self.text) and (
            self.text[self.at].isspace() or self.text[self.at] == "#"
        ):
            if self.text[self.at] == "#":
                while self.at < len(self.text) and self.text[self.at] != "\n":
                    self.at += 1
            else:
                self._advance(self.at + 1)

    def _skip_line(self) -> None:
        end = self.text.find("\n", self.at)
        self._advance(len(self.text) if end < 0 else end + 1)

    def _advance(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to

"""The table of docs/questions.md, and asking what it says of an application."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from tests.api.client import Answer, Client
from tests.e2e.company import NOW

PAGE: Final = Path(__file__).parents[2] / "docs" / "questions.md"
JSON: Final = {"content-type": "application/json"}
YEAR: Final = {"from": "2025-11-20", "to": "2026-11-20T14:00:00Z"}
"""Everything that happened in the company."""

_ROW = re.compile(r"^\| `(?P<id>[a-z]+-\d+)` \| (?P<rest>.*) \|$", re.MULTILINE)
_ASKED = re.compile(r"`(GET|POST) (/[^`]*)`(?: with `(\{[^`]*\})`)?")
_COMMAND = re.compile(r"`(headwater [^`]*)`")


@dataclass(frozen=True)
class Row:
    """One question: its id, its words, what is asked (method, address, body), page and commands.

    waits: what it waits for where it has no answer yet, else empty.
    """

    id: str
    words: str
    asked: tuple[tuple[str, str, str], ...]
    page: str
    commands: tuple[str, ...]
    waits: str


def rows() -> dict[str, Row]:
    """By id, in the order of the page."""
    found = [_row(match) for match in _ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    return {row.id: row for row in found}


def _row(match: re.Match[str]) -> Row:
    words, asked, page, command = (cell.strip() for cell in match["rest"].split(" | "))
    waits = asked.removeprefix("waits for ") if asked.startswith("waits for ") else ""
    calls = tuple((one[1], one[2], one[3] or "") for one in _ASKED.finditer(asked))
    return Row(match["id"], words, calls, page, tuple(_COMMAND.findall(command)), waits)


@dataclass(frozen=True)
class Asking:
    """Asks what the page says, with more parameters where a test has some."""

    client: Client

    def address(self, question: str, step: int = 0, **more: str) -> str:
        """As the page has it; parameters that are given take the place of its own."""
        path, _, query = rows()[question].asked[step][1].partition("?")
        own = dict(part.split("=", 1) for part in query.split("&") if part)
        asked = own | {name.rstrip("_"): value for name, value in more.items()}
        return f"{path}?{urlencode(asked, safe=':')}" if asked else path

    def __call__(self, question: str, step: int = 0, **more: str) -> Answer:
        """The answer to a GET of the page."""
        return self.client.json(self.address(question, step, **more))

    def year(self, question: str, step: int = 0, **more: str) -> Answer:
        """The same over the whole life of the company."""
        return self(question, step, **(YEAR | more))

    def of(self, question: str, before: str, after: str, step: int = 0, **more: str) -> Answer:
        """The answer where a part of the address is another: another item, another stream."""
        address = self.address(question, step, **more)
        assert before in address, address
        return self.client.json(address.replace(before, after))

    def send(self, question: str, step: int = 0, *, status: int = 200, **more: Any) -> Answer:
        """The answer to a POST of the page, with its body."""
        method, path, body = rows()[question].asked[step]
        assert method == "POST"
        return sent(self.client, path, json.loads(body) | more, status=status)


def sent(client: Client, path: str, body: Mapping[str, Any], *, status: int = 200) -> Answer:
    """What a POST answers, which must have this status."""
    response = client.post(path, json.dumps(body).encode(), JSON)
    assert response.status_code == status, response.text
    answer: Answer = response.json()
    return answer


def seconds_to_now(at: Any) -> int:
    """From a moment of the truth to the company's now."""
    return int((NOW - at).total_seconds())

"""A cause for an alert: what is the case, since when, why that is known, and what it costs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from core.alert_settings import Rule
from core.settings import Settings
from pipeline.snapshot import Snapshot

_LONGEST_KEY: Final = 300
_LONGEST_TEXT: Final = 300


@dataclass(frozen=True, slots=True)
class Ground:
    """What causes are found in, as of an instant."""

    session: Session
    settings: Settings
    snapshot: Snapshot
    as_of: int


@dataclass(frozen=True, slots=True)
class Cause:
    """key: the same for as long as it is the same cause. subject: an item's key, or the name of a
    source, status or metric; title: of the item. what: the case in a sentence; why: the evidence in
    words. page: where it is shown; explain: the answer of the API that it was found in; url: in the
    tool.

    begins: whether it is enough for a new alert; else it only keeps an open one open, so that what
    moves about a limit is told once.
    """

    key: str
    rule: Rule
    subject: str
    what: str
    why: Sequence[str]
    page: str
    explain: str
    stream: str = ""
    team: str = ""
    title: str = ""
    url: str = ""
    since_ts: int | None = None
    cost: Mapping[str, Any] | None = None
    begins: bool = True

    @property
    def row(self) -> dict[str, Any]:
        """As it is kept."""
        detail = {
            "what": clipped(self.what),
            "why": [clipped(one) for one in self.why],
            "page": self.page,
            "explain": self.explain,
            "url": self.url if self.url.startswith(("https://", "http://")) else "",
            "cost": self.cost,
        }
        return {
            "cause": self.key, "rule": self.rule, "stream": self.stream, "team": self.team,
            "subject": clipped(self.subject), "title": clipped(self.title), "detail": detail,
            "since_ts": self.since_ts,
        }  # fmt: skip


@dataclass(slots=True)
class Found:
    """Causes by key, and the pairs of rule and stream that were judged: of all others nothing is
    known, neither that a cause began nor that one ended.
    """

    causes: dict[str, Cause] = field(default_factory=dict)
    judged: set[tuple[str, str]] = field(default_factory=set)

    def add(self, rule: Rule, stream: str, causes: Sequence[Cause]) -> None:
        """What a rule found in a stream; "" for what belongs to none."""
        self.judged.add((rule, stream))
        self.causes |= {cause.key: cause for cause in causes}


def key_of(*parts: object) -> str:
    """A key of these parts, of bounded length."""
    text = "/".join(map(str, parts))
    if len(text) <= _LONGEST_KEY:
        return text
    return f"{text[:_LONGEST_KEY]}#{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def clipped(text: str) -> str:
    """One line of a bounded length, without what only steers terminals."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line if len(line) <= _LONGEST_TEXT else f"{line[: _LONGEST_TEXT - 1]}…"


def seconds_of(text: str | None) -> int | None:
    """Epoch seconds of an ISO time."""
    return None if text is None else int(datetime.fromisoformat(text).timestamp())

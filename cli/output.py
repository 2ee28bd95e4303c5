"""How commands tell what they do: bars at a terminal, JSON lines otherwise."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.live import Live

from cli.bars import Bars
from cli.reading import SourceReading, StreamReading
from core.errors import ConfigError
from core.log import current
from pipeline.progress import Progress as Telling
from pipeline.progress import Stored
from pipeline.times import iso

_EVERY_S = 1.0

console = Console()


def print_json(body: dict[str, Any]) -> None:
    """One JSON object on one line of standard output, whoever else prints at the same time; inside
    a run its `run` stands in it.
    """
    run = current("run")
    told = {**body, "run": run} if run else body
    print(f"{orjson.dumps(told).decode()}\n", end="", flush=True)


def write_file(path: Path, text: str) -> None:
    """`ConfigError` where the file can't be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}") from error


def tell(text: str) -> None:
    """A line for a person; among JSON lines it is one, too."""
    if console.is_terminal:
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    else:
        print_json({"event": "note", "text": text})


@dataclass(slots=True)
class Lines:
    """The same as JSON lines, at most one a second for each stream."""

    sources: dict[str, SourceReading] = field(default_factory=dict)
    told: dict[tuple[str, str], float] = field(default_factory=dict)

    def started(self, source: str, stream: str, scopes: int) -> None:
        now = time.monotonic()
        self.sources.setdefault(source, SourceReading(now)).started(stream, scopes, now)
        print_json(
            {"event": "stream_started", "source": source, "stream": stream, "scopes": scopes}
        )

    def page(self, source: str, stream: str, stored: Stored) -> None:
        now = time.monotonic()
        self.sources[source].page(stream, stored, now)
        if now - self.told.get((source, stream), 0.0) >= _EVERY_S:
            self._tell("stream_progress", source, stream, now)

    def finished(self, source: str, stream: str, *, scope: str = "") -> None:
        now = time.monotonic()
        self.sources[source].finished(stream, scope, now)
        self._tell("scope_finished", source, stream, now)

    def step(self, name: str, done: int, total: int) -> None:
        print_json({"event": "step", "name": name, "done": done, "total": total})

    def _tell(self, event: str, source: str, stream: str, now: float) -> None:
        self.told[source, stream] = now
        whole, one = self.sources[source], self.sources[source].streams[stream]
        items, asked = whole.rates(now) or (None, None)
        print_json(
            {
                "event": event,
                "source": source,
                "stream": stream,
                "scopes": one.scopes,
                "finished": one.finished,
                "seen": one.seen,
                "changed": one.changed,
                "items_per_s": None if items is None else round(items, 1),
                "requests": whole.requests,
                "requests_per_s": None if asked is None else round(asked, 1),
                "history": _part_of(one, now),
            }
        )


def _part_of(one: StreamReading, now: float) -> dict[str, Any] | None:
    """The part of the history that is being read; None where it is not read in parts."""
    if not one.parts:
        return None
    share, left = one.share, one.left_s(now)
    return {
        "back_to": None if one.back_to is None else iso(int(one.back_to.timestamp())),
        "share": None if share is None else round(share, 3),
        "left_s": None if left is None else round(left),
    }


@contextmanager
def telling() -> Iterator[Telling]:
    """Progress for as long as the block runs."""
    if not console.is_terminal:
        yield Lines()
        return
    bars = Bars()
    with Live(bars, console=console, refresh_per_second=8):
        yield bars

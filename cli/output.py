"""How commands tell what they do: bars at a terminal, JSON lines otherwise."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from pipeline.progress import Progress as Telling

_EVERY_S = 1.0

console = Console()


def print_json(body: dict[str, Any]) -> None:
    """One JSON object on one line of standard output, whoever else prints at the same time."""
    print(f"{orjson.dumps(body).decode()}\n", end="", flush=True)


def tell(text: str) -> None:
    """A line for a person; among JSON lines it is one, too."""
    if console.is_terminal:
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    else:
        print_json({"event": "note", "text": text})


@dataclass(slots=True)
class Bars:
    """A line per source and stream: how many were seen, how many of them are new or changed."""

    progress: Progress
    tasks: dict[str, TaskID] = field(default_factory=dict)
    counts: dict[str, list[int]] = field(default_factory=dict)

    def started(self, source: str, stream: str, scopes: int) -> None:
        name = f"{source} {stream}"
        self.counts[name] = [0, 0]
        self.tasks[name] = self.progress.add_task(name, total=max(scopes, 1), told="")

    def page(self, source: str, stream: str, *, seen: int, changed: int) -> None:
        name = f"{source} {stream}"
        counts = self.counts[name]
        counts[0] += seen
        counts[1] += changed
        self.progress.update(self.tasks[name], told=f"{counts[0]} seen, {counts[1]} new")

    def finished(self, source: str, stream: str) -> None:
        self.progress.advance(self.tasks[f"{source} {stream}"])

    def step(self, name: str, done: int, total: int) -> None:
        if name not in self.tasks:
            self.tasks[name] = self.progress.add_task(name, total=max(total, 1), told="")
        self.progress.update(self.tasks[name], completed=done, total=max(total, 1))


@dataclass(slots=True)
class Lines:
    """The same as JSON lines, at most one a second for each stream."""

    counts: dict[str, list[int]] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)

    def started(self, source: str, stream: str, scopes: int) -> None:
        self.counts[f"{source} {stream}"] = [0, 0]
        print_json(
            {"event": "stream_started", "source": source, "stream": stream, "scopes": scopes}
        )

    def page(self, source: str, stream: str, *, seen: int, changed: int) -> None:
        name = f"{source} {stream}"
        counts = self.counts[name]
        counts[0] += seen
        counts[1] += changed
        if time.monotonic() - self.told.get(name, 0.0) >= _EVERY_S:
            self._tell("stream_progress", source, stream)

    def finished(self, source: str, stream: str) -> None:
        self._tell("scope_finished", source, stream)

    def step(self, name: str, done: int, total: int) -> None:
        print_json({"event": "step", "name": name, "done": done, "total": total})

    def _tell(self, event: str, source: str, stream: str) -> None:
        name = f"{source} {stream}"
        self.told[name] = time.monotonic()
        seen, changed = self.counts[name]
        body = {"event": event, "source": source, "stream": stream, "seen": seen}
        print_json({**body, "changed": changed})


@contextmanager
def telling() -> Iterator[Telling]:
    """Progress for as long as the block runs."""
    if not console.is_terminal:
        yield Lines()
        return
    columns = (
        TextColumn("{task.description}", table_column=None),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console) as progress:
        yield Bars(progress)

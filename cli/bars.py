"""What is being read, at a terminal: two lines for each source, one for each step after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cli.reading import SourceReading, StreamReading
from cli.words import THIN
from pipeline.progress import Stored

_BAR = 16
_NAME = 10
_UNKNOWN = "–"
_NAMED = 3
"""So many streams are named at once; of the others only how many they are."""


@dataclass(slots=True)
class Bars:
    """Draws itself from what it is told; several sources tell at once."""

    clock: Callable[[], float] = time.monotonic
    sources: dict[str, SourceReading] = field(default_factory=dict)
    steps: dict[str, tuple[int, int]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def started(self, source: str, stream: str, scopes: int) -> None:
        with self._lock:
            now = self.clock()
            self.sources.setdefault(source, SourceReading(now)).started(stream, scopes, now)

    def page(self, source: str, stream: str, stored: Stored) -> None:
        with self._lock:
            self.sources[source].page(stream, stored, self.clock())

    def finished(self, source: str, stream: str, *, scope: str = "") -> None:
        with self._lock:
            self.sources[source].finished(stream, scope, self.clock())

    def step(self, name: str, done: int, total: int) -> None:
        with self._lock:
            self.steps[name] = (done, max(total, 1))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        with self._lock:
            now = self.clock()
            for name, source in self.sources.items():
                yield _first_line(name, source, now)
                yield _second_line(source, now)
            for name, (done, total) in self.steps.items():
                yield _step_line(name, done, total)


def _first_line(name: str, source: SourceReading, now: float) -> Table:
    running, share = source.running, source.share
    rates = source.rates(now) if running else None
    bar = ProgressBar(
        total=1.0 if share is not None or not running else None,
        completed=share if running and share is not None else 1.0,
        pulse=bool(running) and share is None,
        width=_BAR,
        animation_time=now,
    )
    per_cent = "" if not running else _UNKNOWN if share is None else f"{int(share * 100)} %"
    row = _row()
    row.add_row(
        Text(_cut(name), style="bold"),
        bar,
        per_cent,
        f"{counted(source.seen)} items",
        "" if rates is None else f"{_rate(rates[0])} items/s",
        "" if rates is None else f"{_rate(rates[1])} req/s",
        _elapsed((now if running else source.ended) - source.begun),
    )
    return row


def _row() -> Table:
    """80 columns wide at most, so that a small terminal shows all of it."""
    row = Table.grid(padding=(0, 1, 0, 0))
    widths = (_NAME, _BAR, 5, 15, 11, 10)
    for at, width in enumerate(widths):
        row.add_column(width=width, no_wrap=True, justify="left" if at < 2 else "right")
    row.add_column(no_wrap=True, justify="right")
    return row


def _second_line(source: SourceReading, now: float) -> Text:
    running = source.running
    if not running:
        many, back = len(source.streams), source.back_to
        text = f"{many} {'stream' if many == 1 else 'streams'} read"
        if back is not None:
            text = f"read back to {_day(back)}, the rest follows"
        text += f"; {counted(source.changed)} new, {counted(source.requests)} requests"
    else:
        named = [_doing(name, one) for name, one in list(running.items())[:_NAMED]]
        more = len(running) - len(named)
        left = source.left_s(now)
        text = ", ".join(named) + (f" and {more} more" if more > 0 else "")
        text += "" if left is None else f"; about {_about(left)} left"
    return Text(f"{'':{_NAME + 1}}{text}", style="dim", no_wrap=True, overflow="ellipsis")


def _doing(name: str, one: StreamReading) -> str:
    """`issues back to 21 Nov 2025`, `merge requests 3 of 12`."""
    words = name.replace("_", " ")
    if one.parts:
        words += f" back to {_day(one.back_to) if one.back_to else 'the beginning'}"
    if one.scopes > 1:
        words += f" {one.finished} of {one.scopes}"
    return words if one.share is None else f"{words} ({int(one.share * 100)} %)"


def _day(at: datetime) -> str:
    return f"{at:%d %b %Y}".lstrip("0")


def _step_line(name: str, done: int, total: int) -> Table:
    row = _row()
    bar = ProgressBar(total=total, completed=done, width=_BAR)
    row.add_row(Text(_cut(name), style="bold"), bar, f"{done * 100 // total} %", "", "", "", "")
    return row


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def counted(number: int) -> str:
    """Thousands apart by a thin space."""
    return f"{number:,}".replace(",", THIN)


def _rate(per_second: float) -> str:
    return f"{per_second:.1f}" if per_second < 10 else counted(round(per_second))


def _elapsed(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return (
        f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
    )


def _about(seconds: float) -> str:
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"

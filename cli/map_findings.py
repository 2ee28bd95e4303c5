"""The findings of a stream as lines of the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.markup import escape

Answer = dict[str, Any]


def finding_lines(told: Answer) -> Iterator[str]:
    """Each kind with its first finding, what to try, and its runners-up; or why it has none."""
    for kind in told["kinds"]:
        if not kind["findings"]:
            yield f"[dim]{escape(kind['label'])}: {escape(kind['reason'])}[/dim]"
            continue
        first, *others = kind["findings"]
        note = first["confidence"]["note"]
        sure = f" ({note})" if note else ""
        yield f"{escape(kind['label'])}: [bold]{escape(first['title'])}[/bold]{escape(sure)}"
        yield f"  {escape(' '.join(first['text']))}"
        yield f"  Try next: {escape(first['try_next'])}"
        if others:
            yield f"  [dim]then: {escape(', '.join(one['title'] for one in others))}[/dim]"

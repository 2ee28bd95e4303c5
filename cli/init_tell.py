"""What `headwater init` tells: how far it is, what it found, and what to do next."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from core.errors import HeadwaterError, SourceError
from pipeline.draft.advice import advice
from pipeline.draft.looking import Given, Look
from pipeline.draft.making import Made, Seen
from pipeline.draft.stages import long_of
from pipeline.draft.streams import StreamDraft

_ZONES = "zoneinfo/"
_CLEAR = "\r\x1b[K"
_MARKS = {"new": "○", "active": "●", "waiting": "…", "done": "✓", "cancelled": "✗"}
_LEGEND = "○ not begun  ● work  … waiting  ✓ done  ✗ dropped"
_SLOWEST = 3


@dataclass(slots=True)
class Progress:
    """A line that is written over at a terminal, and lines that stay."""

    shown: bool = False

    def show(self, text: str, *_: object) -> None:
        """What is being done; nothing where nobody watches."""
        if sys.stdout.isatty():
            sys.stdout.write(f"{_CLEAR}    {text}")
            sys.stdout.flush()
            self.shown = True

    def clear(self) -> None:
        if self.shown:
            sys.stdout.write(_CLEAR)
            sys.stdout.flush()
            self.shown = False

    def line(self, text: str) -> None:
        self.clear()
        typer.echo(f"    {text}")


def tell_look(look: Look, progress: Progress) -> None:
    """Who we are there, and each line of a check."""
    progress.clear()
    typer.echo(f"  {look.given.name}: {look.places.product} at {look.given.url}")
    progress.line(f"✓ read as {look.places.account}")
    for probe in look.probes:
        progress.line(f"{'✓' if probe.ok else '✗'} {probe.name}: {probe.detail}")


def tell_failure(given: Given, error: HeadwaterError) -> None:
    """What went wrong, and the next step."""
    typer.echo(f"  ✗ {given.name}: {error}", err=True)
    step = advice(given.kind, error) if isinstance(error, SourceError) else ""
    if step:
        typer.echo(f"    {step}", err=True)


def tell_draft(made: Made, seen: Sequence[Seen]) -> None:
    """What was drafted, in a few lines, and how much of it wants a look."""
    draft = made.draft
    typer.echo("")
    if draft.streams:
        typer.echo(_LEGEND)
    for one in draft.streams:
        typer.echo(f"Stream {one.name}: {_stream(one)}")
        typer.echo(f"  {_arrows(one)}")
        if told := _slowest(one):
            typer.echo(f"  items spend most time in {told}")
    for key in made.held:
        typer.echo(f"Project {key} holds ideas of these; it is no stream of its own")
    if made.empty:
        typer.echo(f"No stream for {', '.join(made.empty)}: no item was seen there")
    for service in draft.services:
        places = ", ".join(service.environments)
        typer.echo(f"Service {service.name}: {service.repository}, production is {places}")
    jobs = sum(len(rules) for rules in draft.rules.values())
    if jobs:
        typer.echo(f"{jobs} Jenkins jobs that deploy")
    if not draft.streams and not any(one.samples for one in seen):
        typer.echo("No stream: no source with work items was read. Add one: headwater init --add")


def _stream(one: StreamDraft) -> str:
    order = one.stages.order
    told = f"{len(one.stages.stages)} stages, from {one.stages.items} items of {one.project}"
    if not order.pairs:
        return told
    return f"{told}; {order.agreeing / order.pairs:.0%} of what they did is in this order"


def _arrows(one: StreamDraft) -> str:
    return "  ".join(f"{_MARKS[stage.state]} {stage.name}" for stage in one.stages.stages)


def _slowest(one: StreamDraft) -> str:
    """The stages between commitment and done with the longest medians."""
    between = [(s.median_d, s.name) for s in one.stages.stages if s.state in ("waiting", "active")]
    known = sorted(((days, name) for days, name in between if days is not None), reverse=True)
    return ", ".join(f"{name} (median {long_of(days)})" for days, name in known[:_SLOWEST])


def tell_next(output: Path, kept: Sequence[Path], *, added: bool) -> None:
    """The file, how many lines want a look, and the commands that follow."""
    text = output.read_text(encoding="utf-8")
    checks = text.count("# CHECK:")
    name = shlex.quote(str(output))
    typer.echo("")
    for path in kept:
        typer.echo(f"{path}: a secret that only you can read; keep it out of version control")
    lines = "line" if checks == 1 else f"{checks} lines"
    look = f"; look at the {lines} with CHECK first" if checks else ""
    typer.echo(f"{output}: {'added to' if added else 'written'}{look}")
    config = "" if str(output) == "headwater.toml" else f" --config {name}"
    typer.echo("")
    if not added:
        typer.echo(f"  headwater migrate{config}     make the database")
    typer.echo(f"  headwater sync{config}        the first pass")
    typer.echo(f"  headwater serve{config}       the dashboard")


def today() -> str:
    """The day by this machine's clock."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


def local_zone() -> str:
    """The time zone of this machine; UTC where it is not told."""
    named = os.environ.get("TZ", "") or str(Path("/etc/localtime").resolve())
    name = named.rpartition(_ZONES)[2].lstrip(":")
    try:
        return ZoneInfo(name).key.removeprefix("Etc/")
    except (OSError, ValueError, KeyError):
        return "UTC"

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
from pipeline.draft.rendering import rule_lines
from pipeline.draft.stages import long_of
from pipeline.draft.streams import StreamDraft
from pipeline.draft.words import plain

_ZONES = "zoneinfo/"
_CLEAR = "\r\x1b[K"
_MARKS = {"new": "○", "active": "●", "waiting": "…", "done": "✓", "cancelled": "✗"}
_LEGEND = "○ not begun  ● work  … waiting  ✓ done  ✗ dropped"
_SLOWEST = 3


def say(text: str, *, err: bool = False) -> None:
    """A line on the screen, whatever a tool calls its things."""
    for line in text.split("\n"):
        typer.echo(plain(line), err=err)


@dataclass(slots=True)
class Progress:
    """A line that is written over at a terminal, and lines that stay."""

    shown: bool = False

    def show(self, text: str, *_: object) -> None:
        """What is being done; nothing where nobody watches."""
        if sys.stdout.isatty():
            sys.stdout.write(f"{_CLEAR}    {plain(text)}")
            sys.stdout.flush()
            self.shown = True

    def clear(self) -> None:
        if self.shown:
            sys.stdout.write(_CLEAR)
            sys.stdout.flush()
            self.shown = False

    def line(self, text: str) -> None:
        self.clear()
        say(f"    {text}")


def tell_look(look: Look, progress: Progress) -> None:
    """Who we are there, and each line of a check."""
    progress.clear()
    say(f"  {look.given.name}: {look.places.product} at {look.given.url}")
    progress.line(f"✓ read as {look.places.account}")
    for probe in look.probes:
        progress.line(f"{'✓' if probe.ok else '✗'} {probe.name}: {probe.detail}")


def failure(given: Given, error: HeadwaterError) -> str:
    """What went wrong with a source, and the next step in a line of its own."""
    step = advice(given.kind, error) if isinstance(error, SourceError) else ""
    return f"{given.name}: {error}" + (f"\n    {step}" if step else "")


def tell_draft(made: Made, seen: Sequence[Seen]) -> None:
    """What was drafted, in a few lines, and how much of it wants a look."""
    draft = made.draft
    say("")
    if draft.streams:
        say(_LEGEND)
    for one in draft.streams:
        say(f"Stream {one.name}: {_stream(one)}")
        say(f"  {_arrows(one)}")
        if told := _slowest(one):
            say(f"  items spend most time in {told}")
    for key in made.held:
        say(f"Project {key} holds ideas of these; it is no stream of its own")
    for key, stream in made.counted:
        say(f"{key} is counted by the stream {stream} already")
    if made.empty:
        say(f"No stream for {', '.join(made.empty)}: no item was seen there")
    for service in draft.services:
        places = ", ".join(service.environments)
        say(f"Service {service.name}: {service.repository}, production is {places}")
    jobs = sum(len(rules) for rules in draft.rules.values())
    if jobs:
        say(f"{jobs} Jenkins jobs that deploy")
    for name, found in made.rules.items():
        say(f"Jobs that deploy, for `deployments` of the source {name}:")
        for line in (line for rule in found for line in rule_lines(rule)):
            say(f"  {line}")
    if not draft.streams and not any(one.samples for one in seen):
        say("No stream: no source with work items was read. Add one: headwater init --add")


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
    say("")
    for path in kept:
        say(f"{path}: a secret that only you can read; keep it out of version control")
    lines = "line" if checks == 1 else f"{checks} lines"
    look = f"; look at the {lines} with CHECK first" if checks else ""
    say(f"{output}: {'added to' if added else 'written'}{look}")
    config = "" if str(output) == "headwater.toml" else f" --config {name}"
    say("")
    if not added:
        say(f"  headwater migrate{config}     make the database")
    say(f"  headwater sync{config}        the first pass")
    say(f"  headwater serve{config}       the dashboard")


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

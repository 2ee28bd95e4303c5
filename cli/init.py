"""`headwater init`: looks at the tools, and writes a configuration for a person to edit."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from cli.init_ask import Desk, ask_address, ask_kind, ask_source, given_of
from cli.init_known import Known, known_file
from cli.init_look import seen_of
from cli.init_tell import failure, local_zone, say, tell_draft, tell_next, today
from core.errors import ConfigError, SourceError, StoppedError
from core.log import set_up_logging
from pipeline.draft import file
from pipeline.draft.looking import CHOICE, Given
from pipeline.draft.making import Made, Seen, made_of
from pipeline.draft.rendering import addition, whole_file

_TRACKER = "jira"
"""Where there is one the issues of code hosts are not the work items, unless a person says so."""

_HELLO = (
    "Headwater drafts its configuration from what your tools show. It only reads; nothing is"
    " written\nhere before the end, and Ctrl-C leaves nothing behind.\n"
)


def run_init(
    told: Sequence[Mapping[str, Any]], *, output: Path, add: bool, sample: int, yes: bool
) -> None:
    """Look at each source, draft, write. Nothing is written before the end but typed secrets, which
    go again where there is no end.
    """
    set_up_logging(level=logging.CRITICAL)
    if not add and output.exists():
        raise file.exists(output)
    known = known_file(output) if add else Known()
    desk = Desk(output.parent, asking=not yes)
    if yes and not told:
        raise ConfigError("with --yes name a source: --source jira --url .. --token-env ..")
    written = False
    try:
        seen = _all_seen(desk, told, known, sample=sample)
        if not seen:
            raise SourceError("no tool was read, and nothing was written")
        made = made_of(seen, known.before)
        tell_draft(made, seen)
        written = _write(output, made, seen, known, desk)
    except (KeyboardInterrupt, typer.Abort) as error:
        how = "" if sys.stdin.isatty() else "; with --yes nothing is asked"
        raise StoppedError(f"\nstopped; nothing was written{how}") from error
    finally:
        if not written:
            desk.forget()
    if written:
        tell_next(output, desk.kept, added=add)
    else:
        say(f"There is nothing new to add; {output} is as it was")


def _all_seen(
    desk: Desk, told: Sequence[Mapping[str, Any]], known: Known, *, sample: int
) -> list[Seen]:
    if not told:
        return _asked(desk, known, sample=sample)
    seen: list[Seen] = []
    named = any(options["kind"] == _TRACKER for options in told)
    for options in told:
        given, fresh = _given(options, desk, known, seen)
        tracked = named or known.tracked_beside(given.name)
        try:
            seen.append(seen_of(desk, given, tracked=tracked, fresh=fresh, sample=sample))
        except SourceError as error:
            raise SourceError(failure(given, error), status=error.status) from error
    return seen


def _taken(known: Known, seen: Sequence[Seen]) -> set[str]:
    return known.names | {one.given.name for one in seen}


def _given(
    options: Mapping[str, Any], desk: Desk, known: Known, seen: Sequence[Seen]
) -> tuple[Given, bool]:
    """A source as options say it, and whether it is new."""
    kind, projects = str(options["kind"]), tuple(options["projects"])
    name, url = str(options.get("name") or ""), str(options.get("url") or "")
    there = known.given(kind, name=name, url=url)
    if there is None:
        return given_of(options, desk, _taken(known, seen)), True
    say(f"{there.name} is in the file already, and is read as it stands there")
    return replace(there, chosen=projects or there.chosen), False


def _asked(desk: Desk, known: Known, *, sample: int) -> list[Seen]:
    typer.echo(_HELLO)
    seen: list[Seen] = []
    while kind := ask_kind(len(seen)):
        found = _until_it_answers(desk, kind, seen, known, sample=sample)
        seen += [found] if found else []
        typer.echo("")
    return seen


def _until_it_answers(
    desk: Desk, kind: str, seen: Sequence[Seen], known: Known, *, sample: int
) -> Seen | None:
    """None where a person gives up."""
    before: Given | None = None
    while True:
        url = ask_address(kind, before)
        there = known.given(kind, url=url)
        if there is not None:
            typer.echo(f"  that is {there.name}, which the file has")
        given = there or ask_source(desk, kind, url, taken=_taken(known, seen), before=before)
        if there is not None:
            given = replace(there, chosen=())
        tracked = any(one.samples for one in seen) or known.tracked_beside(given.name)
        try:
            return seen_of(desk, given, tracked=tracked, fresh=there is None, sample=sample)
        except (SourceError, ConfigError) as error:
            say(f"  ✗ {failure(given, error)}", err=True)
        before = given
        if not typer.confirm("  Try again?", default=True):
            return None


def _write(output: Path, made: Made, seen: Sequence[Seen], known: Known, desk: Desk) -> bool:
    """Whether there was anything to write."""
    if not known.there:
        text = whole_file(made.draft, day=today(), timezone=local_zone())
        file.create(output, text, desk.env)
        return True
    text = known.text
    for one in seen:
        more = () if one.fresh else known.not_yet_read(one)
        if more:
            key = CHOICE[one.given.kind]
            text = file.with_more(text, known.settings, one.given.name, key, more)
    added = addition(made.draft, day=today())
    if not added and text == known.text:
        return False
    ended = "" if text.endswith("\n") or not added else "\n"
    file.change(output, known.text, f"{text}{ended}{added}", desk.env)
    return True

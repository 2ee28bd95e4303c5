"""`headwater init`: looks at the tools, and writes a configuration for a person to edit."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import typer

from cli.init_ask import Desk, ask_kind, ask_source, given_of
from cli.init_look import seen_of
from cli.init_tell import local_zone, tell_draft, tell_failure, tell_next, today
from core.config_file import load_settings
from core.errors import ConfigError, SourceError, StoppedError
from core.log import set_up_logging
from core.settings import Settings
from core.source_settings import GithubSource, GitlabSource, JiraSource
from pipeline.draft import file
from pipeline.draft.looking import CHOICE, Given
from pipeline.draft.making import Made, Seen, made_of
from pipeline.draft.rendering import addition, whole_file

_HELLO = (
    "Headwater drafts its configuration from what your tools show. It only reads; nothing is"
    " written\nhere before the end, and Ctrl-C leaves nothing behind.\n"
)


@dataclass(slots=True)
class _Known:
    """The file that is added to: its text and what it says; empty for a new one."""

    text: str = ""
    settings: Settings = field(default_factory=Settings)


def run_init(
    told: Sequence[Mapping[str, Any]], *, output: Path, add: bool, sample: int, yes: bool
) -> None:
    """Look at each source, draft, write. Nothing is written before the end but typed secrets, which
    go again where there is no end.
    """
    set_up_logging(level=logging.CRITICAL)
    known = _known(output, add=add)
    desk = Desk(output.parent, asking=not yes)
    if yes and not told:
        raise ConfigError("with --yes name a source: --source jira --url .. --token-env ..")
    written = False
    try:
        seen = _all_seen(desk, told, known, sample=sample)
        if not seen:
            raise StoppedError("no tool was read, and nothing was written")
        made = _made(seen, known.settings)
        _write(output, made, seen, known, env=desk.env)
        written = True
    except (KeyboardInterrupt, typer.Abort) as error:
        raise StoppedError("\nstopped; nothing was written") from error
    finally:
        if not written:
            desk.forget()
    tell_draft(made, seen)
    tell_next(output, desk.kept, added=add)


def _known(output: Path, *, add: bool) -> _Known:
    if not add:
        if output.exists():
            raise file.exists(output)
        return _Known()
    return _Known(_text(output), load_settings(output))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is not there to add to; leave out --add to make it") from error


def _all_seen(
    desk: Desk, told: Sequence[Mapping[str, Any]], known: _Known, *, sample: int
) -> list[Seen]:
    if not told:
        return _asked(desk, known, sample=sample)
    seen: list[Seen] = []
    for options in told:
        given, fresh = _given(options, desk, known, seen)
        try:
            seen.append(_seen(desk, given, seen, known, fresh=fresh, sample=sample))
        except SourceError as error:
            tell_failure(given, error)
            raise
    return seen


def _seen(
    desk: Desk, given: Given, seen: Sequence[Seen], known: _Known, *, fresh: bool, sample: int
) -> Seen:
    tracked = any(one.samples for one in seen) or bool(known.settings.streams)
    return seen_of(desk, given, tracked=tracked, fresh=fresh, sample=sample)


def _taken(known: _Known, seen: Sequence[Seen]) -> set[str]:
    return {one.name for one in known.settings.sources} | {one.given.name for one in seen}


def _given(
    options: Mapping[str, Any], desk: Desk, known: _Known, seen: Sequence[Seen]
) -> tuple[Given, bool]:
    """A source as options say it, and whether it is new: one that the file has is meant by its
    name, or by kind and address, and needs no credentials said again.
    """
    for one in known.settings.sources:
        same = options.get("name") == one.name or (
            "name" not in options
            and options["kind"] == one.kind
            and str(options.get("url") or one.url).rstrip("/") == one.url.rstrip("/")
        )
        if same and options["kind"] == one.kind:
            return replace(_as_written(known, one.name), chosen=tuple(options["projects"])), False
    return given_of(options, desk, _taken(known, seen)), True


def _as_written(known: _Known, name: str) -> Given:
    """A source of the file with its references as they stand there."""
    row = next(one for one in tomllib.loads(known.text)["sources"] if one["name"] == name)
    auth = row.get("auth") or {}
    secret = auth.get("password") or auth.get("token") or ""
    labels = tuple(row.get("status_labels") or ())
    return Given(row["kind"], name, row["url"], auth.get("user", ""), secret, labels=labels)


def _asked(desk: Desk, known: _Known, *, sample: int) -> list[Seen]:
    typer.echo(_HELLO)
    seen: list[Seen] = []
    while kind := ask_kind(len(seen)):
        found = _until_it_answers(desk, kind, seen, known, sample=sample)
        seen += [found] if found else []
        typer.echo("")
    return seen


def _until_it_answers(
    desk: Desk, kind: str, seen: Sequence[Seen], known: _Known, *, sample: int
) -> Seen | None:
    """None where a person gives up."""
    before: Given | None = None
    while True:
        given = ask_source(desk, kind, taken=_taken(known, seen), before=before)
        try:
            return _seen(desk, given, seen, known, fresh=True, sample=sample)
        except (SourceError, ConfigError) as error:
            tell_failure(given, error)
        before = given
        if not typer.confirm("  Try again?", default=True):
            return None


def _made(seen: Sequence[Seen], settings: Settings) -> Made:
    return made_of(
        seen,
        streams={one.name for one in settings.streams},
        services={one.name for one in settings.services},
        repositories={path for one in settings.services for path in one.repositories},
    )


def _write(
    output: Path, made: Made, seen: Sequence[Seen], known: _Known, env: Mapping[str, str]
) -> None:
    if not known.text:
        text = whole_file(made.draft, day=today(), timezone=local_zone())
        file.create(output, text, env)
        return
    text = known.text
    for one in seen:
        more = [] if one.fresh else _not_yet_read(one, known.settings)
        if more:
            key = CHOICE[one.given.kind]
            text = file.with_more(text, known.settings, one.given.name, key, more)
    ended = "" if text.endswith("\n") else "\n"
    file.change(output, known.text, f"{text}{ended}{addition(made.draft, day=today())}", env)


def _not_yet_read(one: Seen, settings: Settings) -> list[str]:
    """What was chosen of a source that the file has, and is not among what it reads; a list that
    is empty reads all.
    """
    source = next(row for row in settings.sources if row.name == one.given.name)
    if isinstance(source, JiraSource):
        read = source.projects
    elif isinstance(source, GitlabSource):
        read = one.given.chosen if source.groups or not source.projects else source.projects
    elif isinstance(source, GithubSource):
        several = source.organizations or not source.repositories
        read = one.given.chosen if several else source.repositories
    else:
        return []
    return [name for name in one.given.chosen if name not in read]

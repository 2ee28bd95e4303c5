"""What `headwater init` asks a person: which tools, where they are, and where their secrets are."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import typer

from cli.init_tell import say
from connectors.look import Places
from core.errors import ConfigError
from pipeline.draft.advice import ADDRESS
from pipeline.draft.file import keep_secret, require_own
from pipeline.draft.looking import CHOICE, CODE, Given

KINDS = ("jira", "gitlab", "github", "jenkins", "servicenow")
SHORT = {"servicenow": "snow"}
MOST_PROJECTS = 5
MOST_CODE = 20
_URLS = {"gitlab": "https://gitlab.com", "github": "https://api.github.com"}
_ACCOUNT = {"jira": "account's e-mail (- for none: a token of Data Center)"}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_A_TOKEN = re.compile(r"(gh[a-z]|github|glpat|atatt)_|[A-Za-z0-9]{30}", re.IGNORECASE)
"""What is a token by its looks, typed where it would be shown."""
_NO_MORE = "done"
_SHOWN = 20
_WITH_USER = ("jira", "jenkins", "servicenow")


@dataclass(slots=True)
class Desk:
    """Where the answers come from, and what was put into files meanwhile.

    home: the folder of the configuration. asking: False where what is proposed is taken. kept:
    secrets that were typed in, as files; they go where nothing is written after all.
    """

    home: Path
    asking: bool
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)
    kept: list[Path] = field(default_factory=list)
    _folders: list[Path] = field(default_factory=list)

    def keep(self, name: str, value: str) -> str:
        """The reference to a secret that was typed in, and now is in a file."""
        path = self.home / "secrets" / name
        if not path.parent.exists():
            self._folders.append(path.parent)
        keep_secret(path, value)
        if path not in self.kept:
            self.kept.append(path)
        return f"file:secrets/{name}"

    def forget(self) -> None:
        """As if nothing had been typed in."""
        for path in self.kept:
            path.unlink(missing_ok=True)
        for folder in self._folders:
            with suppress(OSError):  # something else is in it by now
                folder.rmdir()


def ask_kind(known: int) -> str:
    """One of KINDS; "" for no more."""
    what = "Another tool?" if known else "Which tool holds your work items?"
    choices = [*KINDS, *([_NO_MORE] if known else [])]
    told = f"{what} ({', '.join(choices)})"
    while True:
        said = str(typer.prompt(told, default=_NO_MORE if known else KINDS[0])).strip().casefold()
        if said == _NO_MORE and known:
            return ""
        fitting = [kind for kind in KINDS if kind.startswith(said)]
        if len(fitting) == 1:
            return fitting[0]
        say(f"  say one of: {', '.join(choices)}")


def ask_address(kind: str, before: Given | None) -> str:
    """Where a tool is; what was said `before` is proposed again."""
    default = before.url if before else _URLS.get(kind)
    if default is None:
        say(f"  such as {ADDRESS[kind]}")
    return str(typer.prompt("  Address", default=default)).strip().rstrip("/")


def ask_source(
    desk: Desk, kind: str, url: str, *, taken: Collection[str], before: Given | None
) -> Given:
    """The credentials of a tool; what was said `before` is proposed again."""
    upper = SHORT.get(kind, kind).upper()
    user = ""
    if kind in _WITH_USER:
        what = _ACCOUNT.get(kind, "account")
        known = _said_of(before.user if before else "", f"{upper}_USER")
        user = _ask_reference(desk, what, known, hidden=False)
        if kind == "jenkins" and not user:
            return Given(kind, free_name(kind, taken), url)  # read as anonymous
    word = "password" if kind == "servicenow" else "token"
    known = _said_of(before.secret if before else "", f"{upper}_{word.upper()}")
    secret = _ask_reference(desk, word, known, hidden=True)
    return Given(kind, free_name(kind, taken), url, user, secret)


def _said_of(reference: str, otherwise: str) -> str:
    """What to propose the second time; a secret that was typed in is typed in again."""
    return reference.removeprefix("env:") if reference.startswith("env:") else otherwise


def free_name(kind: str, taken: Collection[str]) -> str:
    """The name of a source that is not used yet."""
    base = SHORT.get(kind, kind)
    numbered = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in numbered if name not in taken)


def _ask_reference(desk: Desk, what: str, default: str, *, hidden: bool) -> str:
    """ "env:NAME" or "file:PATH"; what is typed in is put into a file. "" where there is none."""
    while True:
        told = f"  Variable that holds the {what}, or file:PATH"
        said = str(typer.prompt(told, default=default)).strip()
        if said == "-":
            return ""
        if said.startswith("file:"):
            found = _own_file(desk, said)
        elif _VARIABLE.fullmatch(said) and not _A_TOKEN.match(said):
            found = f"env:{said}" if desk.env.get(said) else _typed(desk, said, what, hidden=hidden)
        else:
            say("  that is no name of a variable; the secret itself can be typed in next")
            found = ""
        if found:
            return found


def _own_file(desk: Desk, said: str) -> str:
    try:
        require_own(desk.home / said.removeprefix("file:"))
    except ConfigError as error:
        say(f"  {error}")
        return ""
    return said


def _typed(desk: Desk, name: str, what: str, *, hidden: bool) -> str:
    file = name.lower()
    say(f"  {name} is not set here. Type the {what.partition(' (')[0]} to have it kept in")
    typed = typer.prompt(
        f"  secrets/{file}, which only you can read; or press Enter to name another variable",
        default="",
        show_default=False,
        hide_input=hidden,
    ).strip()
    return desk.keep(file, typed) if typed else ""


def choose(desk: Desk, given: Given, places: Places) -> tuple[str, ...]:
    """Which projects or repositories are read: those that were named, else those proposed, which a
    person may change.
    """
    keys = [place.key for place in places.places]
    most = MOST_CODE if given.kind in CODE else MOST_PROJECTS
    proposed = given.chosen or tuple(keys[:most])
    if not desk.asking or given.chosen or not keys:
        return proposed
    what = CHOICE[given.kind]
    for place in places.places[:_SHOWN]:
        say(f"    {place.key}{f'  {place.title}' if place.title else ''}")
    if len(keys) > _SHOWN:
        say(f"    .. and {len(keys) - _SHOWN} more")
    shown = "all" if len(proposed) == len(keys) else " ".join(proposed)
    while True:
        said = str(typer.prompt(f"  Which {what} (separated by blanks)", default=shown)).strip()
        if said == "all":
            return tuple(keys)
        picked, unknown = _picked(said, keys)
        if picked and (not unknown or places.more):
            return (*picked, *unknown)
        say(f"  not visible to this account: {', '.join(unknown)}")


def _picked(said: str, keys: Sequence[str]) -> tuple[list[str], list[str]]:
    by_fold = {key.casefold(): key for key in keys}
    names = list(dict.fromkeys(said.replace(",", " ").split()))
    picked = [by_fold[name.casefold()] for name in names if name.casefold() in by_fold]
    return picked, [name for name in names if name.casefold() not in by_fold]


def given_of(told: Mapping[str, object], desk: Desk, taken: Collection[str]) -> Given:
    """A source as options say it; `ConfigError` for what is missing or not secret."""
    kind = str(told["kind"])
    if kind not in KINDS:
        raise ConfigError(f'--source "{kind}" is not known; write one of: {", ".join(KINDS)}')
    url = str(told.get("url") or _URLS.get(kind, ""))
    if not url:
        raise ConfigError(f"--source {kind} needs --url; it looks like {ADDRESS[kind]}")
    user, secret = (_reference(told, what, desk) for what in ("user", "token"))
    if not secret and kind != "jenkins":
        raise ConfigError(
            f"--source {kind} needs --token-env NAME (a variable that holds the token) or"
            " --token-file PATH"
        )
    name = str(told.get("name") or free_name(kind, taken))
    projects = told.get("projects")
    chosen = tuple(map(str, projects)) if isinstance(projects, list) else ()
    return Given(kind, name, url.rstrip("/"), user, secret, chosen)


def _reference(told: Mapping[str, object], what: str, desk: Desk) -> str:
    variable, file = told.get(f"{what}_env"), told.get(f"{what}_file")
    if variable and file:
        raise ConfigError(f"say --{what}-env or --{what}-file, not both")
    if file:
        if what == "token":
            require_own(desk.home / str(file))
        return f"file:{file}"
    return f"env:{variable}" if variable else ""

"""Kills passes at drawn points and compares what the next pass makes of it.

A point is the moment before a statement or a commit goes to the database, so each place between two
statements is one. Full passes begin with an empty database, incremental ones with a copy of a
database that followed the company up to the change which they read.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Literal, Protocol
from unittest.mock import patch

from sqlalchemy import Engine, make_url, text

from core.config_file import load_settings
from core.settings import Settings
from pipeline import reading
from simulator.live import Live
from tests.e2e.commands import ROOT, environment
from tests.e2e.dumps import HOW_OFTEN, Rows, differences
from tests.e2e.little import little_company
from tests.e2e.small import rows_of, synced

Kind = Literal["full", "incremental"]
KINDS: tuple[Kind, ...] = ("full", "incremental")
_CHANGES = 29
"""Operations between the first pass and the incremental one: each kind of them once."""
_LATER_H = 25.0
"""Hours between the two: it is time to see what is gone."""


class Databases(Protocol):
    """Where passes are killed; a database is named by its URL."""

    def empty(self) -> str: ...

    def copy(self, url: str) -> str: ...

    def drop(self, url: str) -> None: ...


class SqliteFiles:
    """Databases as files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()

    def empty(self) -> str:
        return f"sqlite:///{self.folder / f'kill-{next(self._numbers)}.db'}"

    def copy(self, url: str) -> str:
        made = self.empty()
        shutil.copy(_path(url), _path(made))
        return made

    def drop(self, url: str) -> None:
        for path in _path(url).parent.glob(f"{_path(url).name}*"):
            path.unlink()


class PostgresDatabases:
    """Databases of a server; `maintenance` is an engine of it that commits by itself.

    Tests of one process share a server, so all of these count on together.
    """

    _numbers = count()

    def __init__(self, maintenance: Engine) -> None:
        self.maintenance = maintenance

    def empty(self) -> str:
        return self._made("")

    def copy(self, url: str) -> str:
        return self._made(f" TEMPLATE {make_url(url).database}")

    def drop(self, url: str) -> None:
        self._do(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _made(self, how: str) -> str:
        name = f"kill_{next(self._numbers)}"
        self._do(f"CREATE DATABASE {name}{how}")
        parsed = make_url(str(self.maintenance.url)).set(database=name)
        return parsed.render_as_string(hide_password=False)

    def _do(self, statement: str) -> None:
        with self.maintenance.connect() as connection:
            connection.execute(text(statement))


@dataclass(frozen=True)
class Killed:
    """A pass that was killed at point `at` of `points`. `found`: how the rows after one more pass
    differ from those of an undisturbed one; `problems` of that one more pass.
    """

    kind: Kind
    at: int
    points: int
    before: str
    problems: Sequence[str]
    found: dict[str, Any]

    @property
    def well(self) -> bool:
        return not self.problems and not self.found

    def __str__(self) -> str:
        told = "well" if self.well else f"DIFFERENT {self.problems} {self.found}"
        return f"{self.kind} pass, point {self.at} of {self.points}: {told} (before {self.before})"


@dataclass
class Killing:
    """One company on one kind of database; full passes are killed before incremental ones.

    base: what the passes of this kind begin with. rows, points: of an undisturbed one, which left
    the database `followed`.
    """

    folder: Path
    databases: Databases
    live: Live
    child: subprocess.Popen[str]
    base: str
    rows: dict[str, Rows] = field(default_factory=dict)
    points: int = 0
    followed: str = ""

    def killed(self, kind: Kind, count: int, seed: int) -> Iterator[Killed]:
        """Kill so many passes at different points, and make one more pass after each."""
        self._begin(kind)
        every = range(1, self.points + 1)
        drawn = sorted(Random(f"{seed}/{kind}").sample(every, min(count, len(every))))
        urls = [self.databases.copy(self.base) for _ in drawn]
        for place, at in enumerate(drawn):
            if place == 0:
                self._ask(urls[place], at=at)
            told = self._answer()
            if place + 1 < len(drawn):  # the next one is killed while this one is made up for
                self._ask(urls[place + 1], at=drawn[place + 1])
            yield self._made_up(kind, urls[place], at, told["before"])

    def _begin(self, kind: Kind) -> None:
        """The undisturbed pass; an incremental one follows the full one after some changes."""
        if kind == "incremental":
            self.base = self.followed
            self.live.round(operations=_CHANGES, hours=_LATER_H)
        url = self.databases.copy(self.base)
        self._ask(url, at=0)
        told = self._answer()
        assert told["before"] == "the end", told
        self.points, self.rows = told["points"], rows_of(self._settings(url))
        self.followed = url

    def _made_up(self, kind: Kind, url: str, at: int, before: str) -> Killed:
        settings = self._settings(url)
        with patch.object(reading, "now_ts", self._now):
            report = synced(settings)
        problems = [problem for one in report.sources for problem in one.problems]
        found = differences(rows_of(settings), self.rows, but=HOW_OFTEN)
        self.databases.drop(url)
        return Killed(kind, at, self.points, before, problems, found)

    def _now(self) -> int:
        """What our clock tells in every pass: the time of the tools."""
        return int(self.live.world.now.timestamp())

    def _settings(self, url: str) -> Settings:
        return load_settings(self.folder / "headwater.toml", {"HEADWATER_DATABASE_URL": url})

    def _ask(self, url: str, *, at: int) -> None:
        """Have the child make a pass and kill it at a point; 0: never."""
        config, now = str(self.folder / "headwater.toml"), self._now()
        asked(self.child, {"config": config, "url": url, "at": at, "now": now})

    def _answer(self) -> dict[str, Any]:
        return answered(self.child)


@contextmanager
def killing(folder: Path, databases: Databases) -> Iterator[Killing]:
    """The company, its tools running, and an empty database."""
    with little_company() as company, forking("tests.e2e.kill_child") as child:
        live = Live(company.world, company.server, 1)
        base = databases.empty()
        company.home(folder, url=base)
        yield Killing(folder, databases, live, child, base)


def asked(child: subprocess.Popen[str], order: dict[str, Any]) -> None:
    """Have it make a pass."""
    assert child.stdin is not None
    child.stdin.write(json.dumps(order) + "\n")
    child.stdin.flush()


def answered(child: subprocess.Popen[str]) -> dict[str, Any]:
    """How the pass that was asked for ended."""
    assert child.stdout is not None
    told: dict[str, Any] = json.loads(child.stdout.readline())
    return told


@contextmanager
def forking(
    module: str, *, under: Sequence[str] = (), **variables: str
) -> Iterator[subprocess.Popen[str]]:
    """A process that forks one child for each pass. under: the command that starts it, where one
    does; `variables` of its environment.
    """
    process = subprocess.Popen(
        [*under, sys.executable, "-m", module],
        cwd=ROOT,
        env=environment() | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))

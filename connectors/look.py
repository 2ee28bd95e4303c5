"""A first look at a source, before anything of it is configured: what could be read, and signs of
how it is used. A few requests each, with a bound on every list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST_PLACES: Final = 200
"""So many projects or repositories are shown to choose from."""

NEWEST: Final = 50
"""So many of the newest requests, builds or rows are looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """What can be chosen: the project of a tracker by its key, a repository by its path."""

    key: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """account: who we are. product: what the source is. more: whether the list was cut short."""

    account: str
    product: str
    places: tuple[Place, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a board: the ids of its statuses."""

    name: str
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A board with its columns, left to right; empty where there is none, or it is refused."""

    name: str = ""
    columns: tuple[Column, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Ran:
    """How often something was done among the newest deployments or builds. tier: "" where none is
    told. last_at: None where it was never done.
    """

    name: str
    tier: str = ""
    runs: int = 0
    succeeded: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A repository: its environments, how many of its newest deployments were looked at, and what
    its newest requests to merge are called, with their branches. word: what such a request is here.
    refused: lists that can't be read, or are switched off.
    """

    path: str
    environments: tuple[Ran, ...] = ()
    deployments: int = 0
    requests: tuple[str, ...] = ()
    word: str = "merge requests"
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A job that seems to deploy. repositories: the addresses that its newest builds checked out.
    places: values of a parameter that seems to name an environment.
    """

    ran: Ran
    repositories: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Jobs:
    """How many jobs can be read, the folders at the top, and the jobs that seem to deploy."""

    count: int
    folders: tuple[str, ...]
    deploying: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """How often a service desk's newest rows name a configuration item: name and count, the most
    frequent first; and how many rows were looked at.
    """

    items: tuple[tuple[str, int], ...]
    rows: int


def refused_of(lists: Mapping[str, object]) -> tuple[str, ...]:
    """The names of lists that are None."""
    return tuple(name for name, rows in lists.items() if rows is None)


def tally(
    rows: Iterable[tuple[str, datetime | None, bool]], tiers: Sequence[tuple[str, str]] = ()
) -> tuple[Ran, ...]:
    """Runs by name, of rows of name, time and success; `tiers`: names that are known anyway, with
    their tier.
    """
    runs: Counter[str] = Counter()
    succeeded: Counter[str] = Counter()
    last: dict[str, datetime] = {}
    for name, at, ok in rows:
        runs[name] += 1
        succeeded[name] += ok
        if at is not None and (name not in last or at > last[name]):
            last[name] = at
    known = dict(tiers)
    names = list(dict.fromkeys([*(name for name, _ in runs.most_common()), *known]))
    return tuple(Ran(n, known.get(n, ""), runs[n], succeeded[n], last.get(n)) for n in names)

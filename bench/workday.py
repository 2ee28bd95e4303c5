"""A working day of a company as records, quarter of an hour by quarter of an hour.

As much of each kind as docs/scaling.md assumes of so many engineers. Tickets are made and moved
through their statuses; four commits make a merge request, each commit is built, two requests in
five are deployed, one in fifty is followed by an incident. The same seed gives the same records.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from bench.assumed import BUSIEST, records_of_a_day
from bench.histories import MOVES, STATES, TYPES
from core.records import (
    Build,
    Commit,
    Deployment,
    Field,
    Incident,
    MergeRequest,
    MergeState,
    Project,
    Record,
    Repository,
    Result,
    Revision,
    StatusCategory,
    Transition,
    WorkflowStatus,
    WorkItem,
)

BEGIN: Final = datetime(2026, 11, 18, tzinfo=UTC)
QUARTERS: Final = 96
_HOURS: Final = (
    0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 3, 8, 12, 100 * BUSIEST, 13,
    6, 8, 10, 7, 4, 2, 1, 0.4, 0.4, 0.4, 0.4, 0.4,
)  # fmt: skip
"""Per cent of a day's work in each of its hours: a company of one time zone."""
_ENGINEERS_OF_A_STREAM, _ENGINEERS_OF_A_REPOSITORY = 250, 20
_TEXT: Final = "retry the payment when a card is declined"
_COMMITS: Final = 4
_STOCK_D: Final = 5

Happened = tuple[datetime, Record]
"""A record, and when what it tells of happened."""


@dataclass(slots=True)
class Ticket:
    number: int
    stream: int
    created: datetime
    last: datetime
    moves: int = 0


@dataclass(slots=True)
class Workday:
    """made: records so far, by kind as docs/scaling.md names them. days: how many of the same kind
    lie before the day.
    """

    engineers: int
    days: int
    seed: int = 18
    made: Counter[str] = field(default_factory=Counter)
    random: Random = field(init=False)
    _rates: dict[str, float] = field(init=False)
    _due: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    _open: list[Ticket] = field(default_factory=list)
    _heads: dict[int, str] = field(default_factory=dict)
    _numbers: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self._rates = dict(records_of_a_day())

    @property
    def streams(self) -> int:
        return max(2, self.engineers // _ENGINEERS_OF_A_STREAM)

    @property
    def repositories(self) -> int:
        return max(self.streams, self.engineers // _ENGINEERS_OF_A_REPOSITORY)

    def lists(self) -> Iterator[Record]:
        """Projects and statuses of the tracker."""
        for number in range(self.streams):
            yield Project(str(number), f"P{number}", f"Project {number}")
        for number, state in enumerate(STATES, 1):
            category = {"new": StatusCategory.NEW, "done": StatusCategory.DONE}
            yield WorkflowStatus(
                str(number), f"S{number}", category.get(state, StatusCategory.ACTIVE)
            )

    def homes(self) -> Iterator[Record]:
        """The repositories."""
        for number in range(self.repositories):
            path = f"acme/r{number}"
            yield Repository(str(number), path, "main", f"https://git.example/{path}")

    def before(self) -> Iterator[Sequence[Happened]]:
        """What lies before the day: tickets on their way, then an hour at a time."""
        yield self._stock()
        for day in range(-self.days, 0):
            for hour in range(24):
                yield self._span(BEGIN + timedelta(days=day, hours=hour), 4)

    def quarter(self, number: int) -> Sequence[Happened]:
        """What happens in one of 96 quarters of an hour of the day, with when."""
        return self._span(BEGIN + timedelta(minutes=15 * number), 1)

    def _stock(self) -> Sequence[Happened]:
        """Tickets that are begun before all: as many as are made in some days."""
        first = BEGIN - timedelta(days=self.days + _STOCK_D)
        found: list[Happened] = []
        for number in range(int(self.engineers * self._rates["items"] * _STOCK_D)):
            at = first + timedelta(seconds=number)
            found.extend((at, one) for one in self._created(at))
            for _ in range(self.random.randrange(MOVES)):
                at += timedelta(hours=1)
                found.extend((at, one) for one in self._on(self._open[-1], at))
        return found

    def _span(self, begin: datetime, quarters: int) -> Sequence[Happened]:
        share = _HOURS[begin.hour] / 100 * quarters / 4
        found: list[Happened] = []
        for kind in ("items", "status changes", "merge requests", "deployments", "incidents"):
            self._due[kind] += self.engineers * self._rates[kind] * share
        for kind, happens in (
            ("items", self._created),
            ("status changes", self._moved),
            ("merge requests", self._merged),
        ):
            while self._due[kind] >= 1:
                self._due[kind] -= 1
                at = begin + timedelta(seconds=self.random.randrange(900 * quarters))
                found.extend((at, one) for one in happens(at))
        return found

    def _created(self, at: datetime) -> Iterator[Record]:
        self._numbers["items"] += 1
        number = self._numbers["items"]
        ticket = Ticket(number, self.random.randrange(self.streams), at, at)
        self._open.append(ticket)
        self.made["items"] += 1
        yield self._item(ticket)

    def _moved(self, at: datetime) -> Iterator[Record]:
        """Some ticket goes one status on; one that is done is left alone."""
        place = self.random.randrange(len(self._open))
        ticket = self._open[place]
        yield from self._on(ticket, at)
        if ticket.moves >= MOVES:
            self._open[place] = self._open[-1]
            self._open.pop()

    def _on(self, ticket: Ticket, at: datetime) -> Iterator[Record]:
        ticket.moves += 1
        ticket.last = max(at, ticket.last + timedelta(seconds=1))
        self.made["status changes"] += 1
        yield self._item(ticket)
        before, now = (str(_status(ticket.moves - back)) for back in (1, 0))
        yield Transition(str(ticket.number), ticket.last, ticket.moves, Field.STATUS, before, now)

    def _item(self, ticket: Ticket) -> WorkItem:
        status = _status(ticket.moves)
        done = ticket.last if STATES[status - 1] == "done" else None
        project = f"P{ticket.stream}"
        return WorkItem(
            str(ticket.number), f"{project}-{ticket.number}", project,
            TYPES[ticket.number % len(TYPES)], _TEXT, ticket.created, ticket.last, str(status),
            resolved_at=done,
        )  # fmt: skip

    def _merged(self, at: datetime) -> Iterator[Record]:
        home, ticket = self._home()
        number = self._next("merge requests")
        branch = f"feature/{ticket.lower()}-retry"
        base = self._heads.get(home)
        shas: list[str] = []
        for place in range(_COMMITS - 1):
            shas.append(self._sha())
            parents = tuple(shas[-2:-1] or ([base] if base else []))
            made = at - timedelta(seconds=60 * (_COMMITS - place))
            yield Commit(str(home), shas[-1], made, made, f"{ticket}: {_TEXT}", parents)
        merge = self._heads[home] = self._sha()
        parents = tuple([base, shas[-1]] if base else shas[-1:])
        yield Commit(str(home), merge, at, at, f"Merge branch '{branch}'", parents)
        yield MergeRequest(
            str(number), str(home), number, f"{ticket}: {_TEXT}", "", branch, "main",
            MergeState.MERGED, at - timedelta(minutes=_COMMITS), at, merged_at=at,
            head_sha=shas[-1], merge_sha=merge, commits=tuple(shas),
        )  # fmt: skip
        for sha in (*shas, merge):
            yield self._build(home, sha, at)
        if self._due["deployments"] >= 1:
            self._due["deployments"] -= 1
            yield self._deployment(home, merge, at)
        if self._due["incidents"] >= 1:
            self._due["incidents"] -= 1
            yield self._incident(home, at)

    def _home(self) -> tuple[int, str]:
        """A repository, and a ticket of the stream that it belongs to or of none of its own."""
        ticket = self._open[self.random.randrange(len(self._open))]
        homes = range(ticket.stream, self.repositories, self.streams)
        return self.random.choice(homes), f"P{ticket.stream}-{ticket.number}"

    def _build(self, home: int, sha: str, at: datetime) -> Build:
        number = self._next("builds")
        return Build(
            str(number), f"acme/r{home}", number, Result.SUCCESS, repository=str(home),
            started_at=at, finished_at=at, revisions=(Revision(sha),),
        )  # fmt: skip

    def _deployment(self, home: int, sha: str, at: datetime) -> Deployment:
        return Deployment(
            str(self._next("deployments")), "production", Result.SUCCESS, at,
            repository=str(home), sha=sha, started_at=at, finished_at=at,
        )  # fmt: skip

    def _incident(self, home: int, at: datetime) -> Incident:
        number = self._next("incidents")
        return Incident(
            str(number), f"INC{number:07}", "payments fail", "", "new", 2, at, at, ci=f"r{home}"
        )

    def _next(self, kind: str) -> int:
        self._numbers[kind] += 1
        self.made[kind] += 1
        return self._numbers[kind]

    def _sha(self) -> str:
        return f"{self._next('commits') * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**160:040x}"


def _status(moves: int) -> int:
    """The status after so many moves: on to done, with one step back on the way."""
    return (1, 2, 3, 4, 3, 4, 5, 6, 7)[moves]

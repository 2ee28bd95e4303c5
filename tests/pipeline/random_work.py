"""A shop in which anything happens to tickets at random, and now and then code and deployments
arrive in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from core.records import (
    Block,
    BlockKind,
    Build,
    Commit,
    Deployment,
    Entity,
    Field,
    Gone,
    ItemKey,
    ItemLink,
    MergeRequest,
    MergeState,
    Project,
    Record,
    Ref,
    Repository,
    Result,
    Revision,
    Transition,
    WorkItem,
)
from core.settings import Settings
from tests.pipeline.shop import DAY, START, STATUSES, settings_of, stream

Told = tuple[str, list[Record]]
HOUR = timedelta(hours=1)
TYPES = ("Story", "Story", "Bug", "Epic", "Sub-task")
TITLES = ("Mend the basket of guests", "Pay by invoice in the shop", "Refund a voucher", "Tidy")
LINKS = ("implements", "parent", "relates to")


@dataclass
class Ticket:
    """A ticket with all that belongs to it."""

    item: WorkItem
    moves: list[Transition] = field(default_factory=list)
    links: set[tuple[str, str]] = field(default_factory=set)
    blocks: list[Block] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def records(self) -> list[Record]:
        """As a source tells it."""
        own = self.item.id
        links = [ItemLink(own, kind, key) for kind, key in sorted(self.links)]
        old = [ItemKey(own, key, current=False) for key in sorted(self.keys - {self.item.key})]
        return [self.item, *self.moves, *links, *self.blocks, *old]


class RandomWork:
    """`happens` is what came next, by source; `settings` what is configured by then."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.hours = 0
        self.tickets: list[Ticket] = []
        self.gone: set[str] = set()
        self.shas: list[str] = []
        self.deployed = 0
        self.rules: dict[str, Any] = {
            "blocked": {"links": ["is blocked by"], "labels": ["hold"]},
            "ideas": {"source": "jira", "projects": ["IDEA"], "link": "implements"},
            "expects_code": ["Story", "Bug"],
        }
        self.more: dict[str, Any] = {}

    @property
    def settings(self) -> Settings:
        """Two streams that share a project, of which one counts bugs alone."""
        first = stream(
            projects=["SHOP", "PAY"], types=["Story", "Bug"], services=["shop"], **self.rules
        )
        bugs = {**stream("bugs", types=["Bug"]), "expects_code": ["Bug"]}
        shop = {"name": "shop", "repositories": ["acme/shop"]}
        return settings_of(first, bugs, services=[shop], **self.more)

    def ground(self) -> list[Told]:
        """Words, projects, some tickets and a first commit that is live."""
        projects = [Project(key, key, key) for key in ("SHOP", "PAY", "IDEA")]
        home = Repository("7", "acme/shop", "main", "https://g.example/acme/shop")
        first = [record for _ in range(5) for record in self._new()]
        code = [home, *self._commit("begin"), *self._deployment()]
        return [("jira", [*STATUSES, *projects, *first]), ("gitlab", code)]

    def happens(self) -> list[Told]:
        """Up to three things, mostly to tickets alone."""
        if self.random.random() < 0.25:
            return [("gitlab", self.random.choice([self._code, self._request, self._built])())]
        if self.random.random() < 0.06:
            self._configured_otherwise()
            return []
        told: list[Record] = []
        for _ in range(self.random.randint(1, 3)):
            told += self._to_a_ticket()
        return [("jira", told)]

    def _now(self) -> Any:
        self.hours += self.random.randint(0, 30)
        return START + self.hours * HOUR

    def _to_a_ticket(self) -> list[Record]:
        if self.random.random() < 0.12:
            return self._new()
        ticket = self.random.choice(self.tickets)
        if ticket.item.id not in self.gone and self.random.random() < 0.08:
            self.gone.add(ticket.item.id)
            why = self.random.choice(("deleted", "moved", "not_visible"))
            return [Gone(Entity.ITEM, ticket.item.id, why, self._now())]
        what = (
            self._moved, self._moved, self._moved, self._blocked, self._nested, self._linked,
            self._retold, self._renamed,
        )  # fmt: skip
        self.random.choice(what)(ticket)
        self.gone.discard(ticket.item.id)
        return ticket.records()

    def _new(self) -> list[Record]:
        number = len(self.tickets) + 1
        project = self.random.choice(("SHOP", "SHOP", "PAY", "IDEA"))
        kind = self.random.choice(TYPES)
        made = self._now() - self.random.randint(0, 40) * DAY
        key = f"{project}-{number}"
        above = self.random.choice(self.tickets).item.id if self.tickets else None
        item = WorkItem(
            str(number), key, project, kind, self.random.choice(TITLES), made, made, "1",
            parent_id=above if self.random.random() < 0.4 else None, subtask=kind == "Sub-task",
        )  # fmt: skip
        ticket = Ticket(item, keys={key})
        self.tickets.append(ticket)
        while self.random.random() < 0.6:
            self._moved(ticket)
        return ticket.records()

    def _moved(self, ticket: Ticket) -> None:
        at, to = self._now(), self.random.choice("1233")
        seq = len(ticket.moves) + 1
        before = ticket.item.status_id
        ticket.moves.append(Transition(ticket.item.id, at, seq, Field.STATUS, before, to))
        resolved = at if to == "3" else None
        ticket.item = replace(ticket.item, status_id=to, updated_at=at, resolved_at=resolved)

    def _blocked(self, ticket: Ticket) -> None:
        if ticket.blocks and self.random.random() < 0.4:
            ticket.blocks.pop()
            return
        start = self._now() - self.random.randint(0, 10) * DAY
        end = start + self.random.randint(1, 5) * DAY if self.random.random() < 0.5 else None
        kind, detail = self.random.choice(
            ((BlockKind.LINK, f"is blocked by {self._key()}"),) * 3 + ((BlockKind.LABEL, "hold"),)
        )
        ticket.blocks.append(Block(ticket.item.id, kind, detail, start, end))

    def _nested(self, ticket: Ticket) -> None:
        above = self.random.choice([None, *(one.item.id for one in self.tickets)])
        ticket.item = replace(ticket.item, parent_id=above)

    def _linked(self, ticket: Ticket) -> None:
        if ticket.links and self.random.random() < 0.3:
            ticket.links.pop()
        else:
            ticket.links.add((self.random.choice(LINKS), self._key()))

    def _retold(self, ticket: Ticket) -> None:
        """Another type, title or creation."""
        item, luck = ticket.item, self.random.random()
        if luck < 0.4:
            kind = self.random.choice(TYPES)
            ticket.item = replace(item, type=kind, subtask=kind == "Sub-task")
        elif luck < 0.7:
            ticket.item = replace(item, title=self.random.choice(TITLES))
        else:
            ticket.item = replace(item, created_at=item.created_at - 9 * DAY)

    def _renamed(self, ticket: Ticket) -> None:
        """Moved to another project, or to a key that another ticket had before."""
        taken = {one.item.key for one in self.tickets}
        free = sorted({key for one in self.tickets for key in one.keys} - taken)
        if free and self.random.random() < 0.3:
            key = self.random.choice(free)
        else:
            key = f"{self.random.choice(('SHOP', 'PAY', 'IDEA'))}-{ticket.item.id}"
        if key == ticket.item.key or key in taken:
            return
        for one in self.tickets:
            one.keys.discard(key)
        ticket.item = replace(ticket.item, key=key, project=key.partition("-")[0])
        ticket.keys.add(key)

    def _key(self) -> str:
        return self.random.choice(sorted({key for one in self.tickets for key in one.keys}))

    def _code(self) -> list[Record]:
        if self.random.random() < 0.4:
            return self._deployment()
        key = self._key()
        mistyped = f"{key[1]}{key[0]}{key[2:]}"
        about = (key, key, mistyped, "tidy", self.random.choice(TITLES))
        return self._commit(f"{self.random.choice(about)}: more")

    def _commit(self, message: str) -> list[Record]:
        sha = f"{len(self.shas) + 1:040x}"
        at = self._now()
        made = Commit("7", sha, at, at, message, tuple(self.shas[-1:]))
        self.shas.append(sha)
        return [made, Ref("7", "branch", "main", sha)]

    def _deployment(self) -> list[Record]:
        self.deployed += 1
        at = self._now()
        live = Deployment(
            str(self.deployed), "production", Result.SUCCESS, at, repository="7",
            sha=self.random.choice(self.shas[-3:]), finished_at=at,
            ref=self.random.choice(("main", "hotfix/pay")),
        )  # fmt: skip
        return [live]

    def _request(self) -> list[Record]:
        number, at = self.random.randint(1, 4), self._now()
        state = self.random.choice((MergeState.OPEN, MergeState.MERGED))
        return [
            MergeRequest(
                str(number), "7", number, self._key(), "", f"b{number}", "main", state, at, at,
                merged_at=at if state is MergeState.MERGED else None,
                commits=tuple(self.random.sample(self.shas, k=1)),
            )
        ]  # fmt: skip

    def _built(self) -> list[Record]:
        number, at = self.random.randint(1, 4), self._now()
        return [
            Build(
                f"b#{number}", "b", number, Result.SUCCESS, repository="7", queued_at=at,
                finished_at=at + HOUR, revisions=(Revision(self.random.choice(self.shas)),),
            )
        ]  # fmt: skip

    def _configured_otherwise(self) -> None:
        what = self.random.choice(("blocked", "ideas", "expects_code", "types", "zone"))
        if what == "blocked":
            links = self.random.choice((["is blocked by"], ["depends on"], []))
            self.rules["blocked"] = {"links": links}
        elif what == "ideas":
            self.rules["ideas"] = {**self.rules["ideas"], "projects": ["IDEA", "PAY"]}
        elif what == "expects_code":
            self.rules["expects_code"] = self.random.choice((["Story"], ["Story", "Bug"]))
        elif what == "types":
            self.more["types"] = {"defect": self.random.choice((["Bug"], ["Story"]))}
        else:
            self.more["server"] = {"timezone": self.random.choice(("UTC", "Pacific/Auckland"))}

"""Joins accounts of one person at several tools, for counting handoffs and for telling bots.

All marks are pseudonyms. Rules run from the surest down. Each ties accounts together; what ties of
one rule would make of the groups so far is judged as a whole, so no order matters. Accounts and
addresses of one source are two places: git knows addresses, not accounts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from core.person_marks import Mark
from correlator.tables import table_of

Place = tuple[str, bool]
Tie = Sequence[int]


@dataclass(frozen=True, slots=True)
class Account:
    """Someone at a source; address: known by an e-mail alone, as authors of commits are."""

    id: int
    source: str
    tool: str
    pseudonym: str
    bot: bool
    address: bool


@dataclass(slots=True)
class Known:
    """Accounts by id, and the ids that have a mark: `holders[kind][pseudonym]`."""

    accounts: dict[int, Account]
    holders: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    def having(self, kind: Mark) -> dict[str, list[int]]:
        """The accounts of each value of a mark."""
        return self.holders.get(kind.value, {})


@dataclass(frozen=True, slots=True)
class JoinRule:
    """A reason to take accounts for one person's. sure: the tools say so themselves; anything else
    is a guess, in which bots have no part. `evidence` is what a person can check.
    """

    name: str
    confidence: float
    evidence: str
    ties: Callable[[Known], Iterable[Tie]]

    @property
    def sure(self) -> bool:
        return self.confidence == 1.0


@dataclass(frozen=True, slots=True)
class Identities:
    """rows: person_id, identity_id (an account that stands for all of one person), bot: the account
    or one that it is joined with. joined, refused: how many ties of each rule held and did not.
    """

    rows: pd.DataFrame
    joined: dict[str, int]
    refused: dict[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """How many accounts there are, how many people they are, and how many have another one."""
        sizes = Counter(self.rows["identity_id"].tolist())
        joined = sum(size for size in sizes.values() if size > 1)
        return {"accounts": len(self.rows), "identities": len(sizes), "joined": joined}


def identities(accounts: pd.DataFrame, marks: pd.DataFrame) -> Identities:
    """Who is who.

    accounts: person_id, source, tool, pseudonym, bot, address; marks: person_id, kind, pseudonym.
    """
    known = _known(accounts, marks)
    groups = _Groups(known)
    joined: dict[str, int] = {}
    refused: dict[str, int] = {}
    for rule in sorted(RULES, key=lambda rule: -rule.confidence):
        if rule.confidence >= LEAST:
            joined[rule.name], refused[rule.name] = groups.join(rule, rule.ties(known))
    return Identities(_rows(known, groups), joined, refused)


def _known(accounts: pd.DataFrame, marks: pd.DataFrame) -> Known:
    columns = ("person_id", "source", "tool", "pseudonym", "bot", "address")
    told = zip(*(accounts[name].tolist() for name in columns), strict=True)
    known = Known({int(row[0]): Account(*row) for row in told})
    for someone, kind, pseudonym in zip(
        *(marks[name].tolist() for name in ("person_id", "kind", "pseudonym")), strict=True
    ):
        if someone in known.accounts:
            holders = known.holders.setdefault(kind, {}).setdefault(pseudonym, [])
            holders.append(someone)
    return known


def _rows(known: Known, groups: _Groups) -> pd.DataFrame:
    first = {
        group: min(members, key=lambda one: _rank(known.accounts[one]))
        for group, members in groups.members.items()
    }
    rows = [
        (one, first[group], group in groups.bots)
        for group, members in groups.members.items()
        for one in members
    ]
    return table_of({"person_id": "int64", "identity_id": "int64", "bot": "bool"}, sorted(rows))


def _rank(account: Account) -> tuple[str, str]:
    """What does not depend on who was stored first."""
    return account.pseudonym, account.source


class _Groups:
    """Who is one so far; a group goes by the id of one of its members."""

    def __init__(self, known: Known) -> None:
        self.members = {one: [one] for one in known.accounts}
        self.bots = {one for one, account in known.accounts.items() if account.bot}
        self._accounts = known.accounts
        self._group = {one: one for one in known.accounts}
        self._places: dict[int, set[Place]] = {
            one: {(account.source, account.address)} for one, account in known.accounts.items()
        }

    def join(self, rule: JoinRule, ties: Iterable[Tie]) -> tuple[int, int]:
        """Hold what the ties of one rule say; how many held and how many were refused."""
        wanted, refused = [], 0
        for tie in ties:
            groups = {self._group[one] for one in (tie if rule.sure else self._guessed(tie))}
            if len(groups) > 1:
                clash = not rule.sure and self._clash(groups, rule)
                refused += clash
                wanted += [] if clash else [groups]
        held = 0
        for parts, ties_of in _components(wanted):
            if rule is SAME_EMAIL or not self._clash(parts, rule):
                self._unite(parts)
                held += ties_of
            else:
                refused += ties_of
        return held, refused

    def _guessed(self, tie: Tie) -> list[int]:
        """Of a guess, those who are no bots. Several addresses of one source that fit tell nothing,
        but are no reason to doubt the accounts.
        """
        people = [one for one in tie if self._group[one] not in self.bots]
        addresses: dict[str, set[int]] = defaultdict(set)
        for one in people:
            if self._accounts[one].address:
                addresses[self._accounts[one].source].add(self._group[one])
        return [
            one
            for one in people
            if not self._accounts[one].address or len(addresses[self._accounts[one].source]) == 1
        ]

    def _clash(self, groups: Iterable[int], rule: JoinRule) -> bool:
        """Whether two of them have an account at the same place. That someone commits with two
        addresses the tool itself may say, and nothing less sure than that.
        """
        places = Counter(
            place
            for group in groups
            for place in self._places[group]
            if not (rule.sure and place[1])
        )
        return any(count > 1 for count in places.values())

    def _unite(self, groups: Iterable[int]) -> None:
        first, *others = sorted(groups, key=lambda group: (-len(self.members[group]), group))
        for other in others:
            for one in self.members[other]:
                self._group[one] = first
            self.members[first] += self.members.pop(other)
            self._places[first] |= self._places.pop(other)
            if other in self.bots:
                self.bots.discard(other)
                self.bots.add(first)


def _components(ties: Sequence[set[int]]) -> Iterator[tuple[set[int], int]]:
    """What hangs together by these ties, with the number of ties in it."""
    touching: dict[int, list[int]] = defaultdict(list)
    for number, tie in enumerate(ties):
        for group in tie:
            touching[group].append(number)
    seen: set[int] = set()
    for start in range(len(ties)):
        if start in seen:
            continue
        seen.add(start)
        parts: set[int] = set()
        waiting, count = [start], 0
        while waiting:
            tie = ties[waiting.pop()]
            count += 1
            for group in tie - parts:
                reached = set(touching[group]) - seen
                seen |= reached
                waiting += reached
            parts |= tie
        yield parts, count


def _same(known: Known, *, kind: Mark) -> Iterator[Tie]:
    yield from known.having(kind).values()


def _same_account(known: Known) -> Iterator[Tie]:
    """A tool has each username once; where it names one beside an address, that is its owner's."""
    for holders in known.having(Mark.LOGIN).values():
        yield from _by_source(known, holders)


def _by_source(known: Known, people: Iterable[int]) -> list[list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for one in people:
        found[known.accounts[one].source].append(one)
    return list(found.values())


def _noreply(known: Known) -> Iterator[Tie]:
    """The address says the username at its host. Of several sources that have this username each
    has perhaps its own host, so only addresses and accounts of the same one go together.
    """
    logins = known.having(Mark.LOGIN)
    for kind, tool in ((Mark.GITHUB_LOGIN, "github"), (Mark.GITLAB_LOGIN, "gitlab")):
        for login, hidden in known.having(kind).items():
            own = [one for one in logins.get(login, ()) if known.accounts[one].tool == tool]
            sources = {known.accounts[one].source for one in own}
            yield from (
                [[*hidden, *own]] if len(sources) <= 1 else _by_source(known, [*hidden, *own])
            )


def _local_part(known: Known) -> Iterator[Tie]:
    """The part before the `@` where only one company's domain has it. A company's is a domain at
    which two people or more have an address.
    """
    usernames, domain_of, locals_at = known.having(Mark.USERNAME), defaultdict(set), Counter[str]()
    for domain, holders in known.having(Mark.DOMAIN).items():
        for one in holders:
            domain_of[one].add(domain)
    parts = known.having(Mark.LOCAL)
    for holders in parts.values():
        locals_at.update({domain for one in holders for domain in domain_of[one]})
    for local, holders in parts.items():
        domains = {domain for one in holders for domain in domain_of[one]}
        if len(domains) == 1 and locals_at[next(iter(domains))] > 1 and local in usernames:
            yield [*holders, *usernames[local]]


LEAST = 0.6
"""What is less sure joins nobody."""

SAME_EMAIL = JoinRule(
    "same_email", 1.0, "Both accounts have this e-mail address", partial(_same, kind=Mark.EMAIL)
)
RULES: Sequence[JoinRule] = (
    SAME_EMAIL,
    JoinRule("same_account", 1.0, "The tool names the account beside the address", _same_account),
    JoinRule("noreply_login", 1.0, "The address is that of the code host's account", _noreply),
    JoinRule(
        "same_username",
        0.8,
        "Both tools have this username once",
        partial(_same, kind=Mark.USERNAME),
    ),
    JoinRule("local_part", 0.7, "The company's address begins with the username", _local_part),
    JoinRule(
        "same_name", 0.6, "Both tools have this full name once", partial(_same, kind=Mark.NAME)
    ),
)

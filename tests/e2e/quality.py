"""How good the links of a company are, whose truth is known: by kind of link, by rule, by class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import to_ts
from core.records import Entity
from correlator.confidence import COUNTS
from simulator.model import World
from simulator.truth_delivery import finish, production
from simulator.truth_evidence import supported
from simulator.truth_links import links_of
from simulator.world import Hosting
from store import frames
from tests.e2e.company import Company
from tests.e2e.quality_classes import Classes

SEEDS: Final[Mapping[int, Hosting]] = {
    11: "gitlab", 12: "github", 13: "gitlab", 14: "github", 15: "gitlab",
    16: "github", 17: "gitlab", 18: "github", 19: "gitlab", 20: "github",
}  # fmt: skip
"""The companies that are measured, and where the code of each lives."""
ITEMS: Final = 160

TICKET_COMMIT, COMMIT_REQUEST = "ticket - commit", "commit - merge request"
TICKET_DEPLOYMENT, COMMIT_DEPLOYMENT = "ticket - deployment", "commit - deployment"
KINDS: Final = (TICKET_COMMIT, COMMIT_REQUEST, COMMIT_DEPLOYMENT, TICKET_DEPLOYMENT)

P = TypeVar("P", bound=Hashable)
Rules = Mapping[P, frozenset[str]]
"""Each reported pair with the rules that linked it."""


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of links. supported: of the true ones those that any evidence supports."""

    found: int = 0
    right: int = 0
    true: int = 0
    supported: int = 0
    supported_found: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.found + other.found,
            self.right + other.right,
            self.true + other.true,
            self.supported + other.supported,
            self.supported_found + other.supported_found,
        )

    @property
    def precision(self) -> float:
        """Of what was found, the share that is true; 1 where nothing was."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Of the true links that any evidence supports, the share that was found."""
        return self.supported_found / self.supported if self.supported else 1.0

    @property
    def unsupported(self) -> float:
        """Of the true links, the share that nothing tells."""
        return 1 - self.supported / self.true if self.true else 0.0


@dataclass(frozen=True, slots=True)
class Quality:
    """scores by kind; rules by kind and rule; missed and false by kind and class."""

    scores: dict[str, Score] = field(default_factory=dict)
    rules: dict[tuple[str, str], Score] = field(default_factory=dict)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    false: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __add__(self, other: Quality) -> Quality:
        return Quality(
            _sums(self.scores, other.scores),
            _sums(self.rules, other.rules),
            self.missed + other.missed,
            self.false + other.false,
        )


K = TypeVar("K")


def _sums(one: Mapping[K, Score], other: Mapping[K, Score]) -> dict[K, Score]:
    return {key: one.get(key, Score()) + other.get(key, Score()) for key in (*one, *other)}


def measure(company: Company) -> Quality:
    """Everything that is linked in the company's database beside everything that is true."""
    truth, world = links_of(company.world), company.world
    with company.database.read() as session:
        links = _Reported(session, world)
    classes = Classes(world, truth, links.ticket_commit, links.commit_deployment)
    told = truth.ticket_commit
    made = Quality()
    made += _compared(
        TICKET_COMMIT, links.ticket_commit, {pair: supported(told[pair]) for pair in told},
        missed=classes.missed_commit, false=classes.false_commit,
    )  # fmt: skip
    made += _compared(
        COMMIT_REQUEST, links.commit_request, dict.fromkeys(truth.commit_request, True),
        missed=classes.missed_request, false=classes.false_request,
    )  # fmt: skip
    made += _compared(
        COMMIT_DEPLOYMENT, links.commit_deployment, dict.fromkeys(truth.commit_deployment, True),
        missed=classes.missed_deployment, false=classes.false_deployment,
    )  # fmt: skip
    deployed = {place: supported(one) for place, one in truth.ticket_deployment.items()}
    made += _compared(
        TICKET_DEPLOYMENT, links.ticket_deployment, deployed,
        missed=classes.missed_ticket, false=classes.false_ticket,
    )  # fmt: skip
    return made


def _compared(
    kind: str, found: Rules[P], true: Mapping[P, bool], *, missed: Callable[[P], str],
    false: Callable[[P], str],
) -> Quality:  # fmt: skip
    """true: each true pair, and whether any evidence supports it."""
    rules = sorted({rule for one in found.values() for rule in one})
    by_rule = {rule: {pair for pair, by in found.items() if rule in by} for rule in rules}
    return Quality(
        {kind: _score(found, true)},
        {(kind, rule): _score(pairs, true) for rule, pairs in by_rule.items()},
        Counter((kind, missed(pair)) for pair, told in true.items() if told and pair not in found),
        Counter((kind, false(pair)) for pair in found if pair not in true),
    )


def _score(found: Iterable[P], true: Mapping[P, bool]) -> Score:
    every = set(found)
    right = every & set(true)
    return Score(
        len(every), len(right), len(true), sum(true.values()), sum(true[pair] for pair in right)
    )


class _Reported:
    """The links of the database, in the world's own names."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.world = session, world
        commits = frames.commits(session)
        self.shas = dict(zip(commits["commit_id"], commits["sha"], strict=True))
        self.merges = {one.sha for one in world.commits if len(one.parents) > 1}
        self.ticket_commit = self._ticket_commit()
        self.commit_request = self._commit_request()
        self.commit_deployment = self._commit_deployment()
        self.ticket_deployment = self._ticket_deployment()

    def _ticket_commit(self) -> Rules[tuple[str, str]]:
        """Those that are sure enough to count."""
        own = {item.key: item.id for item in self.world.items}
        keys = frames.item_keys(self.session)
        names = {
            number: own[key]
            for number, key in zip(keys["item_id"], keys["key"], strict=True)
            if key in own
        }
        links = frames.links(self.session, Entity.ITEM, Entity.COMMIT)
        doubt = (1 - links["confidence"]).groupby([links["a_id"], links["b_id"]]).prod()
        sure = links.set_index(["a_id", "b_id"]).index.isin(doubt[doubt <= 1 - COUNTS].index)
        return _by_pair(
            ((names[one.a_id], self.shas[one.b_id]), one.rule)
            for one in _rows(links[sure])
            if one.a_id in names
        )

    def _commit_request(self) -> Rules[tuple[str, int]]:
        own = {(one.repository, one.iid): one.id for one in self.world.merge_requests}
        homes = frames.repositories(self.session).set_index("repository_id")["path"]
        requests = frames.merge_requests(self.session)
        numbers = {
            one.merge_request_id: own[homes[one.repository_id], one.number]
            for one in _rows(requests)
        }
        links = frames.links(self.session, Entity.COMMIT, Entity.MERGE_REQUEST)
        return _by_pair(
            ((self.shas[one.a_id], numbers[one.b_id]), one.rule) for one in _rows(links)
        )

    def _commit_deployment(self) -> Rules[tuple[str, str, str]]:
        """Of production; merges of a repository of several services are of none of them."""
        places, parts = self._places(), self._parts()
        links = frames.links(self.session, Entity.COMMIT, Entity.DEPLOYMENT)
        return _by_pair(
            ((sha, *places[one.b_id]), one.rule)
            for one in _rows(links)
            if one.b_id in places
            for sha in [self.shas[one.a_id]]
            if sha not in self.merges or places[one.b_id][0] not in parts
        )

    def _places(self) -> dict[int, tuple[str, str]]:
        """Service and deployment by the product's number of each production deployment."""
        own = {(one.service, to_ts(finish(one))): one.id for one in production(self.world)}
        names = frames.services(self.session).set_index("service_id")["name"]
        facts: pd.DataFrame = frames.deployment_facts(self.session)
        found = {}
        for one in _rows(facts[facts["result"] == "success"]):
            service = str(names[one.service_id])
            unknown = f"unknown {one.deployment_id}"
            found[one.deployment_id] = service, own.get((service, one.finished_ts), unknown)
        return found

    def _parts(self) -> set[str]:
        return {one.name for plan in self.world.streams for one in plan.services if one.paths}

    def _ticket_deployment(self) -> Rules[tuple[str, str, str]]:
        """Out of both; the rules are those that link the ticket with the commit."""
        tickets: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for (item, sha), rules in self.ticket_commit.items():
            tickets.setdefault(sha, []).append((item, rules))
        return _by_pair(
            ((item, service, deployment), rule)
            for sha, service, deployment in self.commit_deployment
            for item, rules in tickets.get(sha, ())
            for rule in rules
        )


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    return iter(table.itertuples())


def _by_pair(rows: Iterable[tuple[P, str]]) -> dict[P, frozenset[str]]:
    found: dict[P, set[str]] = {}
    for pair, rule in rows:
        found.setdefault(pair, set()).add(rule)
    return {pair: frozenset(rules) for pair, rules in found.items()}

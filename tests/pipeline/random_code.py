"""Random tickets, commits, requests, builds and deliveries that name each other in every way there
is, in random order, a little at a time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from core.records import (
    Build,
    Commit,
    Entity,
    Gone,
    ItemKey,
    MergeRequest,
    MergeState,
    Person,
    Project,
    Record,
    Repository,
    Result,
    Revision,
    StatusCategory,
    WorkflowStatus,
    WorkItem,
)
from tests.pipeline.random_deliveries import MANIFESTS, RandomDeliveries, Told

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
PATHS = ("shop/web", "shop/api")
REFS = ("", "main", "refs/merge-requests/1/merge", "refs/pull/2/head", "PR-1")
BRANCHES = ("main", "feature/shop-1-retry", "shop-3", "PR-1", "PR-1", "pull/2/head")
REVERTS = ("This reverts merge request shop/web!1", "Reverts #2", "This reverts merge request !3")
WORDS = ("retry", "mend the basket", "SHOP-1500/2024", "UTF-8", "see below")


class RandomCode:
    """`ground` comes first; `arrivals` are all the rest."""

    def __init__(self, random: Random) -> None:
        self.random = random
        begins = ("abcdef1", "abcdef1", "1234567", "7654321")  # some begin alike
        self.shas = [
            f"{random.choice(begins)}{random.getrandbits(132):033x}"
            for _ in range(random.randint(2, 7))
        ]
        self.manifests = random.random() < 0.15
        """Whether the services are deployed by manifests too: then all is always linked anew."""
        self.deliveries = RandomDeliveries(random, BEGIN, self.shas, self._text)
        self.keys = ["SHOP-1", "SHOP-2", "SHOP-3", "PLAT-1", "OLD-1", "shop/web#1", "#1", "#2"]

    def ground(self) -> list[Told]:
        """Projects and repositories."""
        paths = (*PATHS, MANIFESTS)
        homes = [Repository(path, path, "main", f"https://git.example/{path}") for path in paths]
        names = (("jira", "SHOP"), ("jira", "OLD"), ("desk", "SHOP"))
        projects = [(source, Project(key, key, key)) for source, key in names]
        statuses = [
            (source, WorkflowStatus("1", "Doing", StatusCategory.ACTIVE))
            for source in ("jira", "desk", "gitlab")
        ]
        return [*projects, *statuses, *(("gitlab", home) for home in homes)]

    def arrivals(self) -> list[Told]:
        """Everything else, some of it twice with a difference, in any order."""
        told = [
            *self._items(),
            *(("gitlab", self._commit(place)) for place in range(len(self.shas))),
            *(("gitlab", one) for one in self._requests()),
            *(("jenkins", one) for one in self._builds()),
            *self.deliveries.told(manifests=self.manifests),
        ]
        self.random.shuffle(told)
        return told

    def _text(self) -> str:
        every = (*self.keys, *self.shas, *WORDS, *REVERTS)
        some = self.random.choices(every, k=self.random.randint(0, 3))
        return "\n".join(self._odd(word) for word in some)

    def _odd(self, word: str) -> str:
        if word not in self.shas:
            return word
        short = word[: self.random.choice((7, 9, 40))]
        form = self.random.choice(
            ("\n\nThis reverts commit {}.", "\n\n(cherry picked from commit {})", "{}")
        )
        return form.format(short)

    def _items(self) -> list[Told]:
        told: list[Told] = []
        for source, number in (("jira", 1), ("jira", 2), ("jira", 3), ("desk", 1)):
            if self.random.random() < 0.8:
                told += [(source, one) for one in self._item(source, number)]
        for number in (1, 2):
            key = f"shop/web#{number}"
            told.append(("gitlab", self._ticket(f"g{number}", key, "shop/web")))
        return told

    def _item(self, source: str, number: int) -> list[Record]:
        own, key = f"{source}{number}", f"SHOP-{number}"
        found: list[Record] = [self._ticket(own, key, "SHOP")]
        luck = self.random.random()
        if luck < 0.2:
            found += [ItemKey(own, f"OLD-{number}", current=False)]
        elif luck < 0.35:
            found += [self._ticket(own, f"PLAT-{number}", "PLAT"), ItemKey(own, key, current=False)]
        elif luck < 0.45:
            found += [Gone(Entity.ITEM, own, "deleted")]
        return found

    def _ticket(self, own: str, key: str, project: str) -> WorkItem:
        return WorkItem(own, key, project, "Story", "Retry", BEGIN, BEGIN, status_id="1")

    def _commit(self, place: int) -> Commit:
        made = BEGIN + timedelta(minutes=self.random.randint(0, 3))
        before = self.random.sample(self.shas[:place], k=min(place, self.random.randint(0, 2)))
        parents = None if self.random.random() < 0.1 else tuple(before)
        quote = 'Revert "SHOP-2: retry"\n' if self.random.random() < 0.1 else ""
        message = f"{quote}{self._text()}"
        landed = made + timedelta(minutes=self.random.randint(0, 2))
        author = Person(self.random.choice(("anna", "ben"))) if self.random.random() < 0.8 else None
        return Commit(self._home(), self.shas[place], made, landed, message, parents, author)

    def _home(self) -> str:
        return self.random.choices(PATHS, weights=(4, 1))[0]

    def _requests(self) -> list[Record]:
        found: list[Record] = []
        for number in range(1, self.random.randint(1, 4)):
            one = self._request(number)
            found.append(one)
            found += [
                replace(self._request(number), repository=one.repository)
                for _ in range(self.random.choice((0, 0, 1, 1, 2)))
            ]
        return found

    def _request(self, number: int) -> MergeRequest:
        def some() -> str | None:
            return self.random.choice((None, *self.shas))

        listed = tuple(self.random.sample(self.shas, k=self.random.randint(0, 2)))
        branch = self.random.choice(BRANCHES)
        return MergeRequest(
            str(number), self._home(), number, self._text(), self._text(), branch, "main",
            self.random.choice((MergeState.MERGED, MergeState.OPEN)), BEGIN, BEGIN,
            merged_at=BEGIN + timedelta(minutes=9), head_sha=some(), merge_sha=some(),
            squash_sha=some(), commits=None if self.random.random() < 0.2 else listed,
        )  # fmt: skip

    def _builds(self) -> list[Record]:
        found: list[Record] = []
        for number in (1, 1, 2, 2, 3, 4)[: self.random.randint(0, 6)]:
            remote = self.random.choice(("", "https://git.example/shop/web", "git@other:x/y"))
            taken = self.random.sample(self.shas, k=self.random.randint(0, 2))
            found.append(
                Build(
                    str(number), self.random.choice(("ship", "ship", "sail")), number,
                    Result.SUCCESS, started_at=BEGIN,
                    revisions=tuple(Revision(sha, remote) for sha in taken),
                    parameters=(("TICKET", self._text()),),
                    upstream=self.random.choice((None, None, "ship#1", "ship#3")),
                    ref=self.random.choice(REFS),
                )
            )  # fmt: skip
        return found

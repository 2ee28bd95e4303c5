"""An estate of repositories as records: tickets, commits, merge requests, builds, deployments.

A tenth of the commits name no ticket; four commits make a request, each request is built, and every
tenth merge is deployed. The same seed gives the same records; `years` of commits follow each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from core.records import (
    Build,
    Commit,
    Deployment,
    MergeRequest,
    MergeState,
    Project,
    Record,
    Repository,
    Result,
    Revision,
    StatusCategory,
    WorkflowStatus,
    WorkItem,
)

BEGIN = datetime(2025, 1, 6, tzinfo=UTC)
_TEXT = "retry the payment when a card is declined"
_PER_REQUEST = 4
_PER_DEPLOYMENT = 10


@dataclass(slots=True)
class Estate:
    """Grows by `more`; `items` tickets are there from the beginning."""

    repositories: int
    items: int
    random: Random = field(default_factory=lambda: Random(16))
    heads: dict[int, str] = field(default_factory=dict)
    made: int = 0
    merged: int = 0

    def tracker(self) -> Iterator[Record]:
        """The project, its one status and its tickets."""
        yield Project("1", "SHOP", "Shop")
        yield WorkflowStatus("1", "Doing", StatusCategory.ACTIVE)
        for number in range(1, self.items + 1):
            yield WorkItem(
                str(number), f"SHOP-{number}", "SHOP", "Story", _TEXT, BEGIN, BEGIN, status_id="1"
            )

    def code(self) -> Iterator[Record]:
        """The repositories."""
        for number in range(self.repositories):
            path = f"shop/r{number}"
            yield Repository(str(number), path, "main", f"https://git.example/{path}")

    def more(self, commits: int, *, deploy: bool = True) -> Iterator[Record]:
        """So many more commits, spread over all repositories, with what becomes of them."""
        for _ in range(0, commits, _PER_REQUEST):
            yield from self._request(self.merged % self.repositories, deploy=deploy)

    def _request(self, home: int, *, deploy: bool) -> Iterator[Record]:
        self.merged += 1
        number, ticket = self.merged, self.random.randrange(1, self.items + 1)
        at, base = BEGIN + timedelta(minutes=number), self.heads.get(home)
        shas: list[str] = []
        branch = f"feature/shop-{ticket}-retry"
        for place in range(_PER_REQUEST - 1):
            parents = tuple(shas[-1:] or ([base] if base else []))
            named = f"SHOP-{ticket}: {_TEXT}" if self.random.random() < 0.9 else _TEXT
            shas.append(self._sha())
            made = at - timedelta(minutes=30 - place)
            yield Commit(str(home), shas[-1], made, made, named, parents)
        merge = self._sha()
        parents = tuple([base, shas[-1]] if base else shas[-1:])
        yield Commit(str(home), merge, at, at, f"Merge branch '{branch}'", parents)
        self.heads[home] = merge
        yield MergeRequest(
            str(number), str(home), number, f"SHOP-{ticket}: {_TEXT}", "", branch, "main",
            MergeState.MERGED, at, at, merged_at=at, head_sha=shas[-1], merge_sha=merge,
            commits=tuple(shas),
        )  # fmt: skip
        yield Build(
            str(number), f"shop/r{home}", number, Result.SUCCESS, repository=str(home),
            started_at=at, finished_at=at, revisions=(Revision(merge),),
        )  # fmt: skip
        if deploy and number // self.repositories % _PER_DEPLOYMENT == 0:
            yield Deployment(
                str(number), "production", Result.SUCCESS, at, repository=str(home), sha=merge,
                build=str(number), started_at=at, finished_at=at + timedelta(minutes=5),
            )  # fmt: skip

    def _sha(self) -> str:
        self.made += 1
        return f"{self.made * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**160:040x}"

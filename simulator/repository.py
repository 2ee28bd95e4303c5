"""One repository through the year: branches, merges and releases replayed in order of time.

The order matters: what a release contains is what the default branch held at that second.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from simulator.calendar import MINUTE, between
from simulator.coding import SECOND, Work
from simulator.model import Commit, Item, MergeRequest, Person, Service
from simulator.parts import touches

SUPPORT_BRANCH = "support/1.x"


@dataclass(frozen=True, slots=True)
class Push:
    """A head that a server saw: what continuous integration builds."""

    ref: str
    sha: str
    at: datetime
    merged: bool


@dataclass(slots=True)
class Repository:
    """Commits, merge requests and branches, growing as events are run.

    waiting: of each service, the item ids merged since its last release. patterns: of each service
    that is a part of the repository, which.
    """

    service: Service
    now: datetime
    rng: Random
    squash_onto_head: bool
    head: str = ""
    commits: dict[str, Commit] = field(default_factory=dict)
    requests: list[MergeRequest] = field(default_factory=list)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pushes: list[Push] = field(default_factory=list)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    patterns: dict[str, list[str]] = field(default_factory=dict)
    _queue: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    _events: int = 0

    def at(self, when: datetime, event: Callable[[datetime], None]) -> None:
        """Run `event` at `when`; what lies in the future never happens."""
        if when < self.now:
            self._events += 1
            heapq.heappush(self._queue, (when, self._events, event))

    def run(self) -> None:
        while self._queue:
            when, _, event = heapq.heappop(self._queue)
            event(when)
        for sha in self._reachable():
            self.commits[sha].on_default = True
        self.branches[self.service.default_branch] = self.head

    def commit(
        self, message: str, parents: list[str], at: datetime, author: Person,
        *, tickets: list[str] | None = None, authored: datetime | None = None,
        paths: list[str] | None = None,
    ) -> Commit:  # fmt: skip
        authored = authored or at
        content = [self.service.repository, *parents, author.email, message, f"{authored} {at}"]
        # Not for security: a commit is named as Git names it, by the SHA-1 of its content.
        sha = hashlib.sha1("\n".join(content).encode(), usedforsecurity=False).hexdigest()
        made = Commit(
            sha, self.service.repository, parents, authored, at, message, author,
            list(tickets or []), on_default=False, paths=list(paths or []),
        )  # fmt: skip
        return self.commits.setdefault(sha, made)

    def set_up(self, at: datetime, bot: Person) -> None:
        self.head = self.commit("Set up the repository", [], at, bot).sha
        self.branches[SUPPORT_BRANCH] = self.head

    def start(self, work: Work) -> None:
        """Put a piece of work on the calendar."""
        self.at(work.branched, lambda when: self._branch(work, self.head, when))

    def begin_at(self, work: Work, base: str) -> list[str]:
        """Make the branch now, from `base`, with all its commits; the shas, oldest first."""
        shas: list[str] = []
        for number, at in enumerate(work.times):
            tickets = [item.id for item in work.items]
            if number in work.extra:
                tickets.append(work.extra[number].id)
            made, amended = at, 0 * MINUTE
            luck = self.rng.random()
            if shas and luck < 0.015:  # from a machine whose clock is some minutes slow
                made = self.commits[shas[-1]].committed - between(self.rng, MINUTE, 9 * MINUTE)
            elif luck > 0.84:
                amended = between(self.rng, MINUTE, 300 * MINUTE)
            commit = self.commit(
                work.messages[number], shas[-1:] or [base], made, work.author,
                tickets=tickets, authored=made - amended,
                paths=work.paths[number] if work.paths else None,
            )  # fmt: skip
            shas.append(commit.sha)
        return shas

    def _branch(self, work: Work, base: str, _when: datetime) -> None:
        shas = self.begin_at(work, base)
        if not work.opened:
            self.branches[work.branch] = shas[-1]
            self.pushes.append(
                Push(work.branch, shas[-1], work.times[-1] + 20 * SECOND, merged=False)
            )
            return
        self.at(work.opened, lambda when: self.open(work, shas, when))

    def open(self, work: Work, shas: list[str], when: datetime) -> None:
        """Ask for the merge; it is merged or closed when the work says so."""
        pushed = max(when, work.times[-1]) + 15 * SECOND
        self.pushes.append(Push(work.branch, shas[-1], pushed, merged=False))
        request = MergeRequest(
            id=0, iid=len(self.requests) + 1, repository=self.service.repository,
            title=work.title, description=work.description, source_branch=work.branch,
            created=when, updated=max(when, work.times[-1]), state="opened", commits=shas,
            head_sha=shas[-1], author=work.author, labels=work.labels,
        )  # fmt: skip
        self.requests.append(request)
        if work.forced:
            self.at(work.forced, lambda at: self._force(work, request, at))
        if work.merged:
            self.at(work.merged, lambda at: self._merge(work, request, at))
        elif work.closed:
            self.at(work.closed, lambda at: self._close(request, at))
        else:
            self.branches[work.branch] = shas[-1]

    def _force(self, work: Work, request: MergeRequest, when: datetime) -> None:
        """The branch written anew on top of the default branch; what it was is nowhere any more."""
        old = request.commits
        request.commits = self._replayed(old, self.head, when)
        request.head_sha, request.updated = request.commits[-1], max(request.updated, when)
        for sha in old:
            del self.commits[sha]
        if work.branch in self.branches:
            self.branches[work.branch] = request.head_sha
        self.pushes.append(Push(work.branch, request.head_sha, when, merged=False))

    def _replayed(self, shas: list[str], onto: str, when: datetime) -> list[str]:
        """Copies of these commits on top of another, as a rebase makes them; oldest first."""
        copies: list[str] = []
        for sha in shas:
            old = self.commits[sha]
            copy = self.commit(
                old.message, copies[-1:] or [onto], when, old.author, tickets=old.tickets,
                authored=old.authored, paths=old.paths,
            )  # fmt: skip
            copies.append(copy.sha)
        return copies

    def _close(self, request: MergeRequest, when: datetime) -> None:
        request.state, request.closed, request.updated = "closed", when, when

    def _merge(self, work: Work, request: MergeRequest, when: datetime) -> None:
        request.state, request.merged, request.updated = "merged", when, when
        base = self.commits[request.commits[0]].parents[0]
        source, onto_head = request.head_sha, False
        if work.squash:
            onto_head = self.squash_onto_head
            source = request.squash_sha = self._squashed(
                work, request, self.head if onto_head else base, when
            )
        elif work.rebased:
            request.rebased = self._replayed(request.commits, self.head, when)
            source, onto_head = request.rebased[-1], self.squash_onto_head
        elif base == self.head:
            onto_head = self.rng.random() < 0.5
        if onto_head:
            self.head = source  # fast-forward: no merge commit
        else:
            self._merge_commit(work, request, source, when)
        for name in self._concerned(request):
            waiting = self.waiting[name]
            waiting += [item.id for item in work.items if item.id not in waiting]
        self.pushes.append(Push(self.service.default_branch, self.head, when, merged=True))
        if work.reverted_after:
            self.at(when + work.reverted_after, lambda at: self._revert(work, source, at))
        if work.picked_after:
            self.at(when + work.picked_after, lambda at: self._support(work, source, at))

    def _squashed(self, work: Work, request: MergeRequest, onto: str, when: datetime) -> str:
        paths = sorted({path for sha in request.commits for path in self.commits[sha].paths})
        made = self.commit(
            work.title, [onto], when, work.author, tickets=self._tickets(request), paths=paths
        )
        return made.sha

    def _merge_commit(self, work: Work, request: MergeRequest, source: str, when: datetime) -> None:
        text = (
            f"Merge branch '{work.branch}' into '{self.service.default_branch}'\n\n{work.title}"
            f"\n\nSee merge request {self.service.repository}!{request.iid}"
        )
        tickets = self._tickets(request)
        self.head = self.commit(text, [self.head, source], when, work.author, tickets=tickets).sha
        request.merge_sha = self.head

    def _tickets(self, request: MergeRequest) -> list[str]:
        return sorted({item for sha in request.commits for item in self.commits[sha].tickets})

    def _concerned(self, request: MergeRequest) -> list[str]:
        """The services of this repository that the request changes."""
        changed = [path for sha in request.commits for path in self.commits[sha].paths]
        return [name for name in self.waiting if touches(self.patterns.get(name, ()), changed)]

    def _revert(self, work: Work, sha: str, when: datetime) -> None:
        """A request of one commit, merged half an hour later if there is still time."""
        undone = self.commits[sha]
        subject = undone.message.split("\n", 1)[0]
        title = f'Revert "{subject}"'
        if undone.reverts and self.rng.random() < 0.5:  # as git names it since 2.43
            first = self.commits[undone.reverts].message
            title = f'Reapply "{first.partition(chr(10))[0]}"'
        commit = self.commit(
            f"{title}\n\nThis reverts commit {sha}.", [self.head], when, work.author,
            tickets=undone.tickets, paths=undone.paths,
        )  # fmt: skip
        commit.reverts = sha
        merged = when + between(self.rng, 10 * MINUTE, 50 * MINUTE)
        back = Work(
            self.service.repository, work.items, title, f"revert-{sha[:8]}",
            work.author, branched=when, times=[when], opened=when, merged=merged,
            reverted_after=work.restored_after,
        )  # fmt: skip
        if merged >= self.now:
            back.merged = None
        self.open(back, [commit.sha], when)

    def _support(self, work: Work, sha: str, when: datetime) -> None:
        """A fix copied to the branch for customers who stay behind; it is never deployed."""
        onto = self.branches[SUPPORT_BRANCH]
        self.branches[SUPPORT_BRANCH] = self.pick(sha, onto, work.author, when, bare=work.bare_pick)

    def pick(
        self, sha: str, onto: str, author: Person, when: datetime, *, bare: bool = False
    ) -> str:
        """Copy a commit onto another; the sha of the copy. bare: it does not say of what."""
        source = self.commits[sha]
        trailer = "" if bare else f"\n\n(cherry picked from commit {sha})"
        copy = self.commit(
            source.message + trailer, [onto], when, author, tickets=source.tickets,
            authored=source.authored, paths=source.paths,
        )  # fmt: skip
        copy.picked_from = sha
        return copy.sha

    def push_pick(self, sha: str, author: Person, when: datetime) -> None:
        """Bring a hotfix home: its commit copied straight onto the default branch."""
        self.head = self.pick(sha, self.head, author, when)
        self.pushes.append(Push(self.service.default_branch, self.head, when, merged=True))

    def _reachable(self) -> set[str]:
        seen, todo = set(), [self.head]
        while todo:
            sha = todo.pop()
            if sha not in seen:
                seen.add(sha)
                todo += self.commits[sha].parents
        return seen


def hotfix_work(repository: str, item: Item, author: Person, at: datetime) -> Work:
    """A branch of one commit that mends what a release broke."""
    text = f"{item.key}: mend {item.title[0].lower()}{item.title[1:]}"
    return Work(
        repository, [item], text, f"hotfix/{item.key}-mend", author, branched=at, times=[at],
        messages=[text], labels=["hotfix"], opened=at + 60 * SECOND,
    )  # fmt: skip

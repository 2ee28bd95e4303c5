"""Releases of one service: planned in its rhythm, and what follows when one breaks something."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from simulator.calendar import HOUR, MINUTE, between
from simulator.coding import SECOND
from simulator.model import Item, Person, Service
from simulator.plans import Cadence
from simulator.repository import Push, Repository, hotfix_work

_PIPELINE_FAILS = 0.04  # the deployment stops before production is changed
_STAGED = 0.45  # of the merges


@dataclass(slots=True)
class Release:
    """One deployment before it has an id. `broken`: it went live and broke something; `restored`
    ends that.
    """

    environment: str
    sha: str
    version: str
    kind: str
    ref: str
    started: datetime
    finished: datetime | None
    status: str
    items: list[str] = field(default_factory=list)
    broken: bool = False
    restored: datetime | None = None
    manifest: str = ""  # the commit of the manifests that asked for it, if any did


@dataclass(slots=True)
class Releaser:
    """Runs on the calendar of the service's repository and collects `releases`."""

    repository: Repository
    service: Service
    cadence: Cadence
    items: dict[str, Item]
    team: list[Person]
    now: datetime
    rng: Random
    releases: list[Release] = field(default_factory=list)
    _live: list[Release] = field(default_factory=list)
    _tried: str = ""
    _minor: int = 0
    _patch: int = 0
    _due: float = 0.5

    def plan(self, slots: list[datetime], *, first: datetime, breaks_at: datetime | None) -> None:
        """first: the empty repository goes live; breaks_at: a release more, sure to break
        something.
        """
        self.repository.waiting[self.service.name] = []
        self.repository.at(first, lambda when: self._go_live(when, breaks=False))
        for slot in slots:
            self.repository.at(slot, self._planned)
        if breaks_at:
            self.repository.at(breaks_at, lambda when: self._go_live(when, breaks=True))

    def stage(self, pushes: list[Push]) -> list[Release]:
        """Staging deployments of some of the merges, none of which anybody depends on."""
        merges = [push for push in pushes if push.merged and self.rng.random() < _STAGED]
        found = [
            self._release(push.at + 12 * MINUTE, push.sha, "planned", "staging") for push in merges
        ]
        for release in found:
            release.version = release.sha[:8]
        return [release for release in found if release.started < self.now]

    def _planned(self, when: datetime) -> None:
        if not self._worth(self.repository.head):
            return
        if self.rng.random() < _PIPELINE_FAILS:
            self._minor, self._patch = self._minor + 1, 0
            release = self._release(when, self.repository.head, "planned", "production")
            if release.finished:
                release.status = "failed"
                self.repository.at(
                    when + between(self.rng, 40 * MINUTE, 150 * MINUTE), self._planned
                )
            self.releases.append(release)
            return
        self._go_live(when, breaks=False)

    def _worth(self, head: str) -> bool:
        """Whether anything is new; a part of a repository goes live for tickets of its own."""
        if self.cadence.repeats:
            return True
        if self.service.paths and not self.repository.waiting[self.service.name]:
            return False
        return head not in (self._tried, self._live[-1].sha if self._live else "")

    def _go_live(self, when: datetime, *, breaks: bool) -> None:
        head = self.repository.head
        self._tried, self._minor, self._patch = head, self._minor + 1, 0
        release = self._release(when, head, "planned", "production")
        waiting = self.repository.waiting
        release.items, waiting[self.service.name] = waiting[self.service.name], []
        self._due += self.cadence.failure_rate * self.rng.uniform(0.4, 1.6)
        if breaks or (self._due >= 1 and release.finished and self._live):
            self._due -= 1
            self._break(release)
        self._record(release)
        self.repository.tags[self._tag(release)] = head

    def _break(self, release: Release) -> None:
        """Rolled back, mended by a hotfix, or lived with until somebody restores it by hand."""
        assert release.finished is not None
        release.broken = True
        remedy = self.rng.choices(("rollback", "hotfix", "none"), weights=(45, 35, 20))[0]
        release.restored = release.finished + between(self.rng, 2 * HOUR, 30 * HOUR)
        if remedy == "rollback" and self._live:
            after = release.finished + between(self.rng, 35 * MINUTE, 4 * HOUR)
            self.repository.at(after, lambda when: self._roll_back(release, when))
        elif remedy == "hotfix" and release.items:
            after = release.finished + between(self.rng, 1 * HOUR, 8 * HOUR)
            self.repository.at(after, lambda when: self._hotfix(release, when))

    def _roll_back(self, broken: Release, when: datetime) -> None:
        if self._live[-1] is not broken:
            return
        target = self._live[-2]
        release = self._release(when, target.sha, "rollback", "production")
        release.version = target.version
        self._record(release)
        broken.restored = release.finished

    def _hotfix(self, broken: Release, when: datetime) -> None:
        """Branched off what is live; home by a merge request, or copied onto the default branch."""
        if self._live[-1] is not broken:
            return
        repository, home = self.repository, self.rng.random() < 0.5
        item = self.items[self.rng.choice(broken.items)]
        work = hotfix_work(repository.service.repository, item, self.rng.choice(self.team), when)
        work.paths = [[f"services/{self.service.name}/mend.py"]] if self.service.paths else []
        sha = repository.begin_at(work, broken.sha)[0]
        repository.branches[work.branch] = sha
        if home:
            work.merged = when + between(self.rng, 2 * HOUR, 6 * HOUR)
            if work.merged >= self.now:
                work.merged = None
            else:
                del repository.branches[work.branch]
            if work.opened and work.opened < self.now:
                repository.at(work.opened, lambda at: repository.open(work, [sha], at))
        else:
            back = when + between(self.rng, 90 * MINUTE, 5 * HOUR)
            repository.at(back, lambda at: repository.push_pick(sha, work.author, at))
        goes = when + between(self.rng, 25 * MINUTE, 80 * MINUTE)
        repository.at(goes, lambda at: self._deploy_hotfix(broken, sha, (work.branch, item.id), at))

    def _deploy_hotfix(
        self, broken: Release, sha: str, named: tuple[str, str], when: datetime
    ) -> None:
        if self._live[-1] is not broken:
            return
        self._patch += 1
        release = self._release(when, sha, "hotfix", "production")
        release.ref, release.items = named[0], [named[1]]
        self._record(release)
        self.repository.tags[self._tag(release)] = sha
        broken.restored = release.finished

    def _release(self, at: datetime, sha: str, kind: str, environment: str) -> Release:
        takes = between(self.rng, 240 * SECOND, 1400 * SECOND)
        finished = at + takes if at + takes < self.now else None
        return Release(
            environment, sha, self._version(), kind, self.repository.service.default_branch,
            at, finished, "success" if finished else "running",
        )  # fmt: skip

    def _tag(self, release: Release) -> str:
        """Services that share a repository have tags of their own."""
        own = f"{self.service.name}/" if self.service.paths else ""
        return f"{own}v{release.version}"

    def _version(self) -> str:
        return f"1.{self._minor}.{self._patch}"

    def _record(self, release: Release) -> None:
        self.releases.append(release)
        if release.finished:
            self._live.append(release)

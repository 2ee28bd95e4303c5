"""Random deliveries of a random company: known by a sha, a version, a tag, a build or by manifests,
with the changes and incidents of their services; each of them may come once more, changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from core.records import (
    ChangeRequest,
    Commit,
    Deployment,
    Incident,
    Record,
    Ref,
    Result,
)

Told = tuple[str, Record]
"""A record and the source that tells it."""

MANIFESTS = "shop/deploy"
"""The repository in which the versions that run are written down."""

VERSIONS = ("1.0.0", "v1.0.0", "1.1.0", "web-1.1.0", "release/2.0", "latest", "PR-1")
_ITEMS = ("", "WEB", "API", "nobody's")
_SERVICES = ("", "web", "api")


class RandomDeliveries:
    """begin: of all times. texts: makes a text that may name anything else."""

    def __init__(
        self, random: Random, begin: datetime, shas: list[str], texts: Callable[[], str]
    ) -> None:
        self.random = random
        self.begin = begin
        self.shas = shas
        self.texts = texts
        self.by_version = random.random() < 0.4
        self.steps = [f"d{number:039x}" for number in range(random.randint(1, 3))]
        """Shas of the manifests' commits."""

    def told(self, *, manifests: bool) -> list[Told]:
        """In no order that means anything."""
        found = self._refs()
        if not manifests and self.random.random() < 0.4:
            return found  # of code alone: most of it is linked in parts
        found += self._twice(self._deployment, chance=0.6, most=3)
        if self.random.random() < 0.4:
            found += self._twice(self._change, chance=0.8, most=2)
            found += self._twice(self._incident, chance=0.8, most=2)
        if manifests:
            found += [("gitlab", one) for one in self._manifests()]
        return found

    def _twice(self, make: Callable[[int], Told], *, chance: float, most: int) -> list[Told]:
        """Some of each kind; half of them are told once more, changed."""
        found: list[Told] = []
        for number in range(1, most + 1):
            if self.random.random() < chance:
                chance /= 2
                source, one = make(number)
                found.append((source, one))
                if self.random.random() < 0.5:
                    found.append((source, make(number)[1]))
        return found

    def _refs(self) -> list[Told]:
        found: list[Record] = [Ref("shop/web", "branch", "main", self.shas[-1])]
        for _ in range(self.random.choice((0, 0, 1, 3))):
            kind = self.random.choice(("tag", "tag", "release", "branch"))
            home = self.random.choice(("shop/web", "shop/web", "shop/api"))
            name = self.random.choice(VERSIONS)
            for _ in range(self.random.randint(1, 2)):
                sha = self.random.choice((*self.shas, *(("",) if kind == "release" else ())))
                found.append(Ref(home, kind, name, sha))
        return [("gitlab", one) for one in found]

    def _at(self) -> datetime:
        return self.begin + timedelta(minutes=self.random.randint(5, 400))

    def _deployment(self, number: int) -> Told:
        """Told by the source of its builds: what a deployment is called never changes its home."""
        at = self._at()
        version, ref = "", ""
        sha = self.random.choice((None, *self.shas))
        if self.by_version and self.random.random() < 0.6:
            named = self.random.choice((*VERSIONS, self.shas[0][:9]))
            version, ref = self.random.choice(((named, ""), ("", named)))
            sha = None if self.random.random() < 0.8 else sha
        result = self.random.choices((Result.SUCCESS, Result.FAILED), weights=(4, 1))[0]
        remote = self.random.choice(("git.example/shop/web", "git.example/shop/api", ""))
        target = self.random.choices(("production", "staging"), weights=(5, 1))[0]
        group = self.random.choice(("", "", "", f"{remote}!pipeline/1"))
        build = self.random.choice((None, "1", "2"))
        return "jenkins", Deployment(
            f"d{number}", target, result, at, service=self.random.choice(_SERVICES),
            remote=remote, sha=sha, ref=ref, version=version, build=build, group=group,
            finished_at=at + timedelta(minutes=1),
        )  # fmt: skip

    def _change(self, number: int) -> Told:
        at = self._at()
        more = self.random.choice(("", *VERSIONS, "INC1", "ship#2"))
        return "snow", ChangeRequest(
            f"c{number}", f"CHG{number}", "normal", "3", f"{self.texts()} {more}", "", self.begin,
            at, started_at=at, finished_at=at + timedelta(hours=2),
            ci=self.random.choice(_ITEMS), service=self.random.choice(_SERVICES),
            correlation=self.random.choice(("", "", "ship#1")),
        )  # fmt: skip

    def _incident(self, number: int) -> Told:
        at = self._at()
        more = self.random.choice(("", "caused by CHG1", *self.shas[:1], *VERSIONS[:2]))
        return "snow", Incident(
            f"i{number}", f"INC{number}", f"{self.texts()} {more}", "", "6", 1, at, at,
            resolved_at=self.random.choice((None, at + timedelta(hours=2))),
            ci=self.random.choice(_ITEMS), service=self.random.choice(_SERVICES),
            caused_by=self.random.choice((None, "c1", "c2")),
            duplicate_of="i1" if number == 2 and self.random.random() < 0.3 else None,
            correlation=self.random.choice(("", "", "ship#1")),
        )  # fmt: skip

    def _manifests(self) -> list[Record]:
        found: list[Record] = []
        for place, sha in enumerate(self.steps):
            at = self.begin + timedelta(hours=place + 1)
            said = f"Deploy {self.random.choice(_SERVICES[1:])} {self.random.choice(VERSIONS)}"
            parents = (self.steps[place - 1],) if place else ()
            found.append(Commit(MANIFESTS, sha, at, at, said, parents))
            one = Deployment(
                f"m{place}", "production", Result.SUCCESS, at, repository=MANIFESTS, sha=sha,
                finished_at=at,
            )  # fmt: skip
            found.append(one)
            if self.random.random() < 0.3:
                found.append(replace(one, sha=self.random.choice(self.steps)))
        return found

"""A whole estate of services as plain frames, with the true cause of every incident; no HTTP.

For half a year, in a quarter of a second per hundred services or so. The rates are guesses at how
companies are, written down before any rule was tried on them, and no rule reads them:

- Cadence: of 20 services 2 deploy 3 to 6 times a working day, 3 about once a day, 9 once a week, 6
  every two to six weeks; on working days, 08:00 to 18:00. A deployment brings 1 to 6 commits, 7 of
  10 with a ticket. 7 of 10 services open a change request for each deployment, whose correlation
  names the build.
- Failure: 4 of 100 planned deployments of services that deploy daily or more often, 12 of 100 of
  the others. One in five is rolled back within the hour and nobody opens an incident. Of the others
  the incident opens after a lognormal delay, median an hour, sigma 1.2: one in 250 after a day.
- Remedy: 40 of 100 are rolled back to the version before the culprit (if at most three came after
  it), 25 mended by a hotfix from a branch `hotfix/..` (two of five of which name the incident in
  the message), 10 by a revert in an ordinary deployment, 25 without a deployment.
- What people write: 40 of 100 incidents with a cause, where changes exist, name the change, one in
  50 of those a wrong one; 20 name version, commit, ticket or build in their text, one in ten of
  those the version before as well ("worked in"). 3 of 100 incidents of any kind state the running
  version without meaning anything by it. 5 of 100 name no configuration item.
- Without a cause in any deployment: as many incidents as are expected with one, half of them in
  services with three or more deployments a day, at any hour of any day alike; 4 of 100 are worked
  around by a hotfix, 1 in 200 names a change all the same.
- 12 of 100 incidents have a duplicate, one in six of those a chain of two.
- Other noise: 2 of 100 planned deployments are hotfixes for old defects, 1 in 200 is rolled back as
  a precaution, 1 commit in 100 is a revert that has nothing to do with an incident.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from math import log
from random import Random
from typing import Any, Final

import pandas as pd

from simulator.estate_desk import Desk, Trouble

DAYS: Final = 180
MINUTE, HOUR, DAY = 60, 3600, 86_400
START: Final = 1_767_571_200  # Monday, 5 January 2026
_PATTERN: Final = (5.0, 1.0, 0.2, 0.05, 0.2, 1.0, 0.2, 0.05, 0.2, 0.03)  # per working day
_REMEDIES: Final = {"rollback": 40, "hotfix": 25, "revert": 10, "none": 25}
_SOURCE: Final = 2


@dataclass(frozen=True, slots=True)
class Estate:
    """frames: by the names of the correlator's evidence, and `parents`. causes: incident_id -> the
    deployment that caused it, None for none; duplicates are left out.
    """

    frames: dict[str, pd.DataFrame]
    causes: dict[int, int | None]
    busy: frozenset[int]
    """Services with three or more deployments a working day."""


@dataclass(slots=True)
class Rows:
    """Rows of each frame, numbered as they come."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, name: str, key: str, /, **values: Any) -> int:
        table = self.rows.setdefault(name, [])
        table.append({key: len(table) + 1, **values})
        return len(table)


@dataclass(slots=True)
class Shipped:
    """A deployment as the generator knows it."""

    id: int
    at: int
    sha: str
    version: str
    commits: list[str]
    tickets: list[str]
    build: str
    change: str | None


@dataclass(slots=True)
class Service:
    """One service with its own repository, on its own time line."""

    id: int
    per_day: float
    rng: Random
    rows: Rows
    desk: Desk
    with_changes: bool
    head: int = 0
    last_ts: int = START
    minor: int = 0
    stack: list[Shipped] = field(default_factory=list)
    history: list[Shipped] = field(default_factory=list)
    due: list[tuple[int, int, Callable[[int, Any], None], Any]] = field(default_factory=list)
    counted: int = 0

    @property
    def name(self) -> str:
        return f"svc-{self.id}"

    @property
    def failure_rate(self) -> float:
        return 0.04 if self.per_day >= 0.8 else 0.12

    def later(self, ts: int, what: Callable[[int, Any], None], about: Any = None) -> None:
        self.counted += 1
        heapq.heappush(self.due, (ts, self.counted, what, about))

    def plan(self) -> int:
        """Put every planned deployment on the time line; how many there are."""
        count = 0
        for day in range(DAYS):
            if day % 7 >= 5:
                continue
            for _ in range(_poisson(self.rng, self.per_day)):
                at = START + day * DAY + 8 * HOUR + self.rng.randrange(10 * HOUR)
                self.later(at, self.planned)
                count += 1
        return count

    def run(self) -> None:
        """What happens, in order of time."""
        while self.due:
            ts, _, what, about = heapq.heappop(self.due)
            if ts < START + DAYS * DAY:
                what(max(ts, self.last_ts + MINUTE), about)

    def planned(self, ts: int, _: Any) -> None:
        hotfix = self.rng.random() < 0.02
        messages = [self._message() for _ in range(1 if hotfix else self.rng.randint(1, 6))]
        made = self._forward(ts, messages, hotfix=hotfix)
        luck = self.rng.random()
        if luck < self.failure_rate and len(self.stack) > 1:
            self._break(made)
        elif luck > 0.995:
            self.later(ts + self.rng.randint(10, 60) * MINUTE, self.rollback, (made, None))

    def _message(self) -> str:
        if self.rng.random() < 0.01 and self.history and self.history[-1].commits:
            sha = self.rng.choice(self.history[-1].commits)
            return f'Revert "Change"\n\nThis reverts commit {sha}.'
        if self.rng.random() < 0.7:
            number = self.rows.add("items", "item_id", title="A ticket")
            key = f"EST-{number}"
            self.rows.add("item_keys", "_", key=key, item_id=number, source_id=_SOURCE)
            return f"{key}: change"
        return "Change"

    def _break(self, made: Shipped) -> None:
        if self.rng.random() < 0.2:
            self.later(made.at + self.rng.randint(10, 60) * MINUTE, self.rollback, (made, None))
            return
        opened = made.at + int(self.rng.lognormvariate(log(HOUR), 1.2)) + MINUTE
        remedy = self.rng.choices(list(_REMEDIES), list(_REMEDIES.values()))[0]
        after = opened + int(self.rng.lognormvariate(log(40 * MINUTE), 0.8)) + 5 * MINUTE
        trouble = self.desk.caused(self.id, opened, made, self._before(made))
        if remedy == "none":
            trouble.resolved = opened + int(self.rng.lognormvariate(log(3 * HOUR), 1.0))
        else:
            remedies = {"rollback": self.rollback, "hotfix": self.hotfix, "revert": self.revert}
            self.later(after, remedies[remedy], (made, trouble))

    def _before(self, made: Shipped) -> Shipped | None:
        at = self.history.index(made)
        return self.history[at - 1] if at else None

    def rollback(self, ts: int, about: tuple[Shipped, Trouble | None]) -> None:
        made, trouble = about
        if made not in self.stack or not self.stack.index(made) > 0:
            self._over(ts, trouble)
            return
        at = self.stack.index(made)
        if len(self.stack) - at > 4:
            self.hotfix(ts + HOUR, about)
            return
        target = self.stack[at - 1]
        del self.stack[at:]
        self._deploy(ts, target.sha, target.version, "main", [], [])
        self._over(ts, trouble)

    def hotfix(self, ts: int, about: tuple[Shipped | None, Trouble | None]) -> None:
        trouble = about[1]
        named = trouble is not None and self.rng.random() < 0.4
        message = f"Fix {trouble.number}" if trouble and named else "Fix it"
        self._forward(ts, [message], hotfix=True, since=ts - 20 * MINUTE)
        self._over(ts, trouble)

    def revert(self, ts: int, about: tuple[Shipped, Trouble]) -> None:
        made, trouble = about
        sha = self.rng.choice(made.commits)
        message = f'Revert "Change"\n\nThis reverts commit {sha}.'
        self._forward(ts, [message], hotfix=False, since=ts - 20 * MINUTE)
        self._over(ts, trouble)

    def strange(self, ts: int, _: Any) -> None:
        """An incident that no deployment caused."""
        trouble = self.desk.strange(self.id, ts, self.history)
        if self.rng.random() < 0.04 and self.stack:
            self.later(ts + self.rng.randint(30, 180) * MINUTE, self.hotfix, (None, trouble))
        else:
            trouble.resolved = ts + int(self.rng.lognormvariate(log(3 * HOUR), 1.0))

    def _over(self, ts: int, trouble: Trouble | None) -> None:
        if trouble is not None:
            trouble.resolved = max(ts, trouble.opened) + self.rng.randint(5, 60) * MINUTE

    def _forward(
        self, ts: int, messages: list[str], *, hotfix: bool, since: int | None = None
    ) -> Shipped:
        begin = self.last_ts if since is None else max(since, self.last_ts)
        shas = []
        span = max(ts - 10 * MINUTE - begin, 1)
        for message, at in zip(
            messages, sorted(self.rng.randrange(span) for _ in messages), strict=True
        ):
            shas.append(self._commit(begin + at, message))
        self.minor += 1
        version = f"{self.id}.{self.minor}.{int(hotfix)}"
        tickets = [one.partition(":")[0] for one in messages if one.startswith("EST-")]
        ref = f"hotfix/{self.minor}" if hotfix else "main"
        made = self._deploy(ts, shas[-1], version, ref, shas, tickets)
        self.stack.append(made)
        self.history.append(made)
        return made

    def _commit(self, ts: int, message: str) -> str:
        sha = f"{self.rng.getrandbits(160):040x}"
        told = {"repository_id": self.id, "sha": sha, "message": message, "committed_ts": ts}
        number = self.rows.add("commits", "commit_id", **told, parents=int(self.head > 0))
        if self.head:
            self.rows.add("parents", "_", commit_id=number, parent_id=self.head)
        self.head = number
        return sha

    def _deploy(
        self, ts: int, sha: str, version: str, ref: str, commits: list[str], tickets: list[str]
    ) -> Shipped:
        job, count = f"{self.name}/deploy", len(self.rows.rows.get("builds", [])) + 1
        told = {"source_id": _SOURCE, "job": job, "number": count, "repository_id": self.id}
        self.rows.add("builds", "build_id", external_id=f"b{count}", **told)
        number = self.rows.add(
            "deployments",
            "deployment_id",
            **{"source_id": _SOURCE, "service_id": self.id, "service": self.name, "sha": sha},
            **{"external_id": f"{count}", "repository_id": self.id, "version": version},
            **{"ref": ref, "build_external_id": f"b{count}", "created_ts": ts - 8 * MINUTE},
            **{"started_ts": ts - 8 * MINUTE, "finished_ts": ts},
        )
        build = f"{job}#{count}"
        change = self.desk.change(self.id, ts, build) if self.with_changes else None
        self.last_ts = ts
        return Shipped(number, ts, sha, version, commits, tickets, build, change)


def estate(services: int, *, seed: int) -> Estate:
    """An estate of this many services; the same seed gives the same one."""
    rng = Random(f"{seed} {services}")
    rows = Rows()
    desk = Desk(rng, rows)
    made = []
    for number in range(1, services + 1):
        rate = _PATTERN[(number - 1) % len(_PATTERN)] * rng.uniform(0.8, 1.2)
        own = Random(rng.random())
        one = Service(number, rate, own, rows, desk, with_changes=rng.random() < 0.7)
        one.head, one.last_ts = 0, START
        made.append(one)
        rows.add("repositories", "repository_id", source_id=_SOURCE, path=f"estate/{one.name}")
    expected = sum(one.plan() * one.failure_rate * 0.8 for one in made)
    busy = [one for one in made if one.per_day >= 3]
    calm = [one for one in made if one.per_day < 3]
    for place in range(round(expected)):
        where = rng.choice(busy if place % 2 and busy else calm)
        where.later(START + rng.randrange(10 * DAY, DAYS * DAY - 3 * DAY), where.strange)
    for one in made:
        one.run()
    causes = desk.close(START + DAYS * DAY)
    frames = {name: pd.DataFrame(table) for name, table in rows.rows.items()}
    return Estate(frames, causes, frozenset(one.id for one in busy))


def _poisson(rng: Random, mean: float) -> int:
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count += 1
        left += rng.expovariate(1.0)
    return count

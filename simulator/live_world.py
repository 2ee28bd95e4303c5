"""A company that goes on living: its clock, its chance, and the ids that it gives out next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from simulator.model import Commit, Item, Person, Service, Status, StreamPlan, World

T = TypeVar("T")


@dataclass(slots=True)
class LiveWorld:
    """A world that is changed in place; `rng` decides all that is left open, so a seed repeats it.

    Everything that happens moves `world.now` on by some seconds, to a second of its own.
    deleted: tickets that are no more; no tracker gives their ids and keys again.
    """

    world: World
    rng: Random
    deleted: list[Item] = field(default_factory=list)

    def tick(self) -> datetime:
        """A little later; answers with the new now."""
        self.world.now += timedelta(seconds=self.rng.randrange(20, 240))
        return self.world.now

    def pick(self, rows: Iterable[T]) -> T | None:
        """One of them, None where there is none."""
        found = list(rows)
        return self.rng.choice(found) if found else None

    def person(self) -> Person:
        """Someone who is no bot."""
        return self.rng.choice([one for one in self.world.people if not one.bot])

    def sha(self, *words: object) -> str:
        """A name for new content; not for security, as in Git."""
        text = "\n".join(map(str, (*words, self.rng.random())))
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def sys_id(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"

    @property
    def items_ever(self) -> list[Item]:
        """The tickets, those that are deleted too."""
        return [*self.world.items, *self.deleted]

    @property
    def services(self) -> list[Service]:
        return [service for stream in self.world.streams for service in stream.services]

    def stream_of(self, item: Item) -> StreamPlan:
        return next(stream for stream in self.world.streams if stream.name == item.stream)

    def status(self, status_id: str) -> Status | None:
        """By id, retired ones too; None for one that no stream has."""
        known = [
            status
            for stream in self.world.streams
            for status in (*stream.statuses, *stream.retired)
        ]
        return next((status for status in known if status.id == status_id), None)

    def entry_id(self) -> int:
        """The id of the next changelog entry of the whole tracker."""
        ids = [0]
        for item in self.items_ever:
            ids += [move.id for move in item.moves]
            ids += [edit.id for edit in item.edits]
            ids += [number for flag in item.flags for number in (flag.start_id, flag.end_id or 0)]
        return max(ids) + 1

    def key(self, project: str) -> str:
        """The next key of a project; one that another ticket had is never given again."""
        keys = [item.key for item in self.items_ever]
        keys += [edit.old or "" for item in self.items_ever for edit in item.edits]
        own = [key for key in keys if key.startswith(f"{project}-")]
        return f"{project}-{following(int(key.rpartition('-')[2]) for key in own)}"

    def stage_id(self) -> int:
        """The number of the next job of a build."""
        stages = [stage for build in self.world.builds for stage in build.stages]
        return following(int(stage.id) for stage in stages if stage.id.isdigit())

    def commit(self, repository: str, parents: Sequence[str], message: str, at: datetime) -> Commit:
        """A new commit in the world, by someone; no branch leads to it yet."""
        sha = self.sha(repository, parents, message, at)
        made = Commit(sha, repository, list(parents), at, at, message, self.person())
        self.world.commits.append(made)
        return made


def following(numbers: Iterable[int]) -> int:
    """One more than the highest; 1 without any."""
    return max(numbers, default=0) + 1

"""The facts that answers read, as frames in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from connectors.history import Older
from core.errors import BadRequestError, NotFoundError
from core.settings import Dora, Service, ValueStream
from metrics.envelope import Freshness
from metrics.value_events import ValueFacts, nothing_told
from pipeline.breaks import Break
from pipeline.memo import Memo
from pipeline.planned import Planned
from pipeline.times import iso
from pipeline.worth import Worth


@dataclass(frozen=True)
class StreamFacts:
    """Facts of one stream. items has key, type, title, url of the work item beside the fact's
    columns; and, but for what was known once, `weak`: whether one of its commits is linked by weak
    evidence alone. tools: columns of `tool_time`. blocks: what blocked them, see `open_blocks`.
    assigned: see `assigned_of`. blockers: the items in their way by id, see `blockers_of`.
    blocked_statuses: names by id. value: what is told of its features. worth: what they and their
    ancestors are worth. planned: what they are planned for, and when they are due.
    """

    id: int
    version: int
    config: ValueStream
    stages: pd.DataFrame
    items: pd.DataFrame
    visits: pd.DataFrame
    tools: pd.DataFrame
    blocks: pd.DataFrame
    assigned: pd.DataFrame
    blockers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    blocked_statuses: Mapping[int, str] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()
    value: ValueFacts = field(default_factory=nothing_told)
    worth: Worth = field(default_factory=Worth, compare=False)
    planned: Planned = field(default_factory=Planned, compare=False)
    memo: Memo = field(default_factory=Memo, compare=False)

    @property
    def title(self) -> str:
        return self.config.title or self.config.name


@dataclass(frozen=True)
class ServiceFacts:
    """Facts of one service, production only. dora: under which rules they are read."""

    id: int
    config: Service
    changes: pd.DataFrame
    deployments: pd.DataFrame
    incidents: pd.DataFrame
    requests: pd.DataFrame
    dora: Dora
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True)
class Later:
    """By name the streams and services of which nothing was kept yet at the moment asked for, with
    the moment from which on it is (None: not yet).
    """

    streams: Mapping[str, int | None] = field(default_factory=dict)
    services: Mapping[str, int | None] = field(default_factory=dict)

    def require(self, kind: Literal["streams", "services"], name: str) -> None:
        """`BadRequestError` where it is one of them, which says from when on there is an answer."""
        of = self.streams if kind == "streams" else self.services
        if name in of:
            raise _too_early(of[name], f' of "{name}"')

    def require_any(self) -> None:
        """The same where there is no stream but later ones."""
        if self.streams:
            known = [ts for ts in self.streams.values() if ts is not None]
            raise _too_early(min(known, default=None), "")


@dataclass(frozen=True)
class Awaited:
    """What is configured and has no facts yet, by name: the next pass makes them."""

    streams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def require(self, kind: Literal["streams", "services"], name: str) -> None:
        """`NotFoundError` where it is one of them, which says when it is there."""
        if name in (self.streams if kind == "streams" else self.services):
            what = "value stream" if kind == "streams" else "service"
            raise NotFoundError(
                f'the {what} "{name}" is configured and not measured yet: that comes with the next'
                " pass over the sources; GET /v1/sources tells how far they are read"
            )


def _too_early(since_ts: int | None, of: str) -> BadRequestError:
    if since_ts is None:
        return BadRequestError(f"known_at: nothing is known{of} yet")
    return BadRequestError(
        f"known_at: what was known{of} before {iso(since_ts)} was not kept; ask for that moment or"
        " a later one"
    )


Outages = Mapping[str, Sequence[tuple[int, int]]]
"""By source the times, now over, in which it was not read; see `pipeline/outages.py`."""


@dataclass(frozen=True)
class Snapshot:
    """Everything that is answered from, as of one version. Lists keep the order of the
    configuration.
    """

    streams: Mapping[str, StreamFacts]
    services: Mapping[str, ServiceFacts]
    freshness: Mapping[str, Freshness]
    unlinked_days: pd.DataFrame
    """See `store.unlinked.unlinked_days`."""
    older: Mapping[str, Sequence[Older]] = field(default_factory=dict)
    """By source, the parts of its history that are still to be read; only where there are any."""
    outages: Outages = field(default_factory=dict)
    later: Later = field(default_factory=Later)
    """Where it is asked what was known: of what nothing was kept yet."""
    awaited: Awaited = field(default_factory=Awaited)

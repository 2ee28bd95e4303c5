"""Which projects, repositories and jobs are in a stream or a service, and which are in none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson
import pandas as pd
from sqlalchemy.orm import Session

from core.settings import Settings
from correlator.remotes import normal_remote, remote_index
from pipeline.times import iso
from store import covered, frames

Answer = dict[str, Any]
Kind = Literal["project", "repository", "job"]
KINDS: tuple[Kind, ...] = ("project", "repository", "job")
BEYOND = (
    "what sources read is compared, and what builds are made from; what else the tools have is not"
    " asked of them: compare `projects`, `groups`, `repositories` and `jobs` of [[sources]]"
)


@dataclass(frozen=True)
class Owners:
    """Who has what. repositories: by path the names of streams and of services; services: by
    service the streams that it delivers.
    """

    streams: Mapping[str, set[str]]
    services: Mapping[str, set[str]]
    delivers: Mapping[str, set[str]]

    @classmethod
    def of(cls, settings: Settings) -> Owners:
        delivers: dict[str, set[str]] = {one.name: set() for one in settings.services}
        streams: dict[str, set[str]] = {}
        services: dict[str, set[str]] = {}
        for stream in settings.streams:
            for path in stream.repositories:
                streams.setdefault(path, set()).add(stream.name)
            for service in stream.services:
                delivers.setdefault(service, set()).add(stream.name)
        for one in settings.services:
            for path in (*one.repositories, *one.manifests):
                services.setdefault(path, set()).add(one.name)
                streams.setdefault(path, set()).update(delivers[one.name])
        return cls(streams, services, delivers)


def covered_answer(session: Session, settings: Settings, *, only: bool | None = None) -> Answer:
    """What belongs to no stream and no service first, then by kind, source and name. only: True
    the covered ones alone, False the others.
    """
    owners = Owners.of(settings)
    index = remote_index(frames.repositories(session))
    known = frames.repositories(session)
    paths = dict(zip(known["repository_id"].tolist(), known["path"], strict=True))
    jobs = covered.jobs(session)
    built = {
        (row["source"], row["name"]): _remotes(row["revisions"]) for row in jobs.to_dict("records")
    }
    found = {
        key: {paths[index[remote]] for remote in remotes if remote in index}
        for key, remotes in built.items()
    }
    rows = [
        *_projects(session, settings),
        *_repositories(session, owners),
        *_unread(remote for remotes in built.values() for remote in remotes if remote not in index),
        *_jobs(session, jobs, owners, found),
    ]
    counts = {kind: _counted(rows, kind) for kind in KINDS}
    listed = [row for row in rows if only is None or row["covered"] is only]
    listed.sort(key=lambda row: (row["covered"], KINDS.index(row["kind"]), _place(row)))
    return {"counts": counts, "beyond": BEYOND, "items": listed, "next": None}


def _place(row: Answer) -> tuple[str, str]:
    return row["source"] or "", row["name"]


def _counted(rows: Iterable[Answer], kind: Kind) -> Answer:
    told = [row["covered"] for row in rows if row["kind"] == kind]
    return {"known": len(told), "covered": sum(told)}


def _remotes(revisions: str) -> list[str]:
    """The normal addresses of what a build was made from."""
    return sorted({normal_remote(remote) for _, remote in orjson.loads(revisions or "[]")} - {""})


def _projects(session: Session, settings: Settings) -> Iterator[Answer]:
    for row in covered.projects(session).to_dict("records"):
        source, name = row["source"], row["name"]
        streams = {
            one.name
            for one in settings.streams
            for part in (one.items, one.ideas)
            if part is not None and part.source == source and name in part.projects
        }
        line = f'items = {{ source = "{source}", projects = ["{name}"] }}'
        yield _row("project", row, streams, set(), line=f"[[streams]]\n{line}")


def _repositories(session: Session, owners: Owners) -> Iterator[Answer]:
    for row in covered.repositories(session).to_dict("records"):
        path = row["name"]
        line = f'[[services]]\nrepositories = ["{path}"]'
        streams, services = owners.streams.get(path, set()), owners.services.get(path, set())
        yield _row("repository", row, streams, services, line=line)


def _unread(remotes: Iterable[str]) -> Iterator[Answer]:
    """Repositories that builds are made from, and that no source reads."""
    for remote in sorted(set(remotes)):
        row = {"source": None, "name": remote, "count": 0, "last_ts": None}
        line = "[[sources]]\n# add it to the projects or repositories of its source"
        yield _row("repository", row, set(), set(), line=line)


def _jobs(
    session: Session,
    jobs: pd.DataFrame,
    owners: Owners,
    built: Mapping[tuple[str, str], set[str]],
) -> Iterator[Answer]:
    deploys: dict[tuple[str, str], set[str]] = {}
    for row in covered.deploying_jobs(session).to_dict("records"):
        deploys.setdefault((row["source"], row["name"]), set()).add(row["service"])
    for row in jobs.to_dict("records"):
        key = (row["source"], row["name"])
        services = {one for one in deploys.get(key, set()) if one in owners.delivers}
        streams = {stream for one in services for stream in owners.delivers[one]}
        for path in built.get(key, set()):
            services |= owners.services.get(path, set())
            streams |= owners.streams.get(path, set())
        line = f'deployments = [{{ job = "{row["name"]}", service = ".." }}]'
        yield _row("job", row, streams, services, line=f"[[sources]]\n{line}")


def _row(
    kind: Kind, row: Mapping[Any, Any], streams: set[str], services: set[str], *, line: str
) -> Answer:
    inside = bool(streams or services)
    last = row["last_ts"]
    return {
        "kind": kind,
        "source": row["source"],
        "name": row["name"],
        "count": int(row["count"]),
        "last_at": None if last is None or pd.isna(last) or last < 0 else iso(int(last)),
        "covered": inside,
        "streams": sorted(streams),
        "services": sorted(services),
        "line": None if inside else line,
    }

"""To which streams and services a thing belongs that is not linked; and to the scope of all."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from sqlalchemy.orm import Session

from core.settings import Settings
from store import frames
from store.unlinked import ALL

_SCOPES = ["of", "scope", "scope_id"]


def paths_of_streams(settings: Settings) -> dict[str, set[str]]:
    """The repositories of each stream, its own and those of its services."""
    services = {one.name: one.repositories for one in settings.services}
    return {
        one.name: {*one.repositories, *(path for name in one.services for path in services[name])}
        for one in settings.streams
    }


def _ids(frame: pd.DataFrame, column: str) -> dict[str, int]:
    return dict(zip(frame["name"].tolist(), frame[column].tolist(), strict=True))


def repository_scopes(
    session: Session, settings: Settings, repositories: pd.DataFrame
) -> pd.DataFrame:
    """Of each repository the streams and services that have it."""
    streams = _ids(frames.value_streams(session), "stream_id")
    services = _ids(frames.services(session), "service_id")
    owners: list[tuple[set[str], str, int]] = [
        (paths, "stream", streams[name])
        for name, paths in paths_of_streams(settings).items()
        if name in streams
    ]
    owners += [
        (set(one.repositories), "service", services[one.name])
        for one in settings.services
        if one.name in services
    ]
    pairs = zip(repositories["repository_id"].tolist(), repositories["path"], strict=True)
    return scopes_frame(
        (number, scope, scope_id)
        for number, path in pairs
        for paths, scope, scope_id in owners
        if path in paths
    )


def service_scopes(session: Session, settings: Settings) -> pd.DataFrame:
    """Of each service itself, and the streams that it delivers."""
    streams = _ids(frames.value_streams(session), "stream_id")
    services = _ids(frames.services(session), "service_id")
    own = [(number, "service", number) for number in services.values()]
    theirs = [
        (services[name], "stream", streams[stream.name])
        for stream in settings.streams
        for name in stream.services
        if name in services and stream.name in streams
    ]
    return scopes_frame([*own, *theirs])


def scopes_frame(rows: Iterable[tuple[int, str, int]]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=_SCOPES)
    return table.astype({"of": "int64", "scope": "object", "scope_id": "int64"})


def scoped(frame: pd.DataFrame, scopes: pd.DataFrame) -> pd.DataFrame:
    """The rows once for the scope of everything and once for each scope that `of` belongs to."""
    everything = frame.drop(columns="of").assign(scope=ALL, scope_id=0)
    inside = frame.merge(scopes, on="of").drop(columns="of")
    both = pd.concat([everything, inside], ignore_index=True)
    return both.drop_duplicates(["entity_id", "scope", "scope_id"], ignore_index=True)

"""The ends of verdicts: by the names that their sources give them, by our ids, by what people say.

A commit is named by its repository's id and sha, a merge request by its repository's id and number,
everything else by its own id at its source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.lookup import chunks
from store.models import (
    build,
    change_request,
    deployment,
    git_commit,
    incident,
    item_key,
    merge_request,
    repository,
    source,
    work_item,
)

_AT_MOST: Final = 20
_PLAIN: Final[dict[Entity, Table]] = {
    Entity.ITEM: work_item,
    Entity.BUILD: build,
    Entity.DEPLOYMENT: deployment,
    Entity.CHANGE: change_request,
    Entity.INCIDENT: incident,
}
_IN_REPOSITORY: Final[dict[Entity, tuple[Table, str]]] = {
    Entity.COMMIT: (git_commit, "sha"),
    Entity.MERGE_REQUEST: (merge_request, "number"),
}


@dataclass(frozen=True, slots=True)
class End:
    """One thing as its source names it; `repository` only of what lives in one."""

    kind: Entity
    source: str
    repository: str
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """A thing that is stored: how people call it, and in which repository it is."""

    id: int
    end: End
    label: str
    url: str
    repository: str = ""


def known_by_ids(session: Session, kind: Entity, ids: Iterable[int]) -> dict[int, Known]:
    """Things by our ids; what is not stored is absent."""
    statement, table = _known(kind)
    found: dict[int, Known] = {}
    for chunk in chunks(sorted(set(ids))):
        for row in session.execute(statement.where(table.c.id.in_(chunk))):
            one = _made(kind, row._mapping)
            found[one.id] = one
    return found


def known_by_ends(session: Session, ends: Iterable[End]) -> dict[End, Known]:
    """Things by their names; what is not stored is absent."""
    groups: dict[tuple[Entity, str, str], list[End]] = defaultdict(list)
    for end in ends:
        groups[end.kind, end.source, end.repository].append(end)
    found: dict[End, Known] = {}
    for (kind, home, repo), group in groups.items():
        if kind not in _PLAIN and kind not in _IN_REPOSITORY:
            continue
        statement, table = _known(kind)
        statement = statement.where(source.c.name == home)
        if kind in _IN_REPOSITORY:
            statement = statement.where(repository.c.external_id == repo)
        column = table.c[_IN_REPOSITORY[kind][1] if kind in _IN_REPOSITORY else "external_id"]
        for chunk in chunks(sorted({name for end in group for name in _values(end)})):
            for row in session.execute(statement.where(column.in_(chunk))):
                one = _made(kind, row._mapping)
                found[one.end] = one
    return found


def known_by_key(session: Session, kind: Entity, key: str, *, within: str = "") -> list[Known]:
    """Things that people call so: a ticket's present or former key, the beginning of a sha, the
    number of a merge request (`8`), change or incident, a build as `job#7`, a deployment's id.

    within: only those of the repository of this path. At most twenty; none where nothing fits.
    """
    statement, table = _known(kind)
    where = _called(kind, table, key)
    if where is None:
        return []
    if within:
        if kind not in _IN_REPOSITORY:
            return []
        statement = statement.where(repository.c.path == within)
    rows = session.execute(statement.where(where).order_by(table.c.id).limit(_AT_MOST))
    return [_made(kind, row._mapping) for row in rows]


def _called(kind: Entity, table: Table, key: str) -> ColumnElement[bool] | None:
    if kind is Entity.ITEM:
        keys = select(item_key.c.item_id).where(item_key.c.key.in_({key, key.upper()}))
        return table.c.id.in_(keys)
    if kind is Entity.COMMIT:
        return table.c.sha.startswith(key.lower(), autoescape=True)
    if kind is Entity.MERGE_REQUEST:
        return table.c.number == int(key) if _is_number(key) else None
    if kind is Entity.BUILD:
        job, _, number = key.rpartition("#")
        if not job or not _is_number(number):
            return None
        return (table.c.job == job) & (table.c.number == int(number))
    if kind is Entity.DEPLOYMENT:
        return table.c.external_id == key
    return table.c.number == key.upper()


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _values(end: End) -> list[Any]:
    if end.kind is Entity.MERGE_REQUEST:
        return [int(end.name)] if _is_number(end.name) else []
    return [end.name]


def _known(kind: Entity) -> tuple[Select[Any], Table]:
    if kind in _IN_REPOSITORY:
        table, column = _IN_REPOSITORY[kind]
        url = table.c.url if "url" in table.c else repository.c.url
        statement = (
            select(
                table.c.id,
                source.c.name.label("source"),
                repository.c.external_id.label("repository_id"),
                repository.c.path,
                table.c[column].label("name"),
                url.label("url"),
            )
            .join(repository, repository.c.id == table.c.repository_id)
            .join(source, source.c.id == repository.c.source_id)
        )
        return statement, table
    table = _PLAIN[kind]
    labels = {
        Entity.ITEM: ("key",),
        Entity.BUILD: ("job", "number"),
        Entity.DEPLOYMENT: ("environment", "version"),
    }.get(kind, ("number",))
    statement = select(
        table.c.id,
        source.c.name.label("source"),
        table.c.external_id.label("name"),
        table.c.url,
        *(table.c[name].label(f"label{place}") for place, name in enumerate(labels)),
    ).join(source, source.c.id == table.c.source_id)
    return statement, table


def _made(kind: Entity, row: Any) -> Known:
    if kind in _IN_REPOSITORY:
        name = str(row["name"])
        end = End(kind, row["source"], row["repository_id"], name)
        label = name[:8] if kind is Entity.COMMIT else f"!{name}"
        url = "" if kind is Entity.COMMIT else row["url"]
        return Known(row["id"], end, label, url, row["path"])
    end = End(kind, row["source"], "", row["name"])
    parts = [str(row["label0"]), *([str(row["label1"])] if "label1" in row else [])]
    label = "#".join(parts) if kind is Entity.BUILD else " ".join(filter(None, parts))
    return Known(row["id"], end, label or row["name"], row["url"])

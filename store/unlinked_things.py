"""How a thing that is not linked is called, and where it is shown at its source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core.records import Entity
from store.lookup import chunks
from store.models import (
    deployment,
    git_commit,
    incident,
    repository,
    source,
    work_item,
)

Row = dict[str, Any]

_LINE = 300  # characters of a message that can be its title
_COMMIT_AT = {"gitlab": "/-/commit/", "github": "/commit/"}


def thing_rows(session: Session, entity: Entity, ids: Iterable[int]) -> dict[int, Row]:
    """key, title and url of each; what is gone is absent, a url that is not known is "".

    The key is that of an item, the sha of a commit, the number of an incident; of a deployment its
    sha or version, or else its own id.
    """
    found: dict[int, Row] = {}
    for chunk in chunks(sorted(set(ids))):
        for row in session.execute(_statement(entity, chunk)):
            found[row.id] = _row(entity, dict(row._mapping))
    return found


def _statement(entity: Entity, ids: list[int]) -> Select[Any]:
    if entity is Entity.ITEM:
        table = work_item
        return select(table.c.id, table.c.key, table.c.title, table.c.url).where(
            table.c.id.in_(ids)
        )
    if entity is Entity.INCIDENT:
        table = incident
        key = table.c.number.label("key")
        return select(table.c.id, key, table.c.title, table.c.url).where(table.c.id.in_(ids))
    if entity is Entity.DEPLOYMENT:
        table = deployment
        names = ("id", "external_id", "sha", "version", "environment", "job", "url")
        return select(*(table.c[name] for name in names)).where(table.c.id.in_(ids))
    message = func.substr(git_commit.c.message, 1, _LINE).label("message")
    home = (repository.c.url, repository.c.path, source.c.kind)
    return (
        select(git_commit.c.id, git_commit.c.sha, message, *home)
        .join(repository, repository.c.id == git_commit.c.repository_id)
        .join(source, source.c.id == repository.c.source_id)
        .where(git_commit.c.id.in_(ids))
    )


def _row(entity: Entity, row: Row) -> Row:
    if entity is Entity.DEPLOYMENT:
        key = row["sha"] or row["version"] or row["external_id"]
        title = " to ".join(one for one in (row["job"], row["environment"]) if one)
        return {"key": key, "title": title, "url": row["url"]}
    if entity is Entity.COMMIT:
        title = row["message"].lstrip().partition("\n")[0].rstrip()
        below = _COMMIT_AT.get(row["kind"], "")
        url = f"{row['url'].rstrip('/')}{below}{row['sha']}" if row["url"] and below else ""
        return {"key": row["sha"], "title": title, "url": url}
    return {name: row[name] for name in ("key", "title", "url")}

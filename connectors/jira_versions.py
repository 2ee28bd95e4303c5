"""Jira's versions: the releases that issues are planned for by their field "Fix versions"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from connectors.hourly import hourly
from connectors.http import Params
from connectors.paging import offset
from connectors.stream import Payload, Scope, Stream, own_id
from connectors.times import day_or_none
from connectors.windows import listing
from core.records import PlannedIn, PlannedRelease, Record

_PAGE = 50


def versions_stream(api: str, *, browse_url: str) -> Stream:
    """The versions of each project: an issue is not told as changed when its version gets another
    date or is released.
    """
    asked: Params = {"startAt": 0, "maxResults": _PAGE}
    listed = listing(
        path=lambda project: f"{api}/project/{project.id}/version",
        params=lambda _project, _since: asked,
        next_page=offset(items="values"),
        items="values",
    )
    return Stream(
        name="versions",
        read=hourly(listed),
        id=own_id,
        parse=partial(parse_version, browse_url=browse_url),
        over="projects",
        scope=lambda project: Scope(str(project["id"]), project),
        optional=True,
    )


def parse_version(payload: Payload, scope: Scope, *, browse_url: str) -> Iterator[Record]:
    """A version of the project that is the scope."""
    key = (scope.payload or {}).get("key") or ""
    yield _release(payload, _page(browse_url, str(key)), listed=True)


def planned_in(
    item: str, fields: Mapping[str, Any], *, project: str, browse_url: str
) -> Iterator[Record]:
    """The versions of an issue, and that it is planned for them; what is no version is passed
    over.
    """
    rows = fields.get("fixVersions")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and isinstance(row.get("id"), str | int):
            release = _release(row, _page(browse_url, project), listed=False)
            yield release
            yield PlannedIn(item, release.id)


def _release(row: Mapping[str, Any], page: str, *, listed: bool) -> PlannedRelease:
    return PlannedRelease(
        id=str(row["id"]),
        name=str(row.get("name") or ""),
        due_on=day_or_none(row.get("releaseDate")),
        released=row.get("released") is True,
        archived=row.get("archived") is True,
        url=f"{page}/{row['id']}" if page else "",
        listed=listed,
    )


def _page(browse_url: str, project: str) -> str:
    return f"{browse_url}/projects/{project}/versions" if browse_url and project else ""

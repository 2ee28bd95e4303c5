"""GitLab's milestones: the releases that issues are planned for."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.stream import Payload, Scope
from connectors.times import day_or_none
from core.records import PlannedIn, PlannedRelease, Record


def parse_milestone(payload: Payload, _scope: Scope) -> Iterator[Record]:
    """A milestone of the project, or of a group above it."""
    yield _release(payload, listed=True)


def planned_in(payload: Payload) -> Iterator[Record]:
    """The milestone of an issue, and that it is planned for it; nothing where it has none."""
    milestone = payload.get("milestone")
    if isinstance(milestone, dict) and isinstance(milestone.get("id"), str | int):
        release = _release(milestone, listed=False)
        yield release
        yield PlannedIn(str(payload["id"]), release.id)


def _release(row: Payload, *, listed: bool) -> PlannedRelease:
    return PlannedRelease(
        id=str(row["id"]),
        name=str(row.get("title") or ""),
        due_on=day_or_none(row.get("due_date")),
        released=row.get("state") == "closed",
        url=str(row.get("web_url") or ""),
        listed=listed,
    )

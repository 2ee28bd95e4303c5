"""The branches of GitLab's projects, which two streams need: listed once for both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

from connectors.gitlab_project import PER_PAGE, in_project
from connectors.paging import batches, pages
from connectors.stream import Page, Payload, Reading


@dataclass(slots=True)
class _Project:
    """rows: what the stream `by` listed, until the other one takes it."""

    lock: Lock = field(default_factory=Lock)
    rows: list[Payload] = field(default_factory=list)
    by: str = ""


@dataclass(slots=True)
class Branches:
    """Of one connection: whichever stream comes first to a project asks, the other one does not."""

    _projects: dict[str, _Project] = field(default_factory=dict)

    def read(self, reading: Reading) -> Iterator[Page]:
        """The `read` of the branches themselves, whole each time."""
        found = self._of(reading, "branches")
        for rows in batches(found, PER_PAGE) if found else [found]:
            yield Page(rows, {})

    def heads(self, reading: Reading) -> list[str]:
        """Their shas, the default branch first: most others end on its history."""
        found = sorted(self._of(reading, "commits"), key=lambda row: not row.get("default"))
        return [branch["commit"]["id"] for branch in found]

    def _of(self, reading: Reading, by: str) -> list[Payload]:
        project = self._projects.setdefault(reading.scope.id, _Project())
        with project.lock:
            if project.by not in ("", by):
                found, project.rows, project.by = project.rows, [], ""
                return found
            path = in_project("repository/branches", reading.scope)
            listed = pages(reading.client, path, {"per_page": PER_PAGE})
            project.rows, project.by = [row for page in listed for row in page], by
            return project.rows

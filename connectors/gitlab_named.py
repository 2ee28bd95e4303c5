"""Single things of a GitLab project, as its lists have them, for webhooks that name them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from connectors.gitlab_project import in_project, one, rows
from connectors.http import Params
from connectors.ordered import beginning
from connectors.stream import Named, Payload, Reading
from connectors.times import utc

PIPELINE = (
    "id", "iid", "project_id", "sha", "ref", "status", "source", "created_at", "updated_at",
    "web_url", "name",
)  # fmt: skip
"""What a list tells of a pipeline; by itself it tells more."""
DEPLOYMENT = (
    "id", "iid", "ref", "sha", "created_at", "updated_at", "user", "environment", "deployable",
    "status",
)  # fmt: skip


def by_number(what: str, extra: Params) -> Named:
    """Issues and merge requests, by their number in the project: their list takes numbers."""

    def read(reading: Reading, names: Sequence[str]) -> Iterator[Payload]:
        asked: Params = {**extra, "iids[]": list(names)}
        for row in rows(reading.client, in_project(what, reading.scope), asked):
            if str(row["iid"]) in names and _is_wanted(reading, row):
                yield row

    return Named(read=read)


def by_id(
    what: str, kept: Collection[str], *, belongs: Callable[[Payload], bool] = lambda _row: True
) -> Named:
    """Pipelines and deployments, one by one, cut to what their list tells."""

    def read(reading: Reading, names: Sequence[str]) -> Iterator[Payload]:
        for name in names:
            row = one(reading.client, in_project(f"{what}/{name}", reading.scope))
            if row and belongs(row) and _is_wanted(reading, row):
                yield {name: value for name, value in row.items() if name in kept}

    return Named(read=read)


def _is_wanted(reading: Reading, row: Payload) -> bool:
    first = beginning(reading)
    return first is None or utc(row["updated_at"]) >= first

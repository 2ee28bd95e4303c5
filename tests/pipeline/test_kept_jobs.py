"""Jobs and stages that a source may not show any more: what was stored of them stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from connectors.stream import Page, Payload
from core.records import Repository
from pipeline.database import Database
from pipeline.reading import Task, prepared_pages
from store import raw
from store.models import build, build_stage
from store.records import save_records
from store.sources import SourceRow, ensure_sources
from tests.connectors.gitlab_site import SCOPE, Site, saved, serving

Stages = list[tuple[str, str]]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


def _read(database: Database, site: Site, payload: Payload, *, full: bool = False) -> Stages:
    """Read the pipeline as a page with nothing else on it; the stages that are stored then."""
    listed = replace(
        site.stream("pipelines"), read=lambda _reading: iter([Page([dict(payload)], {})])
    )
    with database.writing() as session:
        source_id = ensure_sources(session, [SourceRow("gitlab", "gitlab")])["gitlab"]
        save_records(session, source_id, [Repository("42", "shop/api", "main", "")])
    task = Task(source_id, listed, SCOPE, {}, None, full)
    for page in prepared_pages(task, site.client, database):
        with database.writing() as session:
            raw.save(session, source_id, "pipelines", SCOPE.id, page.rows, fetched_ts=1)
            save_records(session, source_id, page.records)
    with database.read() as session:
        columns = (build_stage.c.external_id, build_stage.c.result)
        rows = session.execute(select(*columns).order_by(build_stage.c.ordinal))
        return [(row.external_id, row.result) for row in rows]


def _times(database: Database) -> tuple[int | None, int | None]:
    with database.read() as session:
        row = session.execute(select(build.c.started_ts, build.c.finished_ts)).one()
        return row.started_ts, row.finished_ts


def _pipeline() -> tuple[Payload, list[Payload]]:
    """As the list gives it, and its jobs."""
    payload = saved("pipeline")
    return payload, payload.pop("_details")["jobs"]


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("status", [403, 404])
def test_stages_of_a_pipeline_stay_when_its_jobs_may_not_be_read_any_more(
    database: Database, site: Site, status: int, full: bool
) -> None:
    payload, jobs = _pipeline()
    route = site.get("pipelines/700/jobs").respond(json=jobs)
    before = _read(database, site, payload)
    assert len(before) == 4
    times = _times(database)
    route.respond(status, json={})
    site.get("pipelines/700").respond(status, json={})
    changed = payload | {"updated_at": "2026-02-05T10:00:00.000Z"}
    assert _read(database, site, changed, full=full) == before
    assert _times(database) == times
    again = payload | {"updated_at": "2026-02-06T10:00:00.000Z"}
    assert _read(database, site, again, full=full) == before, "the payload kept them, too"


def test_a_list_of_jobs_that_is_read_again_is_whole(database: Database, site: Site) -> None:
    payload, jobs = _pipeline()
    route = site.get("pipelines/700/jobs").respond(json=jobs)
    before = _read(database, site, payload)
    route.respond(json=jobs[:3])
    changed = payload | {"updated_at": "2026-02-05T10:00:00.000Z"}
    assert _read(database, site, changed) == before[:3]

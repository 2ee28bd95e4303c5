"""Stores builds with their stages, and deployments."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Table, select, update

from core.records import Build, BuildStage, Deployment, Entity, Repository
from store.batch import Batch, parent_id, seconds
from store.lookup import chunks
from store.models import build, build_stage, deployment, repository
from store.models_delivery import HOMELESS
from store.rows import write_children, write_entities


def write_delivery(batch: Batch) -> None:
    """Store builds, stages and deployments; what comes before its repository has none so far."""
    runs: list[Build | Deployment] = [*batch.of(Build), *batch.of(Deployment)]
    homes = batch.lookup(repository, {run.repository for run in runs if run.repository})
    rows = [_build_row(batch, run, homes) for run in batch.of(Build)]
    written = write_entities(batch.session, build, rows)
    batch.touched[Entity.BUILD].update(written.changed)
    _write_stages(batch, {name: found for (_, name), found in written.ids.items()})
    rows = [_deployment_row(batch, run, homes) for run in batch.of(Deployment)]
    deployed = write_entities(batch.session, deployment, rows)
    batch.touched[Entity.DEPLOYMENT].update(deployed.changed)
    _take_in(batch, Entity.BUILD, build)
    _take_in(batch, Entity.DEPLOYMENT, deployment)


def _take_in(batch: Batch, entity: Entity, table: Table) -> None:
    """Give the repositories of the batch what came before them."""
    homes = batch.lookup(repository, {found.id for found in batch.of(Repository)})
    for chunk in chunks(sorted(homes)):
        named = table.c.repository_external_id.in_(chunk)
        waiting = select(table.c.id, table.c.repository_external_id).where(
            table.c.source_id == batch.source_id, named, HOMELESS
        )
        for own_id, home in batch.session.execute(waiting).all():
            found = update(table).where(table.c.id == own_id)
            batch.session.execute(found.values(repository_id=homes[home]))
            batch.touched[entity].add(own_id)


def _build_row(batch: Batch, run: Build, homes: dict[str, int]) -> dict[str, Any]:
    return {
        "source_id": batch.source_id,
        "external_id": run.id,
        "job": run.job,
        "number": run.number,
        "result": run.result.value,
        "url": run.url,
        "ref": run.ref,
        "repository_id": homes.get(run.repository or ""),
        "queued_ts": seconds(run.queued_at),
        "started_ts": seconds(run.started_at),
        "finished_ts": seconds(run.finished_at),
        "cause": run.cause,
        "revisions": orjson.dumps([[found.sha, found.remote] for found in run.revisions]).decode(),
        "parameters": orjson.dumps(dict(run.parameters)).decode(),
        "description": run.description,
        "upstream": run.upstream or "",
        "repository_external_id": run.repository or "",
    }


def _write_stages(batch: Batch, builds: dict[str, int]) -> None:
    """The stages of a build that the batch contains are all of its stages."""
    stages = batch.of(BuildStage)
    known = builds | batch.lookup(build, {stage.build for stage in stages} - set(builds))

    def row(record: BuildStage) -> dict[str, Any]:
        return {
            "build_id": parent_id(
                known, record.build, child=f"stage {record.name}", parent="build"
            ),
            "external_id": record.id,
            "ordinal": record.ordinal,
            "name": record.name,
            "result": record.result.value,
            "queued_ts": seconds(record.queued_at),
            "started_ts": seconds(record.started_at),
            "finished_ts": seconds(record.finished_at),
        }

    rows = batch.rows(stages, row)
    whole = set(builds.values())
    changed = write_children(batch.session, build_stage, rows, parent="build_id", whole=whole)
    batch.touched[Entity.BUILD].update(changed)


def _deployment_row(batch: Batch, run: Deployment, homes: dict[str, int]) -> dict[str, Any]:
    return {
        "source_id": batch.source_id,
        "external_id": run.id,
        "environment": run.environment,
        "tier": run.tier,
        "service": run.service,
        "repository_id": homes.get(run.repository or ""),
        "remote": run.remote,
        "sha": run.sha or "",
        "ref": run.ref,
        "version": run.version,
        "group_key": run.group,
        "job": run.job,
        "build_external_id": run.build or "",
        "result": run.result.value,
        "url": run.url,
        "repository_external_id": run.repository or "",
        "created_ts": seconds(run.created_at),
        "started_ts": seconds(run.started_at),
        "finished_ts": seconds(run.finished_at),
    }

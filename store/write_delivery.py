"""Stores builds with their stages, and deployments."""

from __future__ import annotations

from typing import Any

import orjson

from core.records import Build, BuildStage, Deployment, Entity
from store.batch import Batch, parent_id, seconds
from store.models import build, build_stage, deployment, repository
from store.rows import write_children, write_entities


def write_delivery(batch: Batch) -> None:
    """Store builds, stages and deployments; of a repository that is not stored they have none."""
    runs: list[Build | Deployment] = [*batch.of(Build), *batch.of(Deployment)]
    homes = batch.lookup(repository, {run.repository for run in runs if run.repository})
    rows = [_build_row(batch, run, homes) for run in batch.of(Build)]
    written = write_entities(batch.session, build, rows)
    batch.touched[Entity.BUILD].update(written.changed)
    _write_stages(batch, {name: found for (_, name), found in written.ids.items()})
    rows = [_deployment_row(batch, run, homes) for run in batch.of(Deployment)]
    deployed = write_entities(batch.session, deployment, rows)
    batch.touched[Entity.DEPLOYMENT].update(deployed.changed)


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
        "created_ts": seconds(run.created_at),
        "started_ts": seconds(run.started_at),
        "finished_ts": seconds(run.finished_at),
    }

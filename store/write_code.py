"""Stores repositories, refs, commits and merge requests."""

from __future__ import annotations

from typing import Any

from core.records import Commit, CommitPath, Entity, Environment, MergeRequest, Ref, Repository
from store.batch import Batch, parent_id, seconds
from store.models import environment, merge_request, merge_request_commit, ref, repository
from store.rows import write_children, write_entities
from store.write_commits import commit_ids, write_commit_paths, write_commits


def write_code(batch: Batch) -> None:
    """Store repositories first, then what lies in them."""
    rows = [_repository_row(batch, found) for found in batch.of(Repository)]
    written = write_entities(batch.session, repository, rows)
    batch.touched[Entity.REPOSITORY].update(written.changed)
    ids = {name: found for (_, name), found in written.ids.items()}
    ids |= batch.lookup(repository, _parents(batch) - set(ids))
    _write_refs(batch, ids)
    _write_environments(batch, ids)
    write_commits(batch, ids)
    write_commit_paths(batch, ids)
    _write_merge_requests(batch, ids)


def _parents(batch: Batch) -> set[str]:
    children: list[Ref | Environment | Commit | CommitPath | MergeRequest] = [
        *batch.of(Ref),
        *batch.of(Environment),
        *batch.of(Commit),
        *batch.of(CommitPath),
        *batch.of(MergeRequest),
    ]
    return {child.repository for child in children}


def _repository_row(batch: Batch, found: Repository) -> dict[str, Any]:
    return {
        "source_id": batch.source_id,
        "external_id": found.id,
        "path": found.path,
        "default_branch": found.default_branch,
        "url": found.url,
        "remotes": "\n".join(found.urls),
    }


def _write_refs(batch: Batch, ids: dict[str, int]) -> None:
    def row(record: Ref) -> dict[str, Any]:
        child = f"{record.kind} {record.name}"
        return {
            "repository_id": parent_id(ids, record.repository, child=child, parent="repository"),
            "kind": record.kind,
            "name": record.name,
            "sha": record.sha,
            "ts": seconds(record.at),
        }

    rows = batch.rows(batch.of(Ref), row)
    changed = write_children(batch.session, ref, rows, parent="repository_id")
    batch.touched[Entity.REPOSITORY].update(changed)


def _write_environments(batch: Batch, ids: dict[str, int]) -> None:
    def row(record: Environment) -> dict[str, Any]:
        child = f"environment {record.name}"
        return {
            "source_id": batch.source_id,
            "external_id": record.id,
            "repository_id": parent_id(ids, record.repository, child=child, parent="repository"),
            "name": record.name,
            "tier": record.tier,
        }

    rows = batch.rows(batch.of(Environment), row)
    parents = {found["external_id"]: found["repository_id"] for found in rows}
    written = write_entities(batch.session, environment, rows)
    batch.touched[Entity.REPOSITORY].update(
        parents[name] for (_, name), found in written.ids.items() if found in written.changed
    )


def _write_merge_requests(batch: Batch, ids: dict[str, int]) -> None:
    def row(record: MergeRequest) -> dict[str, Any]:
        child = f"merge request {record.number}"
        parent = parent_id(ids, record.repository, child=child, parent="repository")
        return {"repository_id": parent, **_merge_request_row(batch, record)}

    rows = batch.rows(batch.of(MergeRequest), row)
    key = ("repository_id", "external_id")
    written = write_entities(batch.session, merge_request, rows, key=key, keep=("author_id",))
    batch.touched[Entity.MERGE_REQUEST].update(written.changed)
    told = {
        written.ids[ids[record.repository], record.id]: (ids[record.repository], record.commits)
        for record in batch.of(MergeRequest)
        if record.commits is not None and record.repository in ids
    }
    shas = commit_ids(batch, {(home, sha) for home, commits in told.values() for sha in commits})
    links = [
        {"merge_request_id": found, "commit_id": shas[home, sha], "ordinal": ordinal}
        for found, (home, commits) in told.items()
        for ordinal, sha in enumerate(commits)
    ]
    changed = write_children(
        batch.session, merge_request_commit, links, parent="merge_request_id", whole=set(told)
    )
    batch.touched[Entity.MERGE_REQUEST].update(changed)


def _merge_request_row(batch: Batch, record: MergeRequest) -> dict[str, Any]:
    return {
        "external_id": record.id,
        "number": record.number,
        "title": record.title,
        "description": record.description,
        "source_branch": record.source_branch,
        "target_branch": record.target_branch,
        "state": record.state.value,
        "labels": "\n".join(record.labels),
        "url": record.url,
        "head_sha": record.head_sha or "",
        "merge_sha": record.merge_sha or "",
        "squash_sha": record.squash_sha or "",
        "created_ts": seconds(record.created_at),
        "updated_ts": seconds(record.updated_at),
        "merged_ts": seconds(record.merged_at),
        "closed_ts": seconds(record.closed_at),
        "author_id": batch.person(record.author),
    }

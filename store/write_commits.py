"""Stores commits and the graph of their parents; a sha only named gets a row without times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.records import Commit, CommitPath, Entity
from store.batch import Batch, parent_id, seconds
from store.models import commit_parent, commit_path, git_commit
from store.rows import ensure_entities, write_children, write_entities

_KEY = ("repository_id", "sha")


def write_commits(batch: Batch, repositories: dict[str, int]) -> None:
    """Store the commits; what a record leaves open never overwrites what another one told."""

    def row(record: Commit) -> dict[str, Any]:
        child = f"commit {record.sha}"
        parent = parent_id(repositories, record.repository, child=child, parent="repository")
        return {
            "repository_id": parent,
            "sha": record.sha,
            "authored_ts": seconds(record.authored_at),
            "committed_ts": seconds(record.committed_at),
            "parents": None if record.parents is None else len(set(record.parents)),
            "message": record.message,
            "author_id": batch.person(record.author),
        }

    rows = batch.rows(batch.of(Commit), row)
    keep = ("parents", "message", "author_id")
    written = write_entities(batch.session, git_commit, rows, key=_KEY, keep=keep)
    batch.touched[Entity.COMMIT].update(written.changed)
    _write_parents(batch, repositories, {tuple(key): found for key, found in written.ids.items()})


def write_commit_paths(batch: Batch, repositories: dict[str, int]) -> None:
    """Store which parts commits touch; a commit that comes later is known by its sha alone."""
    told = [
        (repositories[record.repository], record.commit, record.path)
        for record in batch.of(CommitPath)
        if record.repository in repositories
    ]
    ids = commit_ids(batch, {(home, sha) for home, sha, _ in told})
    rows = [{"commit_id": ids[home, sha], "path": path} for home, sha, path in told]
    changed = write_children(batch.session, commit_path, rows, parent="commit_id")
    batch.touched[Entity.COMMIT].update(changed)


def commit_ids(batch: Batch, wanted: Iterable[tuple[int, str]]) -> dict[tuple[Any, ...], int]:
    """Ids by (repository, sha); a commit that is not stored gets a row that knows its sha alone."""
    rows = [{"repository_id": home, "sha": sha} for home, sha in sorted(wanted)]
    written = ensure_entities(batch.session, git_commit, rows, key=_KEY)
    batch.touched[Entity.COMMIT].update(written.changed)
    return written.ids


def _write_parents(
    batch: Batch, repositories: dict[str, int], own: dict[tuple[Any, ...], int]
) -> None:
    told = {
        (repositories[record.repository], record.sha): tuple(dict.fromkeys(record.parents))
        for record in batch.of(Commit)
        if record.parents is not None and record.repository in repositories
    }
    named = {(home, parent) for (home, _), parents in told.items() for parent in parents}
    ids = own | commit_ids(batch, named - set(own))
    rows = [
        {"commit_id": ids[home, sha], "ordinal": ordinal, "parent_id": ids[home, parent]}
        for (home, sha), parents in told.items()
        for ordinal, parent in enumerate(parents)
    ]
    whole = {ids[key] for key in told}
    changed = write_children(batch.session, commit_parent, rows, parent="commit_id", whole=whole)
    batch.touched[Entity.COMMIT].update(changed)

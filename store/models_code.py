"""Repositories, commits and merge requests."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from store.schema import Id, id_column, metadata, ref_column, text_column, ts_column

repository = Table(
    "repository",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    text_column("path"),
    text_column("default_branch"),
    text_column("url"),
    text_column("remotes"),
    UniqueConstraint("source_id", "external_id"),
)

ref = Table(
    "ref",
    metadata,
    ref_column("repository_id", "repository", key=True),
    Column("kind", String(16), primary_key=True),
    Column("name", Text, primary_key=True),
    text_column("sha"),
    ts_column("ts"),
)

git_commit = Table(
    "git_commit",
    metadata,
    id_column(),
    ref_column("repository_id", "repository"),
    Column("sha", String(64), nullable=False),
    ts_column("authored_ts"),
    ts_column("committed_ts"),
    Column("parents", SmallInteger, comment="number of parents; null where not told"),
    Column("message", Text, nullable=False, server_default=""),
    ref_column("author_id", "person", null=True),
    UniqueConstraint("repository_id", "sha"),
    Index(None, "repository_id", "author_id", "authored_ts"),
    comment="a row without committed_ts is known by its sha alone",
)

commit_parent = Table(
    "commit_parent",
    metadata,
    ref_column("commit_id", "git_commit", key=True),
    Column("ordinal", SmallInteger, primary_key=True, autoincrement=False),
    Column("parent_id", Id, ForeignKey("git_commit.id"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

commit_path = Table(
    "commit_path",
    metadata,
    ref_column("commit_id", "git_commit", key=True),
    Column("path", Text, primary_key=True),
    sqlite_with_rowid=False,
    comment="parts of repositories, as the configuration names them, that commits touch",
)

merge_request = Table(
    "merge_request",
    metadata,
    id_column(),
    ref_column("repository_id", "repository"),
    Column("external_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    text_column("title"),
    text_column("description"),
    text_column("source_branch"),
    text_column("target_branch"),
    text_column("state"),
    text_column("labels"),
    text_column("url"),
    text_column("head_sha"),
    text_column("merge_sha"),
    text_column("squash_sha"),
    ts_column("created_ts", null=False),
    ts_column("updated_ts", null=False),
    ts_column("merged_ts"),
    ts_column("closed_ts"),
    ref_column("author_id", "person", null=True),
    UniqueConstraint("repository_id", "external_id"),
)

merge_request_commit = Table(
    "merge_request_commit",
    metadata,
    ref_column("merge_request_id", "merge_request", key=True),
    ref_column("commit_id", "git_commit", key=True),
    Column("ordinal", Integer, nullable=False),
)

review = Table(
    "review",
    metadata,
    id_column(),
    ref_column("merge_request_id", "merge_request"),
    Column("external_id", Text, nullable=False),
    text_column("kind"),
    ts_column("ts", null=False),
    ref_column("person_id", "person", null=True),
    UniqueConstraint("merge_request_id", "external_id"),
)

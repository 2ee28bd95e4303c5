"""Work items, their histories, and the people and words that these name."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from store.schema import Id, id_column, metadata, ref_column, text_column, ts_column

person = Table(
    "person",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("pseudonym", String(64), nullable=False),
    Column("bot", Boolean, nullable=False),
    UniqueConstraint("source_id", "pseudonym"),
)

person_alias = Table(
    "person_alias",
    metadata,
    ref_column("person_id", "person", key=True),
    Column("kind", String(16), primary_key=True),
    Column("pseudonym", String(64), primary_key=True),
    comment="what else an account is known by: e-mail, username, full name and parts of them",
)

identity = Table(
    "identity",
    metadata,
    ref_column("person_id", "person", key=True),
    ref_column("identity_id", "person"),
    Column("bot", Boolean, nullable=False),
    comment="accounts that are one person have one identity_id, the same account of them",
)

project = Table(
    "project",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    text_column("key"),
    text_column("title"),
    UniqueConstraint("source_id", "external_id"),
)

workflow_status = Table(
    "workflow_status",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    text_column("name"),
    text_column("category"),
    Column("listed", Boolean, nullable=False),
    UniqueConstraint("source_id", "external_id"),
)

work_item = Table(
    "work_item",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    text_column("key"),
    text_column("project"),
    text_column("type"),
    text_column("title"),
    text_column("url"),
    text_column("priority"),
    text_column("resolution"),
    text_column("labels"),
    text_column("parent_external_id"),
    Column("subtask", Boolean, nullable=False),
    ref_column("status_id", "workflow_status", null=True),
    ts_column("created_ts", null=False),
    ts_column("updated_ts", null=False),
    ts_column("resolved_ts"),
    Column("value_cents", BigInteger),
    Column("changelog_complete", Boolean, nullable=False),
    text_column("gone"),
    ts_column("gone_ts"),
    text_column("due_on"),
    UniqueConstraint("source_id", "external_id"),
    Index(None, "source_id", "key"),
    Index(None, "source_id", "project"),
)

_has_parent = work_item.c.parent_external_id != ""
Index(
    "ix_work_item_parent",
    work_item.c.parent_external_id,
    sqlite_where=_has_parent,
    postgresql_where=_has_parent,
)

item_key = Table(
    "item_key",
    metadata,
    ref_column("source_id", "source", key=True),
    Column("key", Text, primary_key=True),
    Column("item_id", Id, ForeignKey("work_item.id"), nullable=False, index=True),
    Column("current", Boolean, nullable=False),
)

item_link = Table(
    "item_link",
    metadata,
    ref_column("item_id", "work_item", key=True),
    Column("kind", Text, primary_key=True),
    Column("other_key", Text, primary_key=True),
    ts_column("since_ts"),
    Index("ix_item_link_other_key", "other_key"),
)

planned_release = Table(
    "planned_release",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    text_column("name"),
    text_column("url"),
    text_column("due_on"),
    Column("released", Boolean, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("listed", Boolean, nullable=False),
    UniqueConstraint("source_id", "external_id"),
    comment="what items are planned for: versions of Jira, milestones of GitLab",
)

planned_in = Table(
    "planned_in",
    metadata,
    ref_column("item_id", "work_item", key=True),
    ref_column("release_id", "planned_release", key=True),
)

block = Table(
    "block",
    metadata,
    ref_column("item_id", "work_item", key=True),
    Column("kind", String(16), primary_key=True),
    Column("detail", Text, primary_key=True),
    Column("start_ts", BigInteger, primary_key=True, autoincrement=False),
    ts_column("end_ts"),
)

transition = Table(
    "transition",
    metadata,
    ref_column("item_id", "work_item", key=True),
    Column("ts", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("field", SmallInteger, nullable=False),
    Column("from_id", Id),
    Column("to_id", Id),
    Column("actor_id", Id),
    sqlite_with_rowid=False,
    comment="from and to: workflow_status of a status, person of an assignee, else term",
)

term = Table(
    "term",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("kind", SmallInteger, nullable=False),
    Column("external_id", Text, nullable=False),
    text_column("name"),
    UniqueConstraint("source_id", "kind", "external_id"),
)

worklog = Table(
    "worklog",
    metadata,
    id_column(),
    ref_column("item_id", "work_item"),
    Column("external_id", Text, nullable=False),
    ts_column("started_ts", null=False),
    Column("spent_s", BigInteger, nullable=False),
    ref_column("person_id", "person", null=True),
    UniqueConstraint("item_id", "external_id"),
)

"""Repositories, commits and merge requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "repository",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), server_default="", nullable=False),
        sa.Column("default_branch", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("remotes", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_repository_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repository")),
        sa.UniqueConstraint(
            "source_id", "external_id", name=op.f("uq_repository_source_id_external_id")
        ),
    )
    op.create_table(
        "git_commit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "repository_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("authored_ts", sa.BigInteger(), nullable=True),
        sa.Column("committed_ts", sa.BigInteger(), nullable=True),
        sa.Column(
            "parents",
            sa.SmallInteger(),
            nullable=True,
            comment="number of parents; null where not told",
        ),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_git_commit_author_id")),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repository.id"], name=op.f("fk_git_commit_repository_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_git_commit")),
        sa.UniqueConstraint("repository_id", "sha", name=op.f("uq_git_commit_repository_id_sha")),
        comment="a row without committed_ts is known by its sha alone",
    )
    op.create_table(
        "merge_request",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "repository_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("source_branch", sa.Text(), server_default="", nullable=False),
        sa.Column("target_branch", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("labels", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("head_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("merge_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("squash_sha", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.Column("updated_ts", sa.BigInteger(), nullable=False),
        sa.Column("merged_ts", sa.BigInteger(), nullable=True),
        sa.Column("closed_ts", sa.BigInteger(), nullable=True),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_merge_request_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repository.id"], name=op.f("fk_merge_request_repository_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_request")),
        sa.UniqueConstraint(
            "repository_id", "external_id", name=op.f("uq_merge_request_repository_id_external_id")
        ),
    )
    op.create_table(
        "ref",
        sa.Column(
            "repository_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha", sa.Text(), server_default="", nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repository.id"], name=op.f("fk_ref_repository_id")
        ),
        sa.PrimaryKeyConstraint("repository_id", "kind", "name", name=op.f("pk_ref")),
    )
    op.create_table(
        "commit_parent",
        sa.Column(
            "commit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("ordinal", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["commit_id"], ["git_commit.id"], name=op.f("fk_commit_parent_commit_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["git_commit.id"], name=op.f("fk_commit_parent_parent_id")
        ),
        sa.PrimaryKeyConstraint("commit_id", "ordinal", name=op.f("pk_commit_parent")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merge_request_commit",
        sa.Column(
            "merge_request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "commit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commit_id"], ["git_commit.id"], name=op.f("fk_merge_request_commit_commit_id")
        ),
        sa.ForeignKeyConstraint(
            ["merge_request_id"],
            ["merge_request.id"],
            name=op.f("fk_merge_request_commit_merge_request_id"),
        ),
        sa.PrimaryKeyConstraint(
            "merge_request_id", "commit_id", name=op.f("pk_merge_request_commit")
        ),
    )
    op.create_table(
        "review",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "merge_request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["merge_request_id"], ["merge_request.id"], name=op.f("fk_review_merge_request_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint(
            "merge_request_id", "external_id", name=op.f("uq_review_merge_request_id_external_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("review")
    op.drop_table("merge_request_commit")
    op.drop_table("commit_parent")
    op.drop_table("ref")
    op.drop_table("merge_request")
    op.drop_table("git_commit")
    op.drop_table("repository")

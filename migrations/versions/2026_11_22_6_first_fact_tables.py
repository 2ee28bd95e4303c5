"""Links and facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fact_change",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("fact", sa.Text(), server_default="", nullable=False),
        sa.Column("stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "entity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("episode", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("column_name", sa.Text(), server_default="", nullable=False),
        sa.Column("old", sa.BigInteger(), nullable=True),
        sa.Column("new", sa.BigInteger(), nullable=True),
        sa.Column("recorded_ts", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_change")),
    )
    op.create_index(
        op.f("ix_fact_change_fact_recorded_ts"),
        "fact_change",
        ["fact", "recorded_ts"],
        unique=False,
    )
    op.create_table(
        "link",
        sa.Column("a_kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "a_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("b_kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "b_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("rule", sa.String(length=48), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("since_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("a_kind", "a_id", "b_kind", "b_id", "rule", name=op.f("pk_link")),
    )
    op.create_index(op.f("ix_link_b_kind_b_id"), "link", ["b_kind", "b_id"], unique=False)
    op.create_index(op.f("ix_link_rule"), "link", ["rule"], unique=False)
    op.create_table(
        "incident_fact",
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("method", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_ts", sa.BigInteger(), nullable=False),
        sa.Column("resolved_ts", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_fact_incident_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_incident_fact_service_id")
        ),
        sa.PrimaryKeyConstraint("service_id", "incident_id", name=op.f("pk_incident_fact")),
    )
    op.create_table(
        "change_fact",
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "commit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "merge_request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("committed_ts", sa.BigInteger(), nullable=False),
        sa.Column("deployed_ts", sa.BigInteger(), nullable=False),
        sa.Column("clock", sa.Text(), server_default="", nullable=False),
        sa.Column("excluded", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["commit_id"], ["git_commit.id"], name=op.f("fk_change_fact_commit_id")
        ),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_change_fact_deployment_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_change_fact_service_id")
        ),
        sa.PrimaryKeyConstraint("service_id", "commit_id", name=op.f("pk_change_fact")),
    )
    op.create_index(
        op.f("ix_change_fact_deployment_id"), "change_fact", ["deployment_id"], unique=False
    )
    op.create_table(
        "deployment_fact",
        sa.Column(
            "service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("environment", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.Column("finished_ts", sa.BigInteger(), nullable=True),
        sa.Column(
            "commits", sa.Integer(), nullable=True, comment="null where the commit set is not known"
        ),
        sa.Column("commits_reason", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "failed", sa.Boolean(), nullable=True, comment="an explicit link to an incident says so"
        ),
        sa.Column(
            "incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("restored_ts", sa.BigInteger(), nullable=True),
        sa.Column("restored_by", sa.Text(), server_default="", nullable=False),
        sa.Column("rework", sa.Boolean(), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_deployment_fact_deployment_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_deployment_fact_service_id")
        ),
        sa.PrimaryKeyConstraint("service_id", "deployment_id", name=op.f("pk_deployment_fact")),
    )
    op.create_table(
        "item_fact",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("episode", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.Column("idea_ts", sa.BigInteger(), nullable=False),
        sa.Column("committed_ts", sa.BigInteger(), nullable=True),
        sa.Column("done_ts", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_ts", sa.BigInteger(), nullable=True),
        sa.Column("first_released_ts", sa.BigInteger(), nullable=True),
        sa.Column("released_ts", sa.BigInteger(), nullable=True),
        sa.Column("release_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("start_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("active_s", sa.BigInteger(), nullable=False),
        sa.Column("waiting_s", sa.BigInteger(), nullable=False),
        sa.Column("blocked_s", sa.BigInteger(), nullable=False),
        sa.Column("unknown_s", sa.BigInteger(), nullable=False),
        sa.Column("ignored_s", sa.BigInteger(), nullable=False),
        sa.Column("gap_s", sa.BigInteger(), nullable=False),
        sa.Column("reopened", sa.SmallInteger(), nullable=False),
        sa.Column("violations", sa.SmallInteger(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("has_code", sa.Boolean(), nullable=False),
        sa.Column("expects_code", sa.Boolean(), nullable=False),
        sa.Column("value_cents", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], name=op.f("fk_item_fact_item_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_item_fact_stage_id")),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["value_stream.id"], name=op.f("fk_item_fact_stream_id")
        ),
        sa.PrimaryKeyConstraint("stream_id", "item_id", "episode", name=op.f("pk_item_fact")),
    )
    op.create_index(op.f("ix_item_fact_item_id"), "item_fact", ["item_id"], unique=False)
    op.create_table(
        "stage_visit",
        sa.Column(
            "stream_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("episode", sa.SmallInteger(), nullable=False),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("status_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("start_ts", sa.BigInteger(), nullable=False),
        sa.Column("end_ts", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], name=op.f("fk_stage_visit_item_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_stage_visit_stage_id")),
        sa.ForeignKeyConstraint(
            ["status_id"], ["workflow_status.id"], name=op.f("fk_stage_visit_status_id")
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["value_stream.id"], name=op.f("fk_stage_visit_stream_id")
        ),
        sa.PrimaryKeyConstraint("stream_id", "item_id", "ordinal", name=op.f("pk_stage_visit")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("stage_visit")
    op.drop_index(op.f("ix_item_fact_item_id"), table_name="item_fact")
    op.drop_table("item_fact")
    op.drop_table("deployment_fact")
    op.drop_index(op.f("ix_change_fact_deployment_id"), table_name="change_fact")
    op.drop_table("change_fact")
    op.drop_table("incident_fact")
    op.drop_index(op.f("ix_link_rule"), table_name="link")
    op.drop_index(op.f("ix_link_b_kind_b_id"), table_name="link")
    op.drop_table("link")
    op.drop_index(op.f("ix_fact_change_fact_recorded_ts"), table_name="fact_change")
    op.drop_table("fact_change")

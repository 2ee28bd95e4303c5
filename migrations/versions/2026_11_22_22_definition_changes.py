"""When a stream's mapping, or a metric's definition, became another one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """What the definitions were before is not known: changes are kept from now on."""
    op.create_table(
        "definition_change",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("stream_id", _ID, nullable=True),
        sa.Column("metric", sa.String(length=64), server_default="", nullable=False),
        sa.Column("changed_ts", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False, comment="JSON: in words, one after the other"),
        sa.Column(
            "stages_before",
            sa.Text(),
            nullable=True,
            comment="JSON: rows of the stages that ended then",
        ),
        sa.Column(
            "numbers_before",
            sa.Text(),
            nullable=True,
            comment="JSON: answers of one window under the old definition",
        ),
        sa.Column(
            "numbers_after",
            sa.Text(),
            nullable=True,
            comment="JSON: the same under the new one; null: not measured",
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["value_stream.id"], name=op.f("fk_definition_change_stream_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition_change")),
        comment="when a stream's mapping, or a metric's definition, became another one",
    )
    op.create_index(
        "ix_definition_change_stream_id_changed_ts",
        "definition_change",
        ["stream_id", "changed_ts"],
    )


def downgrade() -> None:
    """What was kept of changes is lost; definitions are told anew once it is up again."""
    op.drop_table("definition_change")
    op.execute(
        "DELETE FROM store_setting WHERE name LIKE 'definition_of_%' OR name = 'metric_definitions'"
    )

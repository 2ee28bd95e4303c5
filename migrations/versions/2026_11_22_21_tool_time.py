"""Where the time of released items went, by tool."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TOOLS = ("ci", "change_approval", "review", "waiting_for_release")


def upgrade() -> None:
    """The next pass measures, also where nothing changes at the sources, and fills the table."""
    op.create_table(
        "tool_time",
        sa.Column("stream_id", _ID, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("idea_ts", sa.BigInteger(), nullable=False),
        sa.Column("released_ts", sa.BigInteger(), nullable=False),
        sa.Column("tracker_s", sa.BigInteger(), nullable=False),
        *(column for tool in _TOOLS for column in _of_tool(tool)),
        sa.Column("known_ts", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], name=op.f("fk_tool_time_item_id")),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["value_stream.id"], name=op.f("fk_tool_time_stream_id")
        ),
        sa.PrimaryKeyConstraint("stream_id", "item_id", name=op.f("pk_tool_time")),
        comment="of released items; the seconds of a tool are null where they are not known",
    )
    op.execute(
        "INSERT INTO dirty (stage, entity, entity_id) SELECT 'measure', 8, id FROM repository"
        " WHERE true ON CONFLICT DO NOTHING"
    )


def _of_tool(name: str) -> tuple[sa.Column[int], sa.Column[int], sa.Column[str]]:
    return (
        sa.Column(f"{name}_s", sa.BigInteger(), nullable=True),
        sa.Column(f"{name}_union_s", sa.BigInteger(), nullable=True),
        sa.Column(f"{name}_reason", sa.Text(), server_default="", nullable=False),
    )


def downgrade() -> None:
    """What was logged of these facts goes with them."""
    op.execute("DELETE FROM fact_change WHERE fact = 'tool_time'")
    op.drop_table("tool_time")

"""When merge requests that reached production were opened, reviewed and merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The next pass links and measures everything, which fills the table."""
    op.create_table(
        "request_fact",
        sa.Column("service_id", _ID, nullable=False),
        sa.Column("merge_request_id", _ID, autoincrement=False, nullable=False),
        sa.Column("opened_ts", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_ts", sa.BigInteger(), nullable=True),
        sa.Column("merged_ts", sa.BigInteger(), nullable=True),
        sa.Column("known_ts", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_request_fact_service_id")
        ),
        sa.PrimaryKeyConstraint("service_id", "merge_request_id", name=op.f("pk_request_fact")),
        comment="merge requests of which something reached production, and when they went on",
    )
    # Also where nothing changes at the sources.
    op.execute("DELETE FROM store_setting WHERE name = 'correlated_on'")
    op.execute(
        "INSERT INTO dirty (stage, entity, entity_id) SELECT 'correlate', 8, id"
        " FROM repository WHERE true ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    """The facts go; the records of which they were made stay."""
    op.drop_table("request_fact")

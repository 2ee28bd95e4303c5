"""What each incident is put down to: the verdict, how sure it is, and why it is none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The next pass links and measures everything, which fills the columns."""
    with op.batch_alter_table("incident_fact") as batch:
        batch.add_column(sa.Column("confidence", sa.Float(), server_default="0", nullable=False))
        batch.add_column(sa.Column("verdict", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("reason", sa.Text(), server_default="", nullable=False))
    # Also where nothing changes at the sources; and what records name is noted only while linking.
    op.execute("DELETE FROM store_setting WHERE name = 'correlated_on'")
    for entity, table in ((8, "repository"), (5, "deployment"), (7, "incident")):
        op.execute(
            f"INSERT INTO dirty (stage, entity, entity_id) SELECT 'correlate', {entity}, id"
            f" FROM {table} WHERE true ON CONFLICT DO NOTHING"
        )


def downgrade() -> None:
    """Back to the method alone."""
    with op.batch_alter_table("incident_fact") as batch:
        batch.drop_column("reason")
        batch.drop_column("verdict")
        batch.drop_column("confidence")

"""Facts as they were known: since when each is, what undoes each change, how far sources were
read.
"""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FACTS = ("item_fact", "stage_visit", "change_fact", "deployment_fact", "incident_fact")
_OWNERS = ("value_stream", "service")


def upgrade() -> None:
    """What is there now is known from now on: how it came to be was not kept."""
    for name in _FACTS:
        known = sa.Column("known_ts", sa.BigInteger(), server_default="0", nullable=False)
        op.add_column(name, known)
    for name in _OWNERS:
        op.add_column(name, sa.Column("known_since_ts", sa.BigInteger(), nullable=True))
    op.create_table(
        "source_reading",
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("from_ts", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("watermark_ts", sa.BigInteger(), nullable=True),
        sa.Column("back_to_ts", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_reading_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", "from_ts", name=op.f("pk_source_reading")),
        comment="since when a source was read without a gap, up to when, and how far back",
    )
    now = int(time.time())
    measured = "EXISTS (SELECT 1 FROM value_stream WHERE facts_version > 0)"
    for name in _OWNERS:
        statement = sa.text(f"UPDATE {name} SET known_since_ts = :now WHERE {measured}")
        op.get_bind().execute(statement, {"now": now})
    op.get_bind().execute(
        sa.text(
            "INSERT INTO source_reading (source_id, from_ts, watermark_ts)"
            " SELECT source_id, :now, watermark_ts FROM stream_state"
            " WHERE stream = '' AND scope = '' AND watermark_ts IS NOT NULL"
        ),
        {"now": now},
    )
    _new_log()


def _new_log() -> None:
    """One row for each fact that changed; of each column that was logged so far one remains."""
    added = (
        ("owner_id", _ID, "of the stream or the service"),
        ("part", sa.Integer(), "episode or ordinal, where facts have one"),
        ("what", sa.String(length=8), "changed, gone or found"),
        ("changes", sa.Text(), "JSON: [from, to] by column"),
        ("restates", sa.Boolean(), "touches what was told before"),
    )
    for name, kind, comment in added:
        op.add_column("fact_change", sa.Column(name, kind, nullable=True, comment=comment))
    op.execute(
        "UPDATE fact_change SET owner_id = COALESCE(stream_id, 0), part = episode,"
        " what = 'changed', restates = (old IS NOT NULL),"
        " changes = '{\"' || column_name || '\":[' || COALESCE(CAST(old AS TEXT), 'null')"
        " || ',' || COALESCE(CAST(new AS TEXT), 'null') || ']}'"
    )
    op.drop_index("ix_fact_change_fact_recorded_ts", table_name="fact_change")
    with op.batch_alter_table("fact_change") as batch:
        for name in ("stream_id", "episode", "column_name", "old", "new"):
            batch.drop_column(name)
        for name, kind, comment in added:
            batch.alter_column(name, existing_type=kind, nullable=False, existing_comment=comment)
        batch.alter_column(
            "fact", existing_type=sa.Text(), type_=sa.String(length=32), server_default=None
        )
    columns = ["fact", "owner_id", "recorded_ts"]
    op.create_index(f"ix_fact_change_{'_'.join(columns)}", "fact_change", columns)
    op.create_index("ix_fact_change_entity_id", "fact_change", ["entity_id"])


def downgrade() -> None:
    """What was logged is not kept: the older form has no place for it."""
    op.drop_table("fact_change")
    op.create_table(
        "fact_change",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("fact", sa.Text(), server_default="", nullable=False),
        sa.Column("stream_id", _ID, nullable=True),
        sa.Column("entity_id", _ID, nullable=False),
        sa.Column("episode", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("column_name", sa.Text(), server_default="", nullable=False),
        sa.Column("old", sa.BigInteger(), nullable=True),
        sa.Column("new", sa.BigInteger(), nullable=True),
        sa.Column("recorded_ts", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_change")),
    )
    columns = ["fact", "recorded_ts"]
    op.create_index(f"ix_fact_change_{'_'.join(columns)}", "fact_change", columns)
    op.drop_table("source_reading")
    for name in _OWNERS:
        with op.batch_alter_table(name) as batch:
            batch.drop_column("known_since_ts")
    for name in _FACTS:
        op.drop_column(name, "known_ts")

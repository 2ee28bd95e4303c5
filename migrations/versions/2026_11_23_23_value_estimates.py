"""Estimates of value with their profile, their reason, and every change of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NEW = ("source", "document", "why", "how")


def upgrade() -> None:
    """What was estimated before is kept; several changes may come within one second."""
    _replace(
        sa.Column("likely_cents", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("document", sa.Text(), server_default="{}", nullable=False, comment="JSON"),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("how", sa.Text(), server_default="", nullable=False),
        sa.Index("ix_value_estimate_item_key", "item_key"),
        unique=False,
    )


def downgrade() -> None:
    """Estimates that an older version can't hold are left out: withdrawals, "not valued", and of
    two within one second the earlier one.
    """
    _replace(sa.Column("likely_cents", sa.BigInteger(), nullable=False), unique=True)


def _replace(*columns: sa.Column[int] | sa.Column[str] | sa.Index, unique: bool) -> None:
    bind = op.get_bind()
    table = sa.Table("value_estimate", sa.MetaData(), autoload_with=bind)
    rows = [dict(row._mapping) for row in bind.execute(sa.select(table).order_by(table.c.id))]
    if unique:
        kept = {
            (row["item_key"], row["ts"]): row for row in rows if row["likely_cents"] is not None
        }
        rows = [{name: row[name] for name in row if name not in _NEW} for row in kept.values()]
    op.drop_table("value_estimate")
    rules: list[sa.Constraint] = [
        sa.CheckConstraint("likely_cents >= 0", name=op.f("ck_value_estimate_likely_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_estimate")),
    ]
    if unique:
        rules.append(
            sa.UniqueConstraint("item_key", "ts", name=op.f("uq_value_estimate_item_key_ts"))
        )
    made = op.create_table(
        "value_estimate",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), server_default="", nullable=False),
        sa.Column("low_cents", sa.BigInteger(), nullable=True),
        sa.Column("high_cents", sa.BigInteger(), nullable=True),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        *columns,
        *rules,
    )
    if rows:
        names = {column.name for column in made.columns}
        bare = [{name: one for name, one in row.items() if name in names} for row in rows]
        op.bulk_insert(made, bare)
        if bind.dialect.name == "postgresql":
            op.execute(
                "SELECT setval(pg_get_serial_sequence('value_estimate', 'id'),"
                " (SELECT max(id) FROM value_estimate))"
            )

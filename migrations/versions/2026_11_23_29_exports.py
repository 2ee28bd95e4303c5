"""Daily numbers as tables, and read-only views for tools that are connected to the database.

On PostgreSQL the views stand in a schema of their own. It is theirs alone: going back drops it.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from migrations.views_1 import VIEWS

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SCHEMA = "headwater_v1"
_IN = r"\(((?:[^()]|\([^()]*\))*)\)"
_WORDS = {
    "postgresql": (r"to_timestamp(\1)", r"CAST(\1 AS DATE)"),
    "sqlite": (r"strftime('%Y-%m-%dT%H:%M:%SZ', \1, 'unixepoch')", r"\1"),
}


def upgrade() -> None:
    op.create_table("delay_cost_day", *_costs(), comment=_COSTS_ARE)
    op.create_index("ix_delay_cost_day_stream_id_day_ts", "delay_cost_day", ["stream_id", "day_ts"])
    op.create_table("stream_day", *_days("stream", _STREAM_COUNTS, money=True))
    op.create_table("service_day", *_days("service", _SERVICE_COUNTS))
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")
    moment, day = _WORDS[dialect]
    for name, body in VIEWS.items():
        text = re.sub(f"as_day{_IN}", day, re.sub(f"as_moment{_IN}", moment, body))
        # A colon would be a parameter of the statement.
        op.execute(sa.text(f"CREATE VIEW {_named(dialect, name)} AS {text}".replace(":", r"\:")))


def downgrade() -> None:
    """What the tables hold is made again from the facts."""
    dialect = op.get_bind().dialect.name
    for name in reversed(VIEWS):
        op.execute(f"DROP VIEW {_named(dialect, name)}")
    if dialect == "postgresql":
        op.execute(f"DROP SCHEMA {_SCHEMA}")
    for name in ("service_day", "stream_day", "delay_cost_day"):
        op.drop_table(name)
    op.execute("DELETE FROM store_setting WHERE name = 'daily'")


def _named(dialect: str, name: str) -> str:
    return f"{_SCHEMA}.{name}" if dialect == "postgresql" else f"{_SCHEMA}_{name}"


_COSTS_ARE = "what each wait of what has a value cost on each day that is over"
_UNPRICED = {"cost_cents": "null where nothing that waited has a value"}
_STREAM_COUNTS = ("committed", "done", "cancelled", "released", "load")
_SERVICE_COUNTS = ("deployments", "hotfixes", "rollbacks", "failed", "changes", "incidents")


def _costs() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("stream_id", _ID, autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day_ts", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("episode", sa.SmallInteger(), nullable=False),
        sa.Column("stage_id", _ID, nullable=True),
        sa.Column("team", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("sunk", sa.Boolean(), nullable=False),
        sa.Column("waiting_s", sa.BigInteger(), nullable=False),
        sa.Column("cost_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "part", name=op.f("pk_delay_cost_day")),
    )


def _days(
    owner: str, counts: tuple[str, ...], *, money: bool = False
) -> tuple[sa.schema.SchemaItem, ...]:
    cents = ("cost_cents", "sunk_cents") if money else ()
    return (
        sa.Column(f"{owner}_id", _ID, autoincrement=False, nullable=False),
        sa.Column("day_ts", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_ts", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        *(
            sa.Column(name, sa.BigInteger(), nullable=True, comment=_UNPRICED.get(name))
            for name in cents
        ),
        sa.Column("as_of_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(f"{owner}_id", "day_ts", name=op.f(f"pk_{owner}_day")),
    )

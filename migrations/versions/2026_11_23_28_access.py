"""Tokens with a scope, sign-ins, and an audit log that can't be changed. Nothing was ever stored in
the former `api_token` and `audit_event`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CHANGES = ("UPDATE", "DELETE")


def upgrade() -> None:
    op.drop_table("audit_event")
    op.drop_table("api_token")
    _tokens()
    _sign_ins()
    op.create_table(
        "audit_event",
        _id(),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="{}", nullable=False, comment="JSON"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    _keep_audit_events()


def downgrade() -> None:
    """Tokens and the log of who did what are gone: nobody can sign in with what there was."""
    op.drop_table("audit_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_event_stays()")
    op.drop_table("sign_in")
    op.drop_table("api_token")
    op.create_table(
        "api_token",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.Column("expires_ts", sa.BigInteger(), nullable=True),
        sa.Column("revoked_ts", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    op.create_table(
        "audit_event",
        _id(),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", _ID, autoincrement=True, nullable=False)


def _tokens() -> None:
    op.create_table(
        "api_token",
        _id(),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("streams", sa.Text(), server_default="[]", nullable=False, comment="JSON"),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.Column("expires_ts", sa.BigInteger(), nullable=True),
        sa.Column("revoked_ts", sa.BigInteger(), nullable=True),
        sa.Column("used_ts", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    op.create_index("ix_api_token_name", "api_token", ["name"])


def _sign_ins() -> None:
    op.create_table(
        "sign_in",
        _id(),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=64), nullable=False),
        sa.Column("token_id", _ID, nullable=True),
        sa.Column("created_ts", sa.BigInteger(), nullable=False),
        sa.Column("expires_ts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_sign_in_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("hash", name=op.f("uq_sign_in_hash")),
    )
    op.create_index("ix_sign_in_account", "sign_in", ["account"])
    op.create_index("ix_sign_in_expires_ts", "sign_in", ["expires_ts"])


def _keep_audit_events() -> None:
    """Rows can be added, and neither changed nor deleted."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_event_stays()"
        )
        return
    for change in _CHANGES:
        op.execute(
            f"CREATE TRIGGER audit_event_stays_{change.lower()} BEFORE {change} ON audit_event"
            " BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END"
        )

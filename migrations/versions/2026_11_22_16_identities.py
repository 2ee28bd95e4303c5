"""Accounts of one person at several tools, as pseudonyms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "person_alias",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_alias_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", "pseudonym", name=op.f("pk_person_alias")),
        comment="what else an account is known by: e-mail, username, full name and parts of them",
    )
    op.create_table(
        "identity",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("identity_id", _ID, nullable=False),
        sa.Column("bot", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id")),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["person.id"], name=op.f("fk_identity_identity_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_identity")),
        comment="accounts that are one person have one identity_id, the same account of them",
    )


def downgrade() -> None:
    op.drop_table("identity")
    op.drop_table("person_alias")

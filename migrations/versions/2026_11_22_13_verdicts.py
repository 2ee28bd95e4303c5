"""What people say about links, by names that outlive a rebuild; the links that they overruled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PLAIN: Final = {
    1: "work_item",
    4: "build",
    5: "deployment",
    6: "change_request",
    7: "incident",
}
_IN_REPOSITORY: Final = {2: ("git_commit", "sha"), 3: ("merge_request", "number")}
_KEPT: Final = ("answer", "who", "why", "ts")
_UNKNOWN: Final = "#"
"""Before the id of an end whose record is not stored any more: the row is kept, and waits."""


def upgrade() -> None:
    rows = _rows("a_kind, a_id, b_kind, b_id, answer, who, why, ts")
    op.drop_table("verdict")
    named = [sa.Column(name, sa.Text(), server_default="", nullable=False) for name in _texts()]
    op.create_table(
        "verdict",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("a_kind", sa.SmallInteger(), nullable=False),
        *named[:3],
        sa.Column("b_kind", sa.SmallInteger(), nullable=False),
        *named[3:],
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("seen_ts", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
    )
    op.create_index("ix_verdict_a_name", "verdict", ["a_name"])
    op.create_index("ix_verdict_b_name", "verdict", ["b_name"])
    _insert([_named(row) for row in rows])
    op.create_table(
        "overruled_link",
        sa.Column("a_kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("a_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("b_kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("b_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=48), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("since_ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "a_kind", "a_id", "b_kind", "b_id", "rule", name=op.f("pk_overruled_link")
        ),
    )
    op.create_index("ix_overruled_link_b_kind_b_id", "overruled_link", ["b_kind", "b_id"])
    op.create_index("ix_overruled_link_rule", "overruled_link", ["rule"])


def downgrade() -> None:
    """An end that is not stored becomes 0: the older table knows no names."""
    names = "a_kind, a_source, a_repository, a_name, b_kind, b_source, b_repository, b_name"
    rows = _rows(f"{names}, answer, who, why, ts")
    op.drop_table("overruled_link")
    op.drop_table("verdict")
    op.create_table(
        "verdict",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("a_kind", sa.SmallInteger(), nullable=False),
        sa.Column("a_id", _BIG, nullable=False),
        sa.Column("b_kind", sa.SmallInteger(), nullable=False),
        sa.Column("b_id", _BIG, nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
    )
    _insert([_numbered(row) for row in rows])


def _texts() -> Sequence[str]:
    ends = [f"{end}_{part}" for end in "ab" for part in ("source", "repository", "name")]
    return (*ends, "answer", "who", "why")


def _rows(columns: str) -> list[dict[str, Any]]:
    """All verdicts in their order, by column."""
    found = op.get_bind().execute(sa.text(f"SELECT {columns} FROM verdict ORDER BY id"))
    return [dict(row) for row in found.mappings()]


def _insert(rows: list[dict[str, Any]]) -> None:
    if rows:
        names = ", ".join(rows[0])
        values = ", ".join(f":{name}" for name in rows[0])
        op.get_bind().execute(sa.text(f"INSERT INTO verdict ({names}) VALUES ({values})"), rows)


def _named(row: dict[str, Any]) -> dict[str, Any]:
    new: dict[str, Any] = {name: row[name] for name in _KEPT}
    for end in "ab":
        kind, number = row[f"{end}_kind"], row[f"{end}_id"]
        source, repository, name = _names(kind, number) or ("", "", f"{_UNKNOWN}{number}")
        new |= {f"{end}_kind": kind, f"{end}_source": source}
        new |= {f"{end}_repository": repository, f"{end}_name": name}
    return new


def _names(kind: int, number: int) -> tuple[str, str, str] | None:
    """Source, repository and name of a record; None where it is not stored."""
    if kind in _PLAIN:
        statement = (
            f"SELECT source.name, '', one.external_id FROM {_PLAIN[kind]} one"
            " JOIN source ON source.id = one.source_id WHERE one.id = :number"
        )
    elif kind in _IN_REPOSITORY:
        table, column = _IN_REPOSITORY[kind]
        statement = (
            f"SELECT source.name, home.external_id, one.{column} FROM {table} one"
            " JOIN repository home ON home.id = one.repository_id"
            " JOIN source ON source.id = home.source_id WHERE one.id = :number"
        )
    else:
        return None
    found = op.get_bind().execute(sa.text(statement), {"number": number}).first()
    return None if found is None else (str(found[0]), str(found[1]), str(found[2]))


def _numbered(row: dict[str, Any]) -> dict[str, Any]:
    old: dict[str, Any] = {name: row[name] for name in _KEPT}
    for end in "ab":
        kind = row[f"{end}_kind"]
        told = {part: row[f"{end}_{part}"] for part in ("source", "repository", "name")}
        old |= {f"{end}_kind": kind, f"{end}_id": _number(kind, told)}
    return old


def _number(kind: int, told: dict[str, str]) -> int:
    name = told["name"]
    if not told["source"] and name[:1] == _UNKNOWN and name[1:].isdigit():
        return int(name[1:])
    if kind in _PLAIN:
        statement = (
            f"SELECT one.id FROM {_PLAIN[kind]} one JOIN source ON source.id = one.source_id"
            " WHERE source.name = :source AND one.external_id = :name"
        )
    elif kind in _IN_REPOSITORY:
        table, column = _IN_REPOSITORY[kind]
        statement = (
            f"SELECT one.id FROM {table} one JOIN repository home ON home.id = one.repository_id"
            " JOIN source ON source.id = home.source_id WHERE source.name = :source"
            f" AND home.external_id = :repository AND CAST(one.{column} AS TEXT) = :name"
        )
    else:
        return 0
    words = told if kind in _IN_REPOSITORY else {"source": told["source"], "name": name}
    found = op.get_bind().execute(sa.text(statement), words).first()
    return 0 if found is None else int(found[0])

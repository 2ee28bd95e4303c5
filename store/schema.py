"""What all tables share: the metadata, its naming, and the four kinds of column that recur."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Text
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives a 64 bit rowid only to a column declared INTEGER.
Id: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")


def id_column() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def ref_column(name: str, target: str, *, null: bool = False, key: bool = False) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=null, primary_key=key)


def ts_column(name: str, *, null: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def text_column(name: str, *, key: bool = False) -> Column[str]:
    return Column(
        name, Text, nullable=False, server_default="" if not key else None, primary_key=key
    )

"""Rows that are known to be new, written from columns, on both engines."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from store.insert import insert_columns
from store.models import source
from store.session import sessions

DRIVER_ERRORS = (sqlite3.IntegrityError, psycopg.IntegrityError)


def _stored(session: Session) -> list[tuple[Any, ...]]:
    rows = session.execute(select(source.c.name, source.c.kind).order_by(source.c.name))
    return [tuple(row) for row in rows]


def _insert(session: Session, columns: Mapping[str, Sequence[Any]]) -> None:
    insert_columns(session, source, {"kind": "jira"}, columns)


def test_each_place_of_the_columns_is_a_row_with_the_fixed_values(session: Session) -> None:
    _insert(session, {"name": ["odd 'name' %s", "other"]})
    assert _stored(session) == [("odd 'name' %s", "jira"), ("other", "jira")]


def test_columns_without_places_are_no_rows(session: Session) -> None:
    _insert(session, {"name": []})
    assert _stored(session) == []


def test_a_row_that_is_there_is_an_error_and_nothing_of_the_transaction_stays(
    engine: Engine,
) -> None:
    with pytest.raises(DRIVER_ERRORS), sessions(engine).begin() as session:
        _insert(session, {"name": ["first", "second", "first"]})
    with sessions(engine)() as session:
        assert _stored(session) == []


def test_columns_of_unlike_lengths_are_an_error(session: Session) -> None:
    with pytest.raises(ValueError, match="shorter"):
        insert_columns(session, source, {}, {"name": ["one", "two"], "kind": ["jira"]})

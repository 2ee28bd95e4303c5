"""Takes erased words out of every text that is stored, table by table, whichever tables there are.

What things are asked for by at their sources (`_ASKED_BY`) and what the configuration names stays
as it is: another name would be another thing. Words that stand in there are told to who erases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import orjson
from sqlalchemy import Column, Row, String, Table, delete, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.stand_ins import Eraser
from store.erased import PREFIX
from store.models import audit_event, metadata, sign_in, store_setting

_ASKED_BY: Final = {
    "source": ("name", "kind", "url"),
    "project": ("external_id", "key", "title"),
    "workflow_status": ("external_id", "name", "category"),
    "repository": ("external_id", "path", "default_branch", "url", "remotes"),
    "environment": ("external_id", "name", "tier"),
    "build": ("job",),
    "deployment": ("environment", "tier", "service", "job", "remote"),
    "work_item": ("key", "project", "type", "priority", "resolution"),
    "item_key": ("key",),
    "item_link": ("kind", "other_key"),
    "planned_release": ("name",),
    "value_stream": ("name", "title"),
    "stage": ("name", "state", "team"),
    "stream_member": ("kind", "name"),
    "service": ("name", "definition"),
    "team": ("name",),
    "calendar": ("name", "definition"),
    "stream_state": ("stream", "scope"),
    "merge_request": ("target_branch",),
    "change_request": ("service", "ci"),
    "incident": ("service", "ci"),
}
_NO_TEXT: Final = {
    "person": ("pseudonym",),
    "person_alias": ("kind", "pseudonym"),
    "team_member": ("pseudonym",),
    "api_token": ("hash", "role", "streams"),
    "git_commit": ("sha",),
    "store_setting": ("name",),
    "stream_state": ("lease_owner",),
}
_PERSONS: Final = ("who", "account")
_LEAST: Final = 40
"""What is shorter holds words of ours, such as a state, and no stand-in."""
_PAGE: Final = 1_000
_HIDDEN: Final = "people_key"
Change = tuple[Row[Any], dict[str, Any]]


def text_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table in which a person may stand."""
    kept = {*_ASKED_BY.get(table.name, ()), *_NO_TEXT.get(table.name, ())}
    return [
        one
        for one in table.c
        if isinstance(one.type, String)
        and one.key not in kept
        and (one.type.length is None or one.type.length >= _LEAST)
    ]


def tables_with_text() -> list[Table]:
    """All but those whose rows are looked at in another way."""
    tables = [one for one in metadata.sorted_tables if one is not sign_in]
    return [one for one in tables if text_columns(one)]


def changes(session: Session, table: Table, eraser: Eraser) -> Iterator[Change]:
    """The rows of a table in which an erased word stands, and what stands there instead."""
    columns = text_columns(table)
    statement = select(*table.primary_key.columns, *(one.label(f"t_{one.key}") for one in columns))
    if table is store_setting:
        names = store_setting.c.name
        statement = statement.where(~names.startswith(PREFIX), names != _HIDDEN)
    known: dict[tuple[str, bool], str] = {}
    rows = session.execute(statement.execution_options(yield_per=_PAGE))
    for row in rows:
        told = row._mapping
        values = {}
        for one in columns:
            before = told[f"t_{one.key}"]
            if not before:
                continue
            person = one.key in _PERSONS
            after = known.get((before, person))
            if after is None:
                after = known[before, person] = _freed(before, eraser, person=person)
                if len(known) > 200_000:
                    known.clear()
            if after != before:
                values[one.key] = after[: getattr(one.type, "length", None)]
        if values:
            yield row, values


def _freed(before: str, eraser: Eraser, *, person: bool) -> str:
    if before[0] in "{[":
        try:
            document = orjson.loads(before)
        except orjson.JSONDecodeError:
            return eraser.text(before, person=person)
        freed = eraser.payload(document)
        return before if freed is document else orjson.dumps(freed).decode()
    return eraser.text(before, person=person)


def write_changes(session: Session, table: Table, found: Iterable[Change]) -> int:
    """Write them; answers how many. Where a row with the new words is there already, the old one
    goes: both say the same.
    """
    keys = list(table.primary_key.columns)
    number = 0
    for row, values in found:
        own = [key == row._mapping[key] for key in keys]
        number += 1
        try:
            with session.begin_nested():
                session.execute(update(table).where(*own).values(**values))
        except IntegrityError:
            session.execute(delete(table).where(*own))
    return number


def sign_ins_of(session: Session, eraser: Eraser) -> list[int]:
    """Browsers in which an erased account is signed in."""
    rows = session.execute(select(sign_in.c.id, sign_in.c.account))
    return [row.id for row in rows if eraser.text(row.account, person=True) != row.account]


def end_sign_ins(session: Session, ids: Collection[int]) -> None:
    """Sign these browsers out."""
    session.execute(delete(sign_in).where(sign_in.c.id.in_(list(ids))))


def names_asked_by(session: Session) -> Iterator[tuple[str, str]]:
    """What things are called by which they are asked for, with `table.column`; each once."""
    for name, columns in _ASKED_BY.items():
        table = metadata.tables[name]
        for column in columns:
            for found in session.scalars(select(table.c[column]).distinct()):
                if found:
                    yield f"{name}.{column}", found


@contextmanager
def audit_log_opened(session: Session) -> Iterator[None]:
    """The one exception to the audit log's being append-only, within the open transaction: nobody
    else sees it open.
    """
    if session.get_bind().dialect.name == "postgresql":
        table = audit_event.name
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER audit_event_stays"))
        yield
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER audit_event_stays"))
        return
    told = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    triggers = session.execute(told.bindparams(table=audit_event.name)).all()
    for name, _ in triggers:
        session.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, words in triggers:
        session.execute(text(words))

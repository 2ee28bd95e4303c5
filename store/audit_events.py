"""The log of who came in and who changed what: rows are added, and never changed or deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from store.models import audit_event


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """who: the account, "" where nobody was recognised. subject: what it was done to."""

    id: int
    ts: int
    who: str
    action: str
    subject: str
    detail: Mapping[str, Any]


def add_event(
    session: Session, *, who: str, action: str, subject: str, detail: Mapping[str, Any], ts: int
) -> None:
    """Add a line."""
    told = orjson.dumps(dict(detail)).decode()
    values = {"who": who, "action": action, "subject": subject, "detail": told, "ts": ts}
    session.execute(insert(audit_event).values(**values))


def events(
    session: Session, *, before: int | None, limit: int, who: str | None, action: str | None
) -> list[AuditEvent]:
    """The newest first, of an account and an action or of all; `before`: only those of lower
    numbers.
    """
    statement = select(audit_event).order_by(audit_event.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(audit_event.c.id < before)
    if who is not None:
        statement = statement.where(audit_event.c.who == who)
    if action is not None:
        statement = statement.where(audit_event.c.action == action)
    return [
        AuditEvent(
            row["id"],
            row["ts"],
            row["who"],
            row["action"],
            row["subject"],
            orjson.loads(row["detail"]),
        )
        for row in session.execute(statement).mappings()
    ]

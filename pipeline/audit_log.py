"""Who came in, who was refused, and who changed what: noted for good, and told to admins."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pipeline.database import Database
from pipeline.keyset import before_of
from pipeline.times import iso
from store import audit_events

log = structlog.get_logger()

Action = Literal[
    "signed_in",
    "signed_out",
    "refused",
    "wrote",
    "token_created",
    "token_revoked",
    "ended",
    "person_erased",
]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
_LONGEST = 300
Answer = dict[str, Any]


def note(
    database: Database, action: Action, *, who: str, subject: str, ts: int, **detail: object
) -> None:
    """Add a line. Where the database fails, the line stands in the process's log instead: what was
    done is done, and who did it is not forgotten.
    """
    words = {"who": who[:_LONGEST], "action": action, "subject": subject[:_LONGEST], "ts": ts}
    try:
        with database.writing() as session:
            note_in(session, action, who=who, subject=subject, ts=ts, **detail)
    except SQLAlchemyError as error:
        log.error("audit_event_not_stored", error=type(error).__name__, detail=detail, **words)


def note_in(
    session: Session, action: Action, *, who: str, subject: str, ts: int, **detail: object
) -> None:
    """The same in a transaction that is open: both are stored, or neither."""
    audit_events.add_event(
        session,
        who=who[:_LONGEST],
        action=action,
        subject=subject[:_LONGEST],
        detail=detail,
        ts=ts,
    )


def list_events(
    session: Session,
    *,
    cursor: str | None,
    limit: int,
    who: str | None = None,
    action: str | None = None,
) -> Answer:
    """A page of the log, the newest first."""
    found = audit_events.events(
        session, before=before_of(cursor), limit=limit + 1, who=who, action=action
    )
    shown = found[:limit]
    rows = [
        {
            "id": one.id,
            "at": iso(one.ts),
            "who": one.who or None,
            "action": one.action,
            "subject": one.subject,
            "detail": dict(one.detail),
        }
        for one in shown
    ]
    return {"items": rows, "next": str(shown[-1].id) if len(found) > limit else None}

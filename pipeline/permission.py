"""Tells a lost permission from there being nothing: tools leave out what may no longer be seen.

What an account saw in the last good pass is compared with what it sees now. Whatever vanished stays
an error until it is back, or until somebody says by a full pass that it is meant to be gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from connectors.stream import Connection, Stream
from core.errors import SourceAuthError, SourceError
from pipeline.absence import note_of
from pipeline.health import Health
from pipeline.reading import Task
from store import cursors, raw
from store.cursors import StreamKey

SWITCHED_OFF = (403, 404)
_NAMED = 3


def check_account(source: str, before: Health, found: Connection) -> None:
    """`SourceAuthError` where another account reads than before, or none: what that one does not
    see would be taken for gone.
    """
    now = found.identity.account
    if before.account and now and now != before.account:
        raise SourceAuthError(
            f"read as {now}, and as {before.account} before: the credentials are those of another"
            f" account, or were dropped on the way; mend `auth`, or if that is meant {_run(source)}"
        )


def lost_scopes(source: str, before: Health, found: Connection) -> str:
    """One line of what was visible before and is not any more; empty where nothing was lost."""
    gone = [id for id in before.visible if id not in found.visible]
    if found.still is not None:
        gone = [id for id in gone if not found.still(id)]
    if not gone:
        return ""
    named = ", ".join(before.visible[id] for id in gone[:_NAMED])
    more = f" and {len(gone) - _NAMED} more" if len(gone) > _NAMED else ""
    who = found.identity.account or "this account"
    return (
        f"no longer visible to {who}: {named}{more}; grant access again, or if they are meant to"
        f" be gone {_run(source)}"
    )


def without_census(streams: Sequence[Stream]) -> list[Stream]:
    """To be read while something is hidden: nothing is taken for gone."""
    return [replace(stream, census=None) for stream in streams]


def loss_of(
    session: Session, source: str, task: Task, error: SourceError | None, *, emptied: bool
) -> SourceAuthError | None:
    """The lost permission that the end of a task amounts to; None where it is none.

    emptied: a list that is read whole came back without a row.
    """
    name, scope = task.stream.name, task.scope.id
    if emptied and error is None and raw.any_of_scope(session, task.source_id, name, scope):
        return SourceAuthError(
            "the list is empty and was not before; grant access again, or if all of it is meant to"
            f" be gone {_run(source)}"
        )
    if error is None or error.status not in SWITCHED_OFF or not task.stream.optional:
        return None
    state = cursors.load_state(session, StreamKey(task.source_id, name, scope))
    switched_off = state.note and state.note != note_of(state.cursor)
    if state.last_success_ts is None or switched_off:
        return None
    return SourceAuthError(
        f"{error}; it could be read before: if it is meant to be switched off {_run(source)}",
        status=error.status,
    )


def _run(source: str) -> str:
    return f"run: headwater sync --full --source {source}"

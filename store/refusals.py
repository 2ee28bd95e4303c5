"""Rights that are taken away in the midst of the work, told like any other failure of a database.

A role that lost its rights, a server that became a read-only copy: drivers call these faults of the
program. Nothing in the program is wrong, so they are told as what they are to whoever handles a
database that fails, who waits and goes on when it works again.
"""

from __future__ import annotations

from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError

_RIGHTS = (InsufficientPrivilege, ReadOnlySqlTransaction)
_FILE = ("readonly database", "unable to open database file")


def as_failure(context: ExceptionContext) -> OperationalError | None:
    """For SQLAlchemy's `handle_error`: what to raise instead, None for what was raised."""
    found = context.original_exception
    if not isinstance(found, _RIGHTS):
        return None
    return OperationalError(context.statement, None, found, hide_parameters=True)


def remedy(error: OperationalError) -> str:
    """What to do about a database that fails in the midst of the work."""
    if isinstance(error.orig, InsufficientPrivilege):
        return "give its role the rights of deploy/postgres/roles.sql again"
    if isinstance(error.orig, ReadOnlySqlTransaction):
        return "check that the address is that of the server that is written to"
    if any(words in str(error.orig) for words in _FILE):
        return "check that the user of this process may write the file and its folder"
    return "check that it runs and has room"

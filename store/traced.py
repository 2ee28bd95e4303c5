"""A span for each statement that is sent to the database as a part of something that is traced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from sqlalchemy import Engine, event

from core.tracing import is_traced, span

_OPEN: Final = "headwater_span"
_LONGEST: Final = 2_000


@contextmanager
def sql_traced() -> Iterator[None]:
    """Of all engines of this process, while the block runs.

    A span has the text of the statement, in which values are placeholders, and never the values.
    What Arrow reads for metrics goes by no engine and is not told.
    """
    listeners = (
        ("before_cursor_execute", _begin),
        ("after_cursor_execute", _end),
        ("handle_error", _failed),
    )
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


def _begin(
    connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> None:
    del cursor, parameters
    if context is None or not is_traced():
        return
    words = statement.split(None, 1)
    operation = words[0].upper() if words else "SQL"
    opened = ExitStack()
    made = opened.enter_context(
        span(
            operation, "client", db_system_name=connection.dialect.name, db_operation_name=operation
        )
    )
    made.set(db_query_text=statement[:_LONGEST], db_operation_batch=many)
    setattr(context, _OPEN, (opened, made))


def _end(
    connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
) -> None:
    del connection, cursor, statement, parameters, many
    if found := _taken(context):
        found[0].close()


def _failed(context: Any) -> None:
    if found := _taken(context.execution_context):
        found[1].fail(type(context.original_exception).__name__)
        found[0].close()


def _taken(context: Any) -> Any:
    found = getattr(context, _OPEN, None)
    if found is not None:
        setattr(context, _OPEN, None)
    return found

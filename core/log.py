"""Logging set-up: one event name and its facts as keys; colour at a terminal, JSON lines
otherwise. Lines of one request have its `request_id`, lines of one run of the pipeline its `run`.
"""

from __future__ import annotations

import contextvars
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from secrets import token_hex
from typing import TypeVar

import structlog
from structlog.typing import EventDict

from core.concealed import concealed, concealed_deep


def _conceal(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Tracebacks tell lines of code, never what stood in variables; and no line tells a secret."""
    return {name: concealed_deep(value) for name, value in event.items()}


class _Concealing(logging.Formatter):
    """Of what libraries log by themselves, such as the fault of a job of the scheduler."""

    def format(self, record: logging.LogRecord) -> str:
        return concealed(super().format(record))


T = TypeVar("T")


def set_up_logging(*, json: bool | None = None, level: int = logging.INFO) -> None:
    """Logs go to standard error. `json` None: JSON lines unless standard error is a terminal."""
    as_json = not sys.stderr.isatty() if json is None else json
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_Concealing())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _conceal,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


@contextmanager
def one_run() -> Iterator[str]:
    """Every line that is logged inside names the same new run; inside another run, that one.

    Threads that are begun inside know it only when handed `in_context`.
    """
    known = current("run")
    if known:
        yield known
        return
    run = token_hex(6)
    with structlog.contextvars.bound_contextvars(run=run):
        yield run


@contextmanager
def one_request(request_id: str) -> Iterator[None]:
    """Every line that is logged inside names this request."""
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        yield


def current(name: str) -> str:
    """`run` or `request_id` of what is being done here; empty outside of one."""
    return str(structlog.contextvars.get_contextvars().get(name, ""))


def in_context(work: Callable[..., T]) -> Callable[..., T]:
    """The same to be done in another thread, once, as a part of what is being done here."""
    return partial(contextvars.copy_context().run, work)

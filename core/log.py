"""Logging set-up: one event name and its facts as keys; colour at a terminal, JSON lines
otherwise.
"""

from __future__ import annotations

import logging
import sys

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

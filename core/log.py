"""Logging set-up: one event name and its facts as keys; colour at a terminal, JSON lines
otherwise.
"""

from __future__ import annotations

import logging
import sys

import structlog


def set_up_logging(*, json: bool | None = None, level: int = logging.INFO) -> None:
    """Logs go to standard error. `json` None: JSON lines unless standard error is a terminal."""
    as_json = not sys.stderr.isatty() if json is None else json
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )

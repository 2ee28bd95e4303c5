"""What most commands begin with: the configuration, quiet logs, the open database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.config_file import load_settings
from core.errors import ConfigError, StoreError
from core.log import set_up_logging
from core.settings import Settings
from core.tracing_settings import Tracing
from pipeline.database import Database, opened
from store.traced import sql_traced

_NO_TRACING = (
    "[tracing] needs packages that are not installed: pip install 'headwater[tracing]', or take"
    " `endpoint` out of [tracing]"
)


@contextmanager
def ready(config: Path, *, logs: bool = False) -> Iterator[tuple[Settings, Database]]:
    """Settings and database; `logs` for processes that run on, others tell by their own output."""
    set_up_logging(level=logging.INFO if logs else logging.ERROR)
    settings = load_settings(config)
    require_file(settings.database.url)
    with traced(settings.tracing), opened(settings.database) as database:
        yield settings, database


@contextmanager
def traced(settings: Tracing) -> Iterator[None]:
    """Spans are sent while the block runs, where `[tracing]` says where to; `ConfigError` where the
    packages for that are not installed.
    """
    if not settings.endpoint:
        yield
        return
    try:
        from core.tracing_export import exporting
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "opentelemetry":
            raise
        raise ConfigError(_NO_TRACING) from error
    with exporting(settings), sql_traced():
        yield


def require_file(url: str) -> None:
    """`StoreError` where opening would make a new SQLite file; that is for `headwater migrate`."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and file.parent.is_dir() and not file.exists():
        raise StoreError("the database has no tables yet: run: headwater migrate")


def require_sources(settings: Settings, config: Path) -> None:
    """`ConfigError` where there is nothing to read."""
    if not settings.sources:
        raise ConfigError(f"{config}: there is no [[sources]] to read; add one")

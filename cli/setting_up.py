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
from pipeline.database import Database, opened


@contextmanager
def ready(config: Path, *, logs: bool = False) -> Iterator[tuple[Settings, Database]]:
    """Settings and database; `logs` for processes that run on, others tell by their own output."""
    set_up_logging(level=logging.INFO if logs else logging.ERROR)
    settings = load_settings(config)
    require_file(settings.database.url)
    with opened(settings.database) as database:
        yield settings, database


def require_file(url: str) -> None:
    """`StoreError` where opening would make a new SQLite file; that is for `headwater migrate`."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and file.parent.is_dir() and not file.exists():
        raise StoreError("the database has no tables yet: run: headwater migrate")


def require_sources(settings: Settings, config: Path) -> None:
    """`ConfigError` where there is nothing to read."""
    if not settings.sources:
        raise ConfigError(f"{config}: there is no [[sources]] to read; add one")

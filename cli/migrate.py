"""`headwater migrate`."""

from __future__ import annotations

from pathlib import Path

from cli.output import console
from core.config_file import load_settings
from store.migrate import upgrade


def run_migrate(config: Path) -> None:
    """Bring the tables up to date and say which version they have."""
    settings = load_settings(config)
    password = settings.database.password
    version = upgrade(settings.database.url, password.get_secret_value() if password else None)
    console.print(f"The database is up to date (version {version}).", highlight=False)

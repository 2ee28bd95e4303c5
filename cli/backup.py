"""`headwater backup` and `headwater restore`."""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.markup import escape

from cli.bars import counted
from cli.output import console, print_json, telling
from cli.setting_up import require_file
from core.config_file import load_settings
from core.log import set_up_logging
from core.settings import Settings
from pipeline.backup import NOT_INSIDE, back_up
from pipeline.backup_file import Manifest
from pipeline.restore import Restored, read_backup, restore


def run_backup(config: Path, file: Path, *, replace: bool) -> None:
    """Write the file, and say what is in it and what is not."""
    settings = _settings(config)
    require_file(settings.database.url)
    with telling() as progress:
        made = back_up(settings.database, file, replace=replace, progress=progress)
    if not console.is_terminal:
        told = {"file": str(made.path), "bytes": made.bytes, **asdict(made.manifest)}
        print_json({"event": "backed_up", "verified": True, **told})
        return
    _say(f"{_contents(made.manifest)}, {made.bytes / 1e6:,.1f} MB, read again and found whole:"
         f" {file}")  # fmt: skip
    _say(NOT_INSIDE)


def run_restore(config: Path, file: Path, *, replace: bool, dry_run: bool) -> None:
    """Restore the file, or only read it, and say what was done."""
    settings = _settings(config)
    if dry_run:
        manifest = read_backup(file)
        _tell("readable", manifest, f"{_contents(manifest)}: whole; nothing was changed.")
        return
    with telling() as progress:
        done = restore(settings.database, file, replace=replace, progress=progress)
    more = {"migrated_to": done.migrated_to, "replaced": done.replaced}
    _tell("restored", done.manifest, _done(done), **more)


def _settings(config: Path) -> Settings:
    set_up_logging(level=logging.ERROR)
    return load_settings(config)


def _tell(event: str, manifest: Manifest, words: str, **more: Any) -> None:
    if not console.is_terminal:
        print_json({"event": event, **asdict(manifest), **more})
        return
    _say(words)


def _contents(manifest: Manifest) -> str:
    many = f"{counted(manifest.rows)} rows of {len(manifest.tables)} tables"
    return f"{many} as of {manifest.made_at} (version {manifest.migration})"


def _done(done: Restored) -> str:
    words = f"Restored: {_contents(done.manifest)}."
    if done.replaced:
        words += " What was in the database before is gone."
    if done.migrated_to != done.manifest.migration:
        words += f" Its tables were brought up to version {done.migrated_to}."
    return f"{words} The next sync reads what changed since."


def _say(words: str) -> None:
    console.print(escape(words), highlight=False, soft_wrap=True)

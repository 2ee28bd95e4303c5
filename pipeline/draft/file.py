"""Writes a drafted configuration: whole or not at all, never over another, never one that does not
load.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from core.config_file import load_settings
from core.errors import ConfigError
from core.settings import Settings
from core.toml_lines import line_of
from pipeline.draft.words import text as quoted

_OWN = 0o600
_OWN_FOLDER = 0o700
_OTHERS = 0o077
_ANYBODY = 0o644


def create(path: Path, text: str, env: Mapping[str, str]) -> Settings:
    """A new file, and its settings; `ConfigError` where there is one already, or none can be."""
    part = _written(path, text, _ANYBODY)
    try:
        settings = _loaded(part, path, env)
        _put_new(part, path)
    finally:
        part.unlink(missing_ok=True)
    return settings


def change(path: Path, before: str, text: str, env: Mapping[str, str]) -> Settings:
    """The file with other text; `ConfigError` where it is not as it was `before` any more."""
    part = _written(path, text, path.stat().st_mode & 0o777)
    try:
        settings = _loaded(part, path, env)
        if path.read_text(encoding="utf-8") != before:
            raise ConfigError(f"{path} was changed meanwhile and is left as it is; run it again")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return settings


def _written(path: Path, text: str, mode: int) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}") from error
    return part


def _loaded(part: Path, path: Path, env: Mapping[str, str]) -> Settings:
    """What is not understood by the loader is not written; problems tell the name of the file."""
    try:
        return load_settings(part, env)
    except ConfigError as error:
        told = str(error).replace(str(part), str(path))
        raise ConfigError(f"nothing was written, for it would not load:\n{told}") from error


def _put_new(part: Path, path: Path) -> None:
    """A link is made only where nothing is; not every file system knows them."""
    try:
        os.link(part, path)
    except FileExistsError as error:
        raise exists(path) from error
    except OSError:
        if path.exists():
            raise exists(path) from None
        part.replace(path)


def exists(path: Path) -> ConfigError:
    """A file is never written over."""
    return ConfigError(
        f"{path} is there already and stays as it is; add to it with: headwater init --add"
        f" -o {path}, or name another file with -o"
    )


def keep_secret(path: Path, value: str) -> None:
    """A file of its own that nobody else may read; `ConfigError`."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(mode=_OWN_FOLDER, parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWN), "wb") as file:
            file.write(value.encode())
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def require_own(path: Path) -> None:
    """`ConfigError` for a secret file that is not there, or that others may read."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise ConfigError(f"the secret file {path} can't be read: {error.strerror}") from error
    if mode & _OTHERS:
        raise ConfigError(f"others may read the secret file {path}; run: chmod 600 {path}")


def with_more(text: str, settings: Settings, source: str, key: str, names: Sequence[str]) -> str:
    """The text with further names in a list of a source; every other letter stays.

    `ConfigError` where the list can't be found.
    """
    index = next(at for at, one in enumerate(settings.sources) if one.name == source)
    line = line_of(text, ("sources", index, key))
    lines = text.splitlines(keepends=True)
    found = None
    if line is not None:
        found = re.match(rf"(.*?(?<![\w-]){re.escape(key)}\s*=\s*\[)", lines[line - 1])
    if line is None or found is None:
        raise ConfigError(
            f"`{key}` of source {source} is not on a line of its own; add there: {', '.join(names)}"
        )
    added = "".join(f"{quoted(name)}, " for name in names)
    at = lines[line - 1]
    lines[line - 1] = f"{found[1]}{added}{at[len(found[1]) :]}"
    return "".join(lines)

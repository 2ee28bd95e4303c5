"""Secrets and where they come from: the environment, or files that something else may renew while
we run.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from core.concealed import conceal


class EnvSecret(SecretStr):
    """The content of an environment variable, as it was when the configuration was read. `hide`: it
    is in no error and no log, as the name of a user may be.
    """

    def __init__(self, name: str, value: str, *, hide: bool = True) -> None:
        super().__init__(value)
        self.name = name
        if hide:
            conceal(value)


class FileSecret(SecretStr):
    """The content of a file without the white space around it, read anew each time it is asked for.

    `OSError` where the file can't be read at first; later the last content stands.
    """

    def __init__(self, path: Path, *, hide: bool = True) -> None:
        super().__init__(_content(path))
        self._path, self._hide = path, hide
        if hide:
            conceal(self._secret_value)

    @property
    def path(self) -> Path:
        return self._path

    def get_secret_value(self) -> str:
        with suppress(OSError):
            # Empty: who renews it has just begun to write.
            self._secret_value = _content(self._path) or self._secret_value
        if self._hide:
            conceal(self._secret_value)
        return self._secret_value


def _content(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()

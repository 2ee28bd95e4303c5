"""Which authorities are trusted, read once: taking in all of them costs more than most requests."""

from __future__ import annotations

import os
import ssl
import threading
from functools import lru_cache
from pathlib import Path

import httpx

_NAMED = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_reading = threading.Lock()


def trusted() -> ssl.SSLContext:
    """What checks the certificates of servers, the same for all who ask; nobody changes it.

    The authorities are those that `SSL_CERT_FILE`, else `SSL_CERT_DIR`, names, else those of the
    package `certifi`. They are read again when another file is named or the named one changed.
    """
    named = tuple(os.environ.get(name, "") for name in _NAMED)
    with _reading:
        return _read(named, _changed(named[0] or named[1]))


@lru_cache(maxsize=1)
def _read(_named: tuple[str, ...], _changed: tuple[int, ...]) -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _changed(path: str) -> tuple[int, ...]:
    """What differs once the file was written anew, or the folder has others; empty for none."""
    try:
        found = Path(path).stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino

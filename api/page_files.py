"""The files of the pages as they are sent: in few requests, compressed once, kept by browsers.

What a page loads has the version of all files in its address, so a browser need not ask again; an
upgrade changes the address. All style sheets are one file, and the page names each module that it
begins with, so that none waits for another.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from mimetypes import guess_type
from pathlib import Path, PurePosixPath

_SHEETS = re.compile(r'(?:<link rel="stylesheet" href="/static/css/[^"]+">\n)+')
_SHEET = re.compile(r'href="/static/(css/[^"]+)"')
_ALL_SHEETS = "site.css"
_BEGIN, _TABLE = "js/app.js", "js/pages.js"
_IMPORTS = re.compile(r'^(?:import|export)\b[^;"]*"\./([\w.]+)";', re.MULTILINE)
_PAGES = re.compile(r'^  "(/[^"]*)": .*\bimport\("\./([\w.]+)"\)', re.MULTILINE)
_WORTH_BYTES = 300
"""Shorter files are sent as they are."""


@dataclass(frozen=True)
class PageFile:
    """One file, and its bytes as who accepts gzip gets them; None where that saves nothing."""

    body: bytes
    kind: str
    etag: str
    zipped: bytes | None


@dataclass(frozen=True)
class Site:
    """All files as they were at one moment, by their place below `/static`."""

    files: Mapping[str, PageFile]
    index: str

    @cached_property
    def version(self) -> str:
        """The same for the same files, on any machine."""
        told = "".join(f"{name} {self.files[name].etag}\n" for name in sorted(self.files))
        return hashlib.sha256((told + self.index).encode()).hexdigest()[:12]

    def page(self, path: str) -> str:
        """The page for an address of the site."""
        sheets = f'<link rel="stylesheet" href="/static/{_ALL_SHEETS}">\n'
        modules = "".join(
            f'<link rel="modulepreload" href="/static/{name}">\n' for name in self.modules(path)
        )
        text = _SHEETS.sub(sheets, self.index, count=1).replace("</head>", f"{modules}</head>")
        return text.replace('"/static/', f'"/static/{self.version}/')

    def modules(self, path: str) -> list[str]:
        """What the page of this address begins with: the frame, the page, and all they import."""
        found: dict[str, None] = {}
        waiting = [_BEGIN, *(name for page, name in self._pages if page == path)]
        while waiting:
            name = waiting.pop(0)
            if name not in found and name in self.files:
                found[name] = None
                waiting += [f"js/{one}" for one in _IMPORTS.findall(self._text(name))]
        return list(found)

    @cached_property
    def _pages(self) -> list[tuple[str, str]]:
        return [(path, f"js/{name}") for path, name in _PAGES.findall(self._text(_TABLE))]

    def _text(self, name: str) -> str:
        return self.files[name].body.decode()


class PageFiles:
    """The files of a folder; read again when one of them changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[object, ...] = ()
        self._site = Site({}, "")

    @property
    def known(self) -> Site:
        """As it was when it was last looked at."""
        return self._site

    def now(self) -> Site:
        """As it is now."""
        seen = tuple(self._states())
        if seen != self._seen:
            self._site = _site_of(self._folder)
            self._seen = seen
        return self._site

    def _states(self) -> Iterator[tuple[Path, int, int]]:
        for file in sorted(self._folder.rglob("*")):
            state = file.stat()
            yield file, state.st_mtime_ns, state.st_size


def _site_of(folder: Path) -> Site:
    read = {
        str(PurePosixPath(file.relative_to(folder))): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    index = read["index.html"].decode()
    sheets = _SHEETS.search(index)
    named = _SHEET.findall(sheets[0]) if sheets else []
    read[_ALL_SHEETS] = b"".join(read[name] for name in named)
    return Site({name: _file(name, body) for name, body in read.items()}, index)


def _file(name: str, body: bytes) -> PageFile:
    kind = guess_type(name)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    zipped = gzip.compress(body, 9, mtime=0) if len(body) >= _WORTH_BYTES else body
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return PageFile(body, kind, etag, zipped if len(zipped) < len(body) else None)

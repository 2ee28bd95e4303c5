"""Ticket keys in text: which messages, branches and titles name which tickets.

Keys count only for projects that exist, so `UTF-8`, `SHA-256` and `CVE-2024-1234` are no tickets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from correlator.keyscan import PAD, Hits, Projects, scan

_CHUNK: Final = 20_000  # texts searched as one: bounds the memory of the joined copy
_NO_KEYS: Final = pd.DataFrame({"row": pd.Series(dtype="int64"), "key": pd.Series(dtype="object")})
_NUMBERS: Final = 10**11  # room for a ticket number below a project's number
# Host and extent of a URL; brackets end it, for a link in Markdown is followed by prose.
_REST: Final = rb"[^\s\0<>\"'`|()\[\]{},;]*"
_URL: Final = re.compile(rb"://(?:[^/?#\s\0@]*@)?([^/?#:\s\0<>\"'`|()\[\]{},;]*)" + _REST)


class KeyFinder:
    """Finds the keys of known projects; cheap to build.

    projects: project keys ("SHOP"), those of former names included.
    aliases: former key -> present key, for tickets that moved; other keys stay as written.
    hosts: hosts of our own tools; a key inside a URL of any other host is not ours.
    """

    def __init__(
        self,
        projects: Iterable[str],
        aliases: Mapping[str, str] | None = None,
        *,
        hosts: Iterable[str] = (),
    ) -> None:
        self._aliases = dict(aliases or {})
        former = _projects_of(self._aliases)
        self._projects = Projects.of(project.upper() for project in (*projects, *former))
        self._hosts = {host.lower().encode() for host in hosts}

    @property
    def projects(self) -> frozenset[str]:
        """The keys of the projects that count, those of former names included."""
        return frozenset(self._projects.names)

    def present(self, key: str) -> str:
        """What a key as it is written is called now; itself where its ticket never moved."""
        return self._aliases.get(key, key)

    def find(self, text: str) -> list[str]:
        """Keys in prose, in order and once each. Upper case only: prose is full of `kafka-3`."""
        return list(self.keys_in([text])["key"])

    def find_in_branch(self, text: str) -> list[str]:
        """Keys in the name of a branch, in any case: `feature/shop-12-fix` names SHOP-12."""
        return list(self.keys_in([text], branch=True)["key"])

    def keys_in(self, texts: Iterable[str], *, branch: bool = False) -> pd.DataFrame:
        """All keys in many texts: `row` (position of the text, from 0) and `key`, by row and order.

        A key that a text repeats comes once. `branch` as in `find_in_branch`.
        """
        every = texts.tolist() if isinstance(texts, pd.Series) else list(texts)
        rows, codes = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        if self._projects.names:
            for start in range(0, len(every), _CHUNK):
                row, code = self._chunk(every[start : start + _CHUNK], branch)
                rows.append(row + start)
                codes.append(code)
        if not any(map(len, rows)):
            return _NO_KEYS.copy(deep=False)
        key = self._names(np.concatenate(codes))
        found = pd.DataFrame({"row": np.concatenate(rows), "key": key})
        return found.drop_duplicates(ignore_index=True) if self._aliases else found

    def _chunk(
        self, texts: Sequence[str], branch: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and coded key of each hit, without repeats within a row."""
        joined = _join(texts)
        hits = scan(joined, self._projects, branch=branch)
        # Ends of the texts: the zeros but those of the padding.
        ends = np.flatnonzero(np.frombuffer(joined, dtype=np.uint8) == 0)[PAD : PAD + len(texts)]
        row = np.searchsorted(ends, hits.begin)
        code = hits.project * _NUMBERS + hits.number
        if b"://" in joined:
            ours = ~self._foreign(joined, hits)
            row, code = row[ours], code[ours]
        if not np.any(row[1:] == row[:-1]):  # as a rule a text names one
            return row, code
        first = ~pd.DataFrame({"row": row, "code": code}).duplicated().to_numpy()
        return row[first], code[first]

    def _foreign(self, joined: bytes, hits: Hits) -> NDArray[np.bool_]:
        """Whether each hit sits inside a URL of a host that is not ours."""
        begins, ends = [-1], [-1]
        for url in _URL.finditer(joined):
            begins.append(url.start())
            ends.append(-1 if url[1].lower() in self._hosts else url.end())
        before = np.searchsorted(np.array(begins, dtype=np.int64), hits.begin) - 1
        return np.array(ends, dtype=np.int64)[before] > hits.begin

    def _names(self, codes: NDArray[np.int64]) -> pd.Series[str]:
        unique, inverse = np.unique(codes, return_inverse=True)
        project, number = np.divmod(unique, _NUMBERS)
        names = self._projects.names
        keys = [f"{names[p]}-{n}" for p, n in zip(project.tolist(), number.tolist(), strict=True)]
        present = np.array([self.present(key) for key in keys], dtype=object)
        return pd.Series(present[inverse], dtype="object")


def _projects_of(keys: Iterable[str]) -> set[str]:
    """The projects of keys such as `SHOP-12`; one such as `my-group/api#12` is of another form."""
    parts = (key.rpartition("-") for key in keys)
    return {project for project, _, number in parts if number.isdigit()}


def _join(texts: Sequence[str]) -> bytes:
    """The texts as bytes, a zero after each, within the padding that `scan` wants."""
    joined = "\0".join(texts)
    if joined.count("\0") != len(texts) - 1:
        joined = "\0".join(text.replace("\0", " ") for text in texts)
    padding = "\0" * PAD
    return f"{padding}{joined}\0{padding}".encode("utf-8", "replace")

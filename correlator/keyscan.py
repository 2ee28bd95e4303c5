"""The search for ticket keys over bytes, in whole-array steps: a loop per match is slower.

Every key has a hyphen, so the hyphens between a letter and a digit are the only places looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]

PAD: Final = 64  # zeros around the text, so that looking left and right never leaves the array
_MAX_DIGITS: Final = 10  # longer numbers are no ticket numbers
_MOST_LISTED: Final = 8  # tickets in one shorthand, after the first


def _table(chars: bytes) -> NDArray[np.bool_]:
    table = np.zeros(256, dtype=bool)
    table[np.frombuffer(chars, dtype=np.uint8)] = True
    return table


_DIGIT: Final = _table(b"0123456789")
_UPPER_DIGIT: Final = _table(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_ALNUM: Final = _UPPER_DIGIT | _table(b"abcdefghijklmnopqrstuvwxyz")
_HYPHEN: Final = ord("-")


@dataclass(frozen=True, slots=True)
class Projects:
    """Known project keys by length, longest first; `names[i]` is the project with number i."""

    names: tuple[str, ...]
    lengths: tuple[tuple[int, NDArray[np.uint64], Places], ...]
    """length, last (up to 8) bytes of each name as a number (sorted), numbers of the projects"""

    @classmethod
    def of(cls, names: Iterable[str]) -> Projects:
        known = tuple(sorted({n for n in names if n and n.isascii() and len(n) <= PAD - 2}))
        groups = []
        for length in sorted({len(name) for name in known}, reverse=True):
            numbers = [i for i, name in enumerate(known) if len(name) == length]
            tails = [known[i].encode()[-8:].rjust(8, b"\0") for i in numbers]
            values = np.frombuffer(b"".join(tails), dtype=">u8").astype(np.uint64)
            order = np.argsort(values, kind="stable")
            groups.append((length, values[order], np.array(numbers, dtype=np.int64)[order]))
        return cls(known, tuple(groups))


@dataclass(frozen=True, slots=True)
class Hits:
    """Keys found: where each begins in the text, the project's number, the ticket's number."""

    begin: Places
    project: Places
    number: Places


def scan(text: bytes, projects: Projects, *, branch: bool) -> Hits:
    """The keys of `projects` in `text`, which has `PAD` zeros on both sides, in order.

    Boundaries are ASCII, so a key between Chinese words counts. Left: no letter or digit, and in
    prose not the hyphen of another word (`X-SHOP-1`); a branch is made of words joined by hyphens.
    """
    buffer = np.frombuffer(text.upper() if branch else text, dtype=np.uint8)
    hyphens = np.flatnonzero(buffer == _HYPHEN)
    after, before = buffer[hyphens + 1], buffer[hyphens - 1]
    possible = _DIGIT[after] & (after != ord("0")) & (_UPPER_DIGIT[before] | (before == ord("_")))
    hyphens = hyphens[possible]
    if not len(hyphens):
        return Hits(hyphens, hyphens, hyphens)
    project = _projects_at(buffer, hyphens, projects, branch)
    hyphens, project = hyphens[project >= 0], project[project >= 0]
    number, end = _numbers_at(buffer, hyphens + 1)
    good = (number >= 0) & ~_continues(buffer, end)
    lengths = np.array([len(name) for name in projects.names], dtype=np.int64)
    hyphens, project = hyphens[good], project[good]
    hits = Hits(hyphens - lengths[project], project, number[good])
    return hits if branch else _with_shorthand(buffer, hits, end[good])


def _with_shorthand(buffer: Bytes, hits: Hits, end: Places) -> Hits:
    """And the second ticket of `KAFKA-14837/14842`: of three digits or more, and larger by less
    than a hundred. `SHOP-3/4` counts parts, `SHOP-1500/2024` dates something, and what stands below
    a folder is its path.
    """
    found = [hits]
    apart = buffer[hits.begin - 1] != ord("/")
    end = np.where(apart, end, 0)  # where nothing follows
    for _ in range(_MOST_LISTED):
        more = (buffer[end] == ord("/")) & _DIGIT[buffer[end + 1]] & (buffer[end + 1] != ord("0"))
        last = found[-1]
        begin, project, before = end[more] + 1, last.project[more], last.number[more]
        if not len(begin):
            break
        number, end = _numbers_at(buffer, begin)
        good = (before >= 100) & (number > before) & (number < before + 100)
        good &= ~_continues(buffer, end)
        found.append(Hits(begin[good], project[good], number[good]))
        end = end[good]
    begins, projects, numbers = (
        np.concatenate([getattr(one, name) for one in found])
        for name in ("begin", "project", "number")
    )
    order = np.argsort(begins, kind="stable")
    return Hits(begins[order], projects[order], numbers[order])


def _projects_at(buffer: Bytes, hyphens: Places, projects: Projects, branch: bool) -> Places:
    """The number of the project that ends at each hyphen, -1 for none; the longest wins."""
    found = np.full(len(hyphens), -1, dtype=np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(buffer, 8)[hyphens - 8]
    tails = np.ascontiguousarray(windows).view(">u8").ravel().astype(np.uint64)
    for length, values, numbers in projects.lengths:
        mask = np.uint64(2 ** (8 * min(length, 8)) - 1)
        wanted = tails & mask
        at = np.searchsorted(values, wanted).clip(max=len(values) - 1)
        left = buffer[hyphens - length - 1]
        hit = (values[at] == wanted) & ~_ALNUM[left] & (found < 0)
        if not branch:
            hit &= (left != _HYPHEN) | ~_UPPER_DIGIT[buffer[hyphens - length - 2]]
        if length <= 8:
            found[hit] = numbers[at[hit]]
        else:
            places = np.flatnonzero(hit)
            found[places] = _whole_names(buffer, hyphens[places], length, projects)
    return found


def _whole_names(buffer: Bytes, ends: Places, length: int, projects: Projects) -> Places:
    """The project of each place whose name ends there; only eight bytes were compared so far."""
    number_of = {name.encode(): i for i, name in enumerate(projects.names) if len(name) == length}
    names = (buffer[end - length : end].tobytes() for end in ends.tolist())
    return np.array([number_of.get(name, -1) for name in names], dtype=np.int64)


def _numbers_at(buffer: Bytes, begin: Places) -> tuple[Places, Places]:
    """The decimal number at each place, -1 where it is too long, and the place after it."""
    number = np.zeros(len(begin), dtype=np.int64)
    end = begin.copy()
    alive = np.arange(len(begin))
    for _ in range(_MAX_DIGITS + 1):
        if not len(alive):
            break
        digit = buffer[end[alive]]
        more = _DIGIT[digit]
        alive, digit = alive[more], digit[more]
        number[alive] = number[alive] * 10 + (digit - ord("0"))
        end[alive] += 1
    number[alive] = -1
    return number, end


def _continues(buffer: Bytes, end: Places) -> NDArray[np.bool_]:
    """Whether the number goes on as something else: `12a`, a version `3.5`, `2024-1234`, `02-29-1`.

    One more hyphen and a digit or two is a second try (`SHOP-12-2`) and allowed.
    """
    c0, c1, c2, c3, c4 = (buffer[end + i] for i in range(5))
    version = (c0 == ord(".")) & _DIGIT[c1]
    two = (c0 == _HYPHEN) & _DIGIT[c1] & _DIGIT[c2]
    serial = two & (_DIGIT[c3] | ((c3 == _HYPHEN) & _DIGIT[c4]))
    goes_on: NDArray[np.bool_] = _ALNUM[c0] | version | serial
    return goes_on

"""Texts whose first line is the title of a ticket, or nearly: the key was left out, perhaps."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import pandas as pd

from correlator.near_evidence import Ticket, Tickets, opened_later, was_open
from correlator.near_keys import suggestions

_WORD: Final = re.compile(r"\w+")
_REQUEST: Final = re.compile(r"\(#?[0-9]{1,9}\)\.?$")
_LINE: Final = 300  # characters of a line that are read
_MOST: Final = 40  # words of a line
_SHINGLE: Final = 3  # words in a row that two lines must share before they are compared
_COMMON: Final = 5  # tickets that share such words before they say nothing
_LEAST: Final = 3  # words of a title that says enough
_WHOLE: Final = 5  # words of a title that says enough as a part of a line
_ALIKE: Final = 0.8  # of the words of both lines

Words = tuple[str, ...]


class _Titled(NamedTuple):
    """enough: words in a row, by three, that a line alike shares at least."""

    ticket: Ticket
    words: Words
    enough: int


class NearTitles:
    """Finds tickets by their titles; titles that two tickets share find neither."""

    def __init__(self, tickets: Tickets) -> None:
        unique = {ticket.item_id: ticket for ticket in tickets.by_key.values()}
        told = ((one, line_words(one.title)) for one in unique.values())
        titled = [_Titled(one, words, _enough(words)) for one, words in told]
        often = Counter(one.words for one in titled)
        self._exact = {
            one.words: one for one in titled if often[one.words] == 1 and len(one.words) >= _LEAST
        }
        shingles: dict[Words, list[_Titled]] = defaultdict(list)
        for one in self._exact.values():
            for shingle in set(_shingles(one.words)):
                shingles[shingle].append(one)
        self._shingles = {key: some for key, some in shingles.items() if len(some) <= _COMMON}

    def suggest(self, text: str, ts: int) -> tuple[Ticket, float, str] | None:
        """The ticket whose title the first line is or holds; None where two fit as well."""
        line = text.lstrip()[:_LINE].partition("\n")[0]
        words = line_words(line)
        exact = self._exact.get(words)
        some = [exact] if exact else self._sharing(words)
        fitting = [
            (alike, one)
            for one in some
            if (alike := _alike(words, one.words)) >= _ALIKE and not opened_later(one.ticket, ts)
        ]
        fitting.sort(key=lambda found: (-found[0], found[1].ticket.item_id))
        if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
            return None
        alike, one = fitting[0]
        then = was_open(one.ticket, ts)
        if then is False and alike < 1.0:
            return None
        sure = round(min(0.95, 0.7 * alike + (0.2 if then else 0.0 if then is None else -0.1)), 2)
        how = "is" if words == one.words else "is nearly"
        said = f'The first line {how} the title of {one.ticket.key}: "{one.ticket.title[:100]}"'
        open_then = f", and {one.ticket.key} was open when the text was written" if then else ""
        return one.ticket, sure, said + open_then

    def _sharing(self, words: Words) -> list[_Titled]:
        """Titles that share so many words in a row with the line that they may be alike."""
        known = [found for one in set(_shingles(words)) if (found := self._shingles.get(one))]
        if not known:
            return []
        shared: dict[int, int] = {}
        by_item: dict[int, _Titled] = {}
        for found in known:
            for one in found:
                item = one.ticket.item_id
                shared[item] = shared.get(item, 0) + 1
                by_item[item] = one
        return [one for item, one in by_item.items() if shared[item] >= one.enough]


def near_titles(texts: Sequence[str], times: Sequence[int], tickets: Tickets) -> pd.DataFrame:
    """Suggestions as those of `near_keys`, of kind `title`; word is the first line."""
    if not texts:  # to learn all titles for nothing takes long
        return suggestions([])
    finder = NearTitles(tickets)
    rows = [
        (
            row,
            ticket.item_id,
            ticket.key,
            text.lstrip()[:100].partition("\n")[0],
            "title",
            sure,
            why,
        )
        for row, (text, ts) in enumerate(zip(texts, times, strict=True))
        if (told := finder.suggest(text, ts)) is not None
        for ticket, sure, why in [told]
    ]
    return suggestions(rows)


def line_words(line: str) -> Words:
    """The words of a line in small letters; a number in brackets at its end is a request's."""
    plain = line[:_LINE].rstrip().lower()
    if plain.endswith((")", ").")):
        plain = _REQUEST.sub("", plain)
    return tuple(_WORD.findall(plain)[:_MOST])


def _shingles(words: Words) -> Iterable[Words]:
    return zip(words, words[1:], words[2:], strict=False)


def _enough(title: Words) -> int:
    """Shingles that a line alike has at least: a word that differs takes three with it, and of
    eight words one may differ.
    """
    return max(1, len(title) + 1 - _SHINGLE - _SHINGLE * (1 + len(title) // 9))


def _alike(line: Words, title: Words) -> float:
    """1 for the same words, the share of common ones otherwise; a long title inside counts 0.95."""
    if line == title:
        return 1.0
    if len(title) >= _WHOLE and any(
        line[i : i + len(title)] == title for i in range(len(line) - len(title) + 1)
    ):
        return 0.95
    if min(len(line), len(title)) < _WHOLE:
        return 0.0
    common = sum((Counter(line) & Counter(title)).values())
    return common / (len(line) + len(title) - common)

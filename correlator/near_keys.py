"""Which ticket a mistyped key may mean: suggestions for a person, never links.

A word counts that is shaped like a key and names no ticket: of a project that is none but one slip
away from one, of a project with another separator, small letters or a stray sign, or with a number
that does not exist beside one that does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import pandas as pd

from correlator.near_evidence import Ticket, Tickets, opened_later, was_open, words_in_common
from correlator.near_words import NearWord, near_words
from correlator.one_edit import OneEdit, how_it_differs

LEAST: Final = 0.5
"""A suggestion that is less sure is none."""
_MOST: Final = 0.95
_SHORT: Final = 3  # letters of a project's key below which anything is one letter away
COLUMNS: Final = ["row", "item_id", "key", "word", "kind", "sure", "why"]
_KINDS: Final = {"row": "int64", "item_id": "int64", "sure": "float64"}

_BASE: Final = {
    "separator": 0.7,
    "stray": 0.7,
    "small": 0.6,
    "project": 0.6,
    "number": 0.4,
}
"""How sure each kind is before anything else speaks for it, as a judgement."""


_LIKELY: Final = ("swapped)", "doubled)")
"""The slips that happen most."""


class _Meant(NamedTuple):
    """A ticket that a word may mean. weak: how little the shape alone says; 0 enough by itself, 1
    the ticket was open then or words are in common, 2 words in common.
    """

    ticket: Ticket
    kind: str
    how: str
    weak: int


@dataclass(frozen=True, slots=True)
class NearKeys:
    """Suggests tickets; cheap to build, asked text by text."""

    tickets: Tickets
    _projects: OneEdit
    _highest: Mapping[str, int]

    @classmethod
    def of(cls, tickets: Tickets) -> NearKeys:
        highest: dict[str, int] = {}
        for key in tickets.by_key:
            project, _, number = key.rpartition("-")
            if number.isdigit():
                highest[project] = max(int(number), highest.get(project, 0))
        return cls(tickets, OneEdit(tickets.projects), highest)

    def suggest(self, text: str, ts: int) -> tuple[_Meant, NearWord, float, str] | None:
        """The surest ticket; None where two are equally sure, and where a word names one."""
        found: dict[int, tuple[float, _Meant, NearWord, str]] = {}
        for word in near_words(text):
            for meant in self._meant(word):
                sure, why = _judged(meant, text, ts)
                item = meant.ticket.item_id
                if sure >= LEAST and (item not in found or found[item][0] < sure):
                    found[item] = (sure, meant, word, why)
        ranked = sorted(found.values(), key=lambda one: -one[0])
        if not ranked or (len(ranked) > 1 and ranked[1][0] == ranked[0][0]):
            return None
        sure, meant, word, why = ranked[0]
        return meant, word, sure, why

    def _meant(self, word: NearWord) -> Iterator[_Meant]:
        """Tickets that exist and are one slip away; none for a word that is a ticket's key."""
        project = word.name.upper()
        if project not in self.tickets.projects:
            if word.name.isupper() and word.apart == "-" and not (word.more or word.odd):
                yield from self._of_near_project(word)
            return
        ticket = self.tickets.by_key.get(f"{project}-{word.number}")
        if ticket is None:
            if word.name.isupper() and word.apart == "-" and not (word.more or word.odd):
                yield from self._of_near_number(word)
            return
        if slip := _slip(word, project):
            yield _Meant(ticket, *slip)

    def _of_near_project(self, word: NearWord) -> Iterator[_Meant]:
        for project, how in self._projects.near(word.name):
            ticket = self.tickets.by_key.get(f"{project}-{word.number}")
            if ticket is not None:
                short = min(len(project), len(word.name))
                weak = 2 if short <= _SHORT else 1 if short <= _SHORT + 2 else 0
                said = f"{word.name} is no project; {project} is one letter away ({how})"
                yield _Meant(ticket, "project", said, weak)

    def _of_near_number(self, word: NearWord) -> Iterator[_Meant]:
        typed = str(word.number)
        for number in _near_numbers(typed):
            ticket = self.tickets.by_key.get(f"{word.name}-{number}")
            if ticket is not None:
                how = how_it_differs(typed, number)
                likely = how.endswith(("swapped", "doubled", "too many"))
                weak = 1 if likely and len(typed) > 2 and not self._to_come(word) else 2
                said = f"{word.text} does not exist; {ticket.key} is one digit away ({how})"
                yield _Meant(ticket, "number", said, weak)

    def _to_come(self, word: NearWord) -> bool:
        """Whether it may well be a ticket that is newer than those that are read."""
        highest = self._highest.get(word.name, 0)
        return highest < word.number <= 2 * highest + 100


def near_keys(texts: Iterable[str], times: Sequence[int], tickets: Tickets) -> pd.DataFrame:
    """Suggestions for texts that name no ticket: row (position of the text), item_id, key (as the
    tickets have it), word (as written), kind, sure (0 to 1), why (a sentence); at most one a text.

    times: epoch seconds of each text, NONE where not known. A ticket that was opened later is never
    suggested.
    """
    finder = NearKeys.of(tickets)
    rows = [
        (row, meant.ticket.item_id, meant.ticket.key, word.text, meant.kind, sure, why)
        for row, (text, ts) in enumerate(zip(texts, times, strict=True))
        if (told := finder.suggest(text, ts)) is not None
        for meant, word, sure, why in [told]
    ]
    return suggestions(rows)


def suggestions(rows: Sequence[tuple[int, int, str, str, str, float, str]]) -> pd.DataFrame:
    """The frame of suggestions, of its columns in order."""
    kinds = {name: _KINDS.get(name, "object") for name in COLUMNS}
    return pd.DataFrame(rows, columns=COLUMNS).astype(kinds)


def _slip(word: NearWord, project: str) -> tuple[str, str, int] | None:
    """What is wrong with a word that has project and number of a ticket; None for its very key."""
    written, meant = word.text, f"{project}-{word.number}"
    small = not word.name.isupper()
    short = 1 if len(project) <= _SHORT else 0
    if small and word.apart != "-" and not word.leads:
        return None  # `shop 12`, prose
    if word.more or word.odd:
        return "stray", f"{written} is no key, {meant} with a stray sign", max(short, int(small))
    if small:
        how = "in small letters" if word.apart == "-" else "written as words"
        return "small", f"{written} is {meant} {how}", 1
    if word.apart == "-":
        return None
    weak = max(short, 0 if word.apart.strip() and word.apart not in "_:" else 1)
    return "separator", f"{written} is {meant} without its hyphen", weak


def _judged(meant: _Meant, text: str, ts: int) -> tuple[float, str]:
    """How sure, 0 for not at all, and why, in a sentence."""
    ticket = meant.ticket
    if opened_later(ticket, ts):
        return 0.0, ""
    then, shared = was_open(ticket, ts), words_in_common(ticket, text)
    if meant.kind == "number" and not then:
        return 0.0, ""
    if (meant.weak == 2 and not shared) or (meant.weak == 1 and not (shared or then)):
        return 0.0, ""
    sure = _BASE[meant.kind] + (0.15 if then else -0.2 if then is False else 0.0)
    sure += 0.2 if shared else 0.0
    sure += 0.05 if meant.how.endswith(_LIKELY) else 0.0
    reasons = [meant.how]
    if then:
        reasons.append(f"{ticket.key} was open when the text was written")
    if shared:
        reasons.append(f"its title has {', '.join(shared[:4])}, too")
    return round(min(sure, _MOST), 2), ", and ".join(reasons)


def _near_numbers(typed: str) -> Iterator[str]:
    """Numbers that are one slip away from the digits, without leading zeros."""
    found = {typed[:i] + typed[i + 1 :] for i in range(len(typed))}
    found |= {typed[:i] + typed[i + 1] + typed[i] + typed[i + 2 :] for i in range(len(typed) - 1)}
    for i in range(len(typed) + 1):
        for digit in "0123456789":
            found.add(typed[:i] + digit + typed[i:])
            found.add(typed[:i] + digit + typed[i + 1 :])
    yield from sorted(one for one in found if one and one != typed and one[0] != "0")

"""What stands where an erased person stood: a made-up word for each word by which tools knew them.

What is kept of an erased word is its keyed hash and its stand-in, never the word itself. The same
word always gets the same stand-in, so that what was equal stays equal: whose item it is, who is
who, which branch a build was of.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from core.account_shapes import MOVES, NAMES, PAIRS, PERSON_FIELDS, is_account, is_assignment

PREFIX: Final = "erased-"
DOMAIN: Final = "erased.invalid"
_LETTERS: Final = "bcdfghjklmnpqrstvwxz"
"""Letters alone: no stand-in can be taken for a ticket key, a sha, a number or a word."""
_LENGTH: Final = 16
STAND_IN: Final = re.compile(rf"{PREFIX}[{_LETTERS}]{{{_LENGTH}}}(?:@{re.escape(DOMAIN)})?")
_ATOM = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[ \t\r\n\u00a0]+|[._+:@'\u2019/-]")
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:\[\]]+@[^\s@<>\"'(),;:\[\]]+\.[^\s@<>\"'(),;:\[\]]+")
_LONGEST: Final = 320
_SHORTEST: Final = 4
_MOST_ATOMS: Final = 12
_MOST_BLANKS: Final = 6
_REMEMBERED: Final = 200_000
_GUESSES: Final = (4, 3, 2)


def new_stand_in() -> str:
    """A word that nobody has; nothing can be found out from it."""
    return PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def plain(stand_in: str) -> str:
    """A stand-in without what makes it an address: one is hashed as the other."""
    return stand_in.removesuffix(f"@{DOMAIN}") if stand_in.startswith(PREFIX) else stand_in


def atoms_of(word: str) -> list[str]:
    """The runs of letters and digits of a word, by which it is found in a text."""
    return _ATOM.findall(folded(word))


def folded(text: str) -> str:
    """Without regard to case, blanks and how letters are composed."""
    if text.isascii():
        return " ".join(text.casefold().split())
    once = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", once).split())


@dataclass(frozen=True, slots=True)
class Word:
    """What is kept of an erased word. first: the hash of its first run of letters, "" where the
    word itself was never seen; atoms: how many runs it has. people_only: it is a word of the work,
    too (a repository is called so), and is replaced only where a person stands.
    """

    stand_in: str
    first: str = ""
    atoms: int = 0
    people_only: bool = False


class Eraser:
    """Puts stand-ins for the erased words of texts and payloads. `words` by their hash; `hashed`
    gives the hash of a word.
    """

    def __init__(self, words: Mapping[str, Word], hashed: Callable[[str], str]) -> None:
        self.words = words
        self._hashed = hashed
        self._known: dict[str, Word | None] = {}
        self._firsts: dict[str, tuple[int, ...]] = {}
        self._unseen = any(not word.first for word in words.values())
        for word in words.values():
            sizes = {*self._firsts.get(word.first, ()), word.atoms}
            self._firsts[word.first] = tuple(sorted(sizes, reverse=True))
        self._sizes: dict[str, tuple[int, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self.words)

    def text(self, text: str, *, person: bool = False) -> str:
        """The text without erased words. person: it is what somebody is called, so that a part of
        another one's name is left alone.
        """
        if not text or not self.words or not self._may_hold_one(text):
            return text
        whole = self._word(text)
        if whole is not None and (person or self._anywhere(whole, text)):
            return _as(whole, text)
        freed = _ADDRESS.sub(self._address, text) if "@" in text else text
        freed = self._inside(freed, person=person)
        return text if freed == text else freed

    def _may_hold_one(self, text: str) -> bool:
        """Nearly no text does: that is soon found out where all words were seen in clear."""
        return self._unseen or any(map(self._sizes_of, _ATOM.findall(text)))

    def payload(self, value: Any) -> Any:
        """A JSON value without erased words; the same object where it has none."""
        return self._walk(value, person=False)

    def _walk(self, value: Any, *, person: bool) -> Any:
        if isinstance(value, str):
            return self.text(value, person=person)
        if isinstance(value, list):
            made = [self._walk(one, person=person) for one in value]
            return made if any(a is not b for a, b in zip(made, value, strict=True)) else value
        return self._object(value) if isinstance(value, dict) else value

    def _object(self, value: dict[str, Any]) -> dict[str, Any]:
        account, moved = is_account(value), is_assignment(value)
        made = {}
        for name, one in value.items():
            person = (
                name in PERSON_FIELDS or (account and name in NAMES) or (moved and name in MOVES)
            )
            made[self.text(name)] = self._walk(one, person=person)
        changed = {name for name in value if made.get(name) is not value[name]}
        if account and changed & NAMES and any(_is_whole(made[one]) for one in changed & NAMES):
            _strip(made, next(made[one] for one in sorted(changed & NAMES) if _is_whole(made[one])))
        for pair in PAIRS:
            one_of = [made[one] for one in pair if _is_whole(made.get(one))]
            if one_of:
                made.update({one: one_of[0] for one in pair if not _is_whole(made.get(one, one))})
        return made if changed else value

    def _word(self, text: str) -> Word | None:
        """The erased word that a text is, as a whole."""
        if len(text) > _LONGEST:
            return None
        if text not in self._known:
            _bound(self._known)
            found = self.words.get(self._hashed(text))
            self._known[text] = found or self.words.get(self._hashed(folded(text)))
        return self._known[text]

    @staticmethod
    def _anywhere(word: Word, written: str) -> bool:
        """Whether it is replaced also where no person stands."""
        return len(written) >= _SHORTEST and not word.people_only

    def _address(self, match: re.Match[str]) -> str:
        address = match[0].rstrip(".")
        word = self._word(address)
        return match[0] if word is None else _as(word, address) + match[0][len(address) :]

    def _inside(self, text: str, *, person: bool) -> str:
        atoms = list(_ATOM.finditer(text))
        parts, last, place = [], 0, 0
        while place < len(atoms):
            found = self._begins(text, atoms, place, person=person)
            if found is None:
                place += 1
                continue
            size, stand_in = found
            parts += [text[last : atoms[place].start()], stand_in]
            last = atoms[place + size - 1].end()
            place += size
        return "".join([*parts, text[last:]]) if parts else text

    def _begins(
        self, text: str, atoms: list[re.Match[str]], place: int, *, person: bool
    ) -> tuple[int, str] | None:
        """The longest erased word that begins with this run of letters: how many runs it has."""
        for size in self._sizes_of(atoms[place][0]):
            if place + size > len(atoms) or (size == 1 and person):
                continue
            spans = [one.span() for one in atoms[place : place + size]]
            between = [text[a[1] : b[0]] for a, b in pairwise(spans)]
            if not all(map(_BETWEEN.fullmatch, between)):
                continue
            written = text[spans[0][0] : spans[-1][1]]
            word = self._word(" ".join(written.split()) if size > 1 else written)
            if word is None or not self._anywhere(word, written):
                continue
            return size, _as(word, written)
        return None

    def _sizes_of(self, atom: str) -> tuple[int, ...]:
        found = self._sizes.get(atom)
        if found is None:
            _bound(self._sizes)
            one = folded(atom)
            first = self._hashed(one)
            sizes = {*self._firsts.get(first, ()), *(_GUESSES if self._unseen else ())}
            sizes |= {1} if first in self.words else set()
            found = tuple(sorted((size for size in sizes if size), reverse=True))
            self._sizes[atom] = found
        return found


def word_of(text: str, stand_in: str, hashed: Callable[[str], str]) -> Word:
    """What is kept of a word that is known in clear."""
    atoms = atoms_of(text)
    if not atoms or len(atoms) > _MOST_ATOMS:
        return Word(stand_in)
    return Word(stand_in, hashed(atoms[0]), len(atoms))


def _bound(remembered: dict[str, Any]) -> None:
    """What is remembered of texts must not grow with them."""
    if len(remembered) > _REMEMBERED:
        remembered.clear()


def _as(word: Word, written: str) -> str:
    return f"{word.stand_in}@{DOMAIN}" if "@" in written.strip("@") else word.stand_in


def _is_whole(value: Any) -> bool:
    return isinstance(value, str) and STAND_IN.fullmatch(value) is not None


def _strip(account: dict[str, Any], stand_in: str) -> None:
    """What else an account of an erased person tells: other names, its picture, its number."""
    for name, value in account.items():
        if name in NAMES and isinstance(value, str) and value and not _is_whole(value):
            account[name] = plain(stand_in)
        elif name.startswith(("avatar", "gravatar")):
            account[name] = {} if isinstance(value, dict) else ""
        elif name == "node_id":
            account[name] = ""
        elif name == "id" and isinstance(value, int):
            account[name] = 0


def words_in(value: Any) -> Iterator[str]:
    """Texts of a JSON value that may be what somebody is called, and addresses inside others."""
    if isinstance(value, str):
        if 0 < len(value) <= _LONGEST and value.count(" ") <= _MOST_BLANKS:
            yield value
        if "@" in value:
            yield from (match[0].rstrip(".") for match in _ADDRESS.finditer(value))
    elif isinstance(value, list):
        for one in value:
            yield from words_in(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from words_in(one)

"""Which known names are one slip of the keyboard away from a word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

_LONGEST: Final = 40  # characters of a name or word that is looked at
_ALIKE: Final = frozenset({("0", "O"), ("O", "0"), ("1", "I"), ("I", "1"), ("1", "L"), ("L", "1")})


class OneEdit:
    """Finds the names that differ from a word by one letter, or by two that are swapped.

    A name and such a word have a form in common that lacks one letter, so a word is looked up by
    its own forms and never compared with every name.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name for name in names if name and len(name) <= _LONGEST)
        forms: dict[str, set[str]] = defaultdict(set)
        for name in self._names:
            for form in _shortened(name):
                forms[form].add(name)
        self._forms = {form: sorted(found) for form, found in forms.items()}

    def near(self, word: str) -> list[tuple[str, str]]:
        """Names and how each differs, in words; none for a word that is a name itself."""
        if not word or len(word) > _LONGEST + 1 or word in self._names:
            return []
        possible = {name for form in _shortened(word) for name in self._forms.get(form, ())}
        told = ((name, how_it_differs(word, name)) for name in sorted(possible))
        return [(name, how) for name, how in told if how]


def how_it_differs(word: str, name: str) -> str:
    """What was typed wrong in `word` if `name` was meant; "" unless it is one slip."""
    if word == name or abs(len(word) - len(name)) > 1:
        return ""
    if len(word) == len(name):
        return _of_equal_length(word, name)
    longer, shorter = (word, name) if len(word) > len(name) else (name, word)
    at = next((i for i, one in enumerate(shorter) if one != longer[i]), len(shorter))
    if shorter[at:] != longer[at + 1 :]:
        return ""
    doubled = longer[at] in (longer[at - 1 : at], longer[at + 1 : at + 2])
    if longer is word:
        return f"{longer[at]} is doubled" if doubled else f"{longer[at]} is too many"
    return f"{longer[at]} is missing"


def _of_equal_length(word: str, name: str) -> str:
    differ = [i for i, (one, other) in enumerate(zip(word, name, strict=True)) if one != other]
    if len(differ) == 1:
        one, other = word[differ[0]], name[differ[0]]
        return (
            f"{one} looks like {other}" if (one, other) in _ALIKE else f"{one} stands for {other}"
        )
    if len(differ) == 2 and differ[1] == differ[0] + 1:
        i, j = differ
        if word[i] == name[j] and word[j] == name[i]:
            return f"{word[i]} and {word[j]} are swapped"
    return ""


def _shortened(word: str) -> Iterator[str]:
    """The word, and the word without each of its letters."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]

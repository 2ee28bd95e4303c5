"""P7: ticket keys in commit messages, beside one pass over the bytes of the same text.

Two fifths of the messages name a ticket, a few of them several; the rest holds what only looks like
one. Every key that was written in is found, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

from bench.measuring import Outcome, in_turn, peak_mb
from correlator.keys import KeyFinder

_PROJECTS = 200
_MOST = 30.0
_SENTENCE = "retry the payment when a card is declined and keep what was in the basket"
_WORDS = _SENTENCE.split(" ")
_ODD = ("UTF-8", "SHA-256", "CVE-2024-1234", "release-3.5.1", "x86-64", "https://a.example/T-1")
_TABLE = bytes(range(256)).upper()


def run(*, full: bool) -> Iterator[Outcome]:
    """full: a million messages instead of a tenth of that."""
    count = 1_000_000 if full else 100_000
    projects = [f"{chr(65 + n % 26)}{chr(65 + n // 26)}P{n}" for n in range(_PROJECTS)]
    messages, expected = _messages(count, projects)
    finder = KeyFinder(projects)
    found = finder.keys_in(messages)
    assert list(zip(found["row"], found["key"], strict=True)) == expected
    text = "\n".join(messages).encode()
    taken = in_turn(partial(text.translate, _TABLE), partial(finder.keys_in, messages))
    yield Outcome(
        "P7",
        f"ticket keys of {_PROJECTS} projects",
        f"{count:,} messages, {len(text) / 1e6:,.0f} MB, {len(expected):,} keys",
        "one pass over the bytes (bytes.translate)",
        *taken,
        target=None,
        peak_mb=peak_mb(),
        most=_MOST,
    )


def _messages(count: int, projects: list[str]) -> tuple[list[str], list[tuple[int, str]]]:
    """Messages, and the row and key of each ticket that they name."""
    random = Random(7)
    messages, keys = [], list[tuple[int, str]]()
    for row in range(count):
        words = random.choices(_WORDS, k=18)
        chosen = random.random()
        named = [] if chosen > 0.4 else [_key(random, projects) for _ in range(1 + (chosen < 0.02))]
        named = list(dict.fromkeys(named))
        body = random.choice(_ODD) if random.random() < 0.2 else ""
        messages.append(f"{', '.join(named)}: {' '.join(words[:7])}\n\n{' '.join(words)} {body}")
        keys += [(row, key) for key in named]
    return messages, keys


def _key(random: Random, projects: list[str]) -> str:
    return f"{random.choice(projects)}-{random.randrange(1, 99_999)}"

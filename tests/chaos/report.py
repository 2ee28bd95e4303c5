"""What logs of many runs come to: which seeds, how much of each trouble, and what did not hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from tests.chaos.troubles import name_of

_LINE: Final = re.compile(
    r"seed (\d+) (sqlite|postgres) (\d+\.\d) s: (.+?) -> (.+?): (well|BAD: .+)"
)
_ENDINGS: Final = {
    "the end": re.compile(r"the end"),
    "the end, with problems told": re.compile(r"the end, with problems"),
    "ended with words for a person": re.compile(r"told: .+"),
    "killed": re.compile(r"killed before .*|status 9"),
    "broke": re.compile(r"(broke: |status )(?!9$).+"),
}


class NotUnderstoodError(Exception):
    """`str` names file, number and text of each line that no run wrote."""


@dataclass(frozen=True, slots=True)
class Line:
    """One seed as a log tells it. troubles: the kind of each; endings: of its troubled passes.
    bad: what did not hold, empty where all is well.
    """

    seed: int
    database: str
    seconds: float
    troubles: Sequence[str]
    endings: Sequence[str]
    bad: str


def understood(text: str) -> Line | None:
    """The line, or None where no run wrote it so."""
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    seed, database, seconds, troubles, endings, outcome = found.groups()
    passes = troubles.split("; ")
    kinds = [name_of(words) for one in passes for words in one.split(" and ")]
    ended = [_ending(one) for one in _apart(endings, len(passes))]
    if None in kinds or None in ended:
        return None
    bad = outcome.removeprefix("BAD: ") if outcome != "well" else ""
    told = ([one for one in kinds if one], [one for one in ended if one])
    return Line(int(seed), database, float(seconds), *told, bad)


def read(files: Iterable[Path]) -> list[Line]:
    """The lines of all files, but empty ones; `NotUnderstoodError` where one is no such line."""
    lines, odd = list[Line](), list[str]()
    for file in files:
        for number, text in enumerate(file.read_text("utf-8").splitlines(), 1):
            line = understood(text)
            if line is not None:
                lines.append(line)
            elif text.strip():
                odd.append(f"{file}:{number}: not understood: {text[:80]}")
    if odd:
        raise NotUnderstoodError("\n".join(odd))
    return lines


def last_of(lines: Sequence[Line]) -> Mapping[int, Line]:
    """By seed: what became of it the last time."""
    return {line.seed: line for line in lines}


def report(lines: Sequence[Line]) -> Iterator[str]:
    """What the lines come to, for people. A seed that was lived through several times counts once
    as a seed; its troubles and seconds count each time.
    """
    if not lines:
        yield "no seed was lived through"
        return
    last = last_of(lines)
    on = Counter(line.database for line in last.values())
    databases = f"{on['sqlite']:,} on SQLite, {on['postgres']:,} on PostgreSQL"
    yield f"{len(last):,} distinct seeds lived through ({_spans(sorted(last))}): {databases}"
    seconds = sum(line.seconds for line in lines)
    each = seconds / len(lines)
    yield f"{len(lines):,} lines, {seconds:,.0f} s in all, {each:.1f} s for one"
    yield from _counted("troubles", chain.from_iterable(line.troubles for line in lines))
    yield from _counted("troubled passes ended", chain.from_iterable(o.endings for o in lines))
    yield from _unheld(lines, last)


def _unheld(lines: Sequence[Line], last: Mapping[int, Line]) -> Iterator[str]:
    bad = [line for line in lines if line.bad]
    if not bad:
        yield "everything held, each time"
    for line in bad:
        again = "" if last[line.seed].bad else " (held when it was lived through again)"
        yield f"did not hold: seed {line.seed} {line.database}{again}: {line.bad[:300]}"


def _counted(what: str, names: Iterable[str]) -> Iterator[str]:
    counts = Counter(names)
    yield f"{what}: {counts.total():,}"
    for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        yield f"  {count:6,}  {name}"


def _spans(seeds: Sequence[int]) -> str:
    """Sorted numbers, those that follow each other as one span."""
    known = set(seeds)
    begins = [one for one in seeds if one - 1 not in known]
    ends = [one for one in seeds if one + 1 not in known]
    pairs = zip(begins, ends, strict=True)
    return ", ".join(f"{one}" if one == end else f"{one} to {end}" for one, end in pairs)


def _apart(endings: str, passes: int) -> Sequence[str]:
    """One ending for each pass; the words for a person have such signs in them, too."""
    parts = re.split(r"; (?=the end|told: |broke: |status |killed before )", endings)
    return parts if len(parts) == passes else [""]


def _ending(words: str) -> str | None:
    return next((name for name, form in _ENDINGS.items() if form.fullmatch(words)), None)

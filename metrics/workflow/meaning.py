"""What a status seems to mean: its state, why, and whether that is sure.

A guess for a person to correct. Words come first, for a team names a queue a queue; what items did
there decides where the words say nothing, and is told where it says something else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from core.records import StatusCategory
from metrics.workflow.visits import NOTHING, StatusFacts

State = Literal["new", "waiting", "active", "done", "cancelled"]

_ENOUGH: Final = 10
_CURLY: Final = "\N{RIGHT SINGLE QUOTATION MARK}"
_MOST: Final = 0.6
_FEW: Final = 0.02
_DROPPED_SHARE: Final = 0.7

_WAITING: Final = re.compile(
    r"\b(ready|wait\w*|await\w*|queue\w*|pending|hold|parked|paused|blocked|impeded|backlog"
    r"|selected|approved|accepted|requested|scheduled|planned|next|train|available|needs?|reopened"
    r"|for|to be|to (?:do|test|review|deploy|release|verify|merge))\b"
    r"|\b(?:dev|development|code|review|test|qa)\w* (?:done|complete\w*|passed|finished)\b"
)
_ACTIVE: Final = re.compile(
    r"\b(progress|dev|develop\w*|doing|build\w*|implement\w*|cod(?:e|ing)|review\w*|test\w*|analys\w*"
    r"|analyz\w*|design\w*|verif\w*|qa|uat|fix\w*|investigat\w*|deploy\w*|work\w*|refin\w*"
    r"|writing|acceptance|check\w*)\b"
)
_DROPPED: Final = re.compile(
    r"\b(won'?t|wont|cancel\w*|reject\w*|declin\w*|duplicate\w*|abandon\w*|discard\w*|obsolete"
    r"|invalid|dropped|dismiss\w*|not (?:a|an|planned|needed|doing|fixed)|withdrawn|incomplete"
    r"|cannot)\b"
)
_OVER: Final = re.compile(r"\b(done|closed|resolved|released|finished|completed?|shipped|live)$")
_COMMITTED: Final = re.compile(r"\b(ready|selected|approved|committed|planned|next|accepted)\b")
BLOCKED: Final = re.compile(r"\b(blocked|impeded|on hold)\b")


@dataclass(frozen=True, slots=True)
class Guess:
    """The state of one status, the reason in words, and whether a person should look at it."""

    state: State
    reason: str
    sure: bool = True


def guesses(
    order: Sequence[str],
    names: Mapping[str, str],
    categories: Mapping[str, StatusCategory],
    facts: Mapping[str, StatusFacts],
) -> dict[str, Guess]:
    """By id, for the statuses of `order`; names and categories are those of the tracker."""
    begun, found = False, {}
    for number, status in enumerate(order):
        name, category = _plain(names.get(status, status)), categories.get(status)
        known = facts.get(status, NOTHING)
        if category is StatusCategory.DONE:
            guess = _ended(name, known)
        elif category is StatusCategory.NEW and not begun:
            guess = _before(name, first=number == 0)
        elif category in (None, StatusCategory.UNKNOWN) and (odd := _untold(name, number)):
            guess = odd
        else:
            guess = _between(name, known, facts, late=category is StatusCategory.NEW)
        begun = begun or guess.state in ("waiting", "active")
        found[status] = _rare(guess, known, facts)
    return _with_an_end(order, names, found, facts)


def _plain(name: str) -> str:
    """In lower case, without what labels put before a colon, words by single spaces."""
    last = re.split(r":+|/", name)[-1] or name
    return " ".join(re.split(r"[\s_\-]+", last.replace(_CURLY, "'").casefold())).strip()


def _ended(name: str, known: StatusFacts) -> Guess:
    if _DROPPED.search(name):
        return Guess("cancelled", "the tracker calls it done, its name says dropped")
    said = known.resolutions
    dropped = [one for one in said if _DROPPED.search(_plain(one))]
    if len(said) >= 3 and len(dropped) / len(said) >= _DROPPED_SHARE:
        told = f"{len(dropped)} of {len(said)} items that ended here have a resolution such as"
        return Guess("cancelled", f'{told} "{max(set(dropped), key=dropped.count)}"', sure=False)
    return Guess("done", "the tracker calls it done")


def _untold(name: str, number: int) -> Guess | None:
    """Of a status of which the tracker tells no category; None for one that is on the way."""
    if _DROPPED.search(name):
        return Guess("cancelled", "its name says dropped", sure=False)
    if _OVER.search(name):
        return Guess("done", "its name says that it is over", sure=False)
    return Guess("new", "items begin here", sure=False) if number == 0 else None


def _before(name: str, *, first: bool) -> Guess:
    if not first and _COMMITTED.search(name):
        return Guess("waiting", "its name says that somebody committed to it", sure=False)
    why = "items begin here" if first else "the tracker calls it to do, and no work was begun"
    return Guess("new", why, sure=first or "backlog" in name)


def _between(
    name: str, known: StatusFacts, facts: Mapping[str, StatusFacts], *, late: bool
) -> Guess:
    queued, why = _like_a_queue(known, facts)
    also = f"; {why}" if why else ""
    if late:
        return Guess("waiting", f"the tracker calls it to do, and work was begun before{also}")
    if word := _WAITING.search(name):
        return Guess("waiting", f'its name says so ("{word[0]}"){also}')
    if word := _ACTIVE.search(name):
        if queued:
            return Guess("active", f'its name says so ("{word[0]}"), but {why}', sure=False)
        return Guess("active", f'its name says so ("{word[0]}")')
    if queued:
        return Guess("waiting", why, sure=False)
    return Guess("active", "the tracker calls it in progress, its name says nothing more", False)


def _like_a_queue(known: StatusFacts, facts: Mapping[str, StatusFacts]) -> tuple[bool, str]:
    """Whether items lie there rather than being worked on, and the words for it.

    Nobody has them in most visits, where elsewhere somebody has; or who moves them on is mostly
    another one than who moved them in, where elsewhere it is mostly the same.
    """
    if known.visits >= _ENOUGH and (known.unassigned or 0) >= _MOST:
        others = [f.unassigned for f in facts.values() if f.visits >= _ENOUGH and f is not known]
        if any(share is not None and share < 1 - _MOST for share in others):
            return True, f"no one is assigned in {known.unassigned:.0%} of visits"
    if known.handed_of >= _ENOUGH and (known.handed or 0) >= _MOST:
        others = [f.handed for f in facts.values() if f.handed_of >= _ENOUGH and f is not known]
        if any(share is not None and share < 1 - _MOST for share in others):
            return (
                True,
                f"someone else moves it on than moved it in, in {known.handed:.0%} of visits",
            )
    return False, ""


def _rare(guess: Guess, known: StatusFacts, facts: Mapping[str, StatusFacts]) -> Guess:
    most = max((one.items for one in facts.values()), default=0)
    if known.items and known.items >= _FEW * most:
        return guess
    return replace(guess, sure=False)


def _with_an_end(
    order: Sequence[str],
    names: Mapping[str, str],
    found: dict[str, Guess],
    facts: Mapping[str, StatusFacts],
) -> dict[str, Guess]:
    """Without any end nothing would ever be delivered: the one where most items stay."""
    if not found or any(guess.state == "done" for guess in found.values()):
        return found
    able = [s for s in order if not _DROPPED.search(_plain(names.get(s, s)))] or list(order)
    last = max(able, key=lambda s: (facts.get(s, NOTHING).ends, order.index(s)))
    why = "the tracker calls none done; most items are here now"
    return {**found, last: Guess("done", why, sure=False)}

"""The habits of a company that is less tidy, at fixed rates: what a correlator has to live with.

The rates are of the commits that people write for tickets, merge commits apart, and of the merged
requests for tickets. As with the usual habits they are quotas over shuffled work.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from simulator import habits, words
from simulator.calendar import HOUR, MINUTE, between
from simulator.coding import Work

_MENTIONS = ("Follow-up to {}", "See also {}", "{} has the other half", "Needs {} as well")
_FORMS = {"both": 62, "title": 20, "branch": 12, "description": 6}


@dataclass(frozen=True, slots=True)
class Roughness:
    """no_key: commits without a key in their message; of those the share `no_evidence` is named by
    nothing else either, the others by their merge request. bare_picks: of the picks, those that do
    not say of what. restored: of the reverts, those that take back a revert. forced: of the merged
    requests, those whose branch was written anew. causeless: of the incidents, those that no
    deployment caused; half of them in services that are deployed several times a day.
    """

    no_key: float
    no_evidence: float
    mistyped: float
    squashed: float
    rebased: float
    forced: float
    picks: float
    bare_picks: float
    reverts: float
    restored: float
    causeless: float


ROUGH = Roughness(
    no_key=0.15, no_evidence=1 / 3, mistyped=0.02, squashed=0.4, rebased=0.2, forced=0.08,
    picks=0.03, bare_picks=0.5, reverts=0.03, restored=0.2, causeless=0.5,
)  # fmt: skip


def apply(works: list[Work], rates: Roughness, *, now: datetime, rng: Random) -> None:
    """Give every piece of ticket work how it lands, its names, messages, reverts and picks."""
    _landings(works, rates, rng)
    written = sum(map(_size, works))
    total = written / (1 - rates.reverts - rates.picks)
    keyless = _keyless(works, rates.no_key * rates.no_evidence * total, rng)
    keyed = [work for work in works if id(work) not in keyless]
    habits.second_tickets(keyed, rng)
    for work in works:
        habits.name(work, keyed=id(work) not in keyless, rng=rng, forms=_FORMS)
    # Reverts and picks repeat what they are of, so that they need no quota of their own.
    bare = _hide_keys(keyed, rates.no_key * (1 - rates.no_evidence) * written, rng)
    _mistype(keyed, bare, rates.mistyped * written, rng)
    _copies(keyed, rates, total, now, rng)
    _force(works, rates, rng)
    habits.mention(keyed, total, rng, _MENTIONS)


def _landings(works: list[Work], rates: Roughness, rng: Random) -> None:
    """Requests that revert something are merged too, and are neither squashed nor rebased."""
    merged = [work for work in works if work.merged]
    every = len(merged) + rates.reverts * sum(len(work.times) for work in works)
    pool = iter(rng.sample(merged, k=len(merged)))
    for work in habits.take(pool, round(rates.squashed * every)):
        work.squash = True
    for work in habits.take(pool, round(rates.rebased * every)):
        work.rebased = True


def _size(work: Work) -> int:
    """The commits that come of it; a rebase makes a copy of each."""
    return len(work.times) * (1 + work.rebased) + work.squash


def _keyless(works: list[Work], wanted: float, rng: Random) -> set[int]:
    """Whole branches, so that the commits without a key have none near them either."""
    chosen: set[int] = set()
    for work in rng.sample(works, k=len(works)):
        if _size(work) <= wanted + 0.5:
            chosen.add(id(work))
            wanted -= _size(work)
    return chosen


def _hide_keys(works: list[Work], wanted: float, rng: Random) -> set[tuple[int, int]]:
    """Take the key out of messages; which they are. Squash commits whose title has none count."""
    wanted -= sum(work.squash and not habits.has_key(work.title, work.items) for work in works)
    hidden: set[tuple[int, int]] = set()
    for work, number in _shuffled((work for work in works if work.opened), rng):
        if wanted < 0.5:
            break
        if number not in work.extra:
            work.messages[number] = words.subject(work.items[0].title, rng)
            hidden.add((id(work), number))
            wanted -= 1 + work.rebased
    return hidden


def _mistype(works: list[Work], bare: set[tuple[int, int]], wanted: float, rng: Random) -> None:
    for work, number in _shuffled(works, rng):
        if wanted < 0.5:
            break
        if number not in work.extra and (id(work), number) not in bare:
            key = work.items[0].key
            wrong = mistyped(key, rng)
            work.messages[number] = work.messages[number].replace(key, wrong)
            wanted -= 1 + work.rebased


def mistyped(key: str, rng: Random) -> str:
    """The key as a hurried person writes it: no project is called so."""
    project, _, number = key.partition("-")
    turned = f"{project[:-2]}{project[-1]}{project[-2]}-{number}"
    forms = (turned, f"{project}{project[-1]}-{number}", project + number, f"{project} {number}")
    return rng.choice(forms)


def _shuffled(works: Iterable[Work], rng: Random) -> list[tuple[Work, int]]:
    every = [(work, number) for work in works for number in range(len(work.times))]
    return rng.sample(every, k=len(every))


def _copies(works: list[Work], rates: Roughness, total: float, now: datetime, rng: Random) -> None:
    """Reverts and picks are of work that something names; whether its message does, is luck."""
    merged = [work for work in works if work.merged]
    pool = iter(rng.sample(merged, k=len(merged)))
    wanted = round(rates.reverts * total)
    again = max(1, round(rates.restored * wanted)) if wanted > 1 else 0
    for number, work in enumerate(habits.take(pool, wanted - again)):
        work.reverted_after = habits.soon(work, now, rng)
        if number < again:
            # Soon enough that both are merged before the history ends.
            work.reverted_after /= 2
            work.restored_after = work.reverted_after
    for number, work in enumerate(habits.take(pool, round(rates.picks * total))):
        work.picked_after = habits.soon(work, now, rng)
        work.bare_pick = number < rates.bare_picks * rates.picks * total


def _force(works: list[Work], rates: Roughness, rng: Random) -> None:
    """Between the last commit and the merge."""
    merged = [work for work in works if work.merged]
    left = round(rates.forced * len(merged))
    for work in rng.sample(merged, k=len(merged)):
        assert work.opened is not None
        assert work.merged is not None
        begins = max(work.opened, work.times[-1]) + 10 * MINUTE
        if left and work.merged - begins > HOUR:
            work.forced = begins + between(rng, 0 * MINUTE, work.merged - begins - 10 * MINUTE)
            left -= 1

"""The habits of people who write code, at fixed rates: quotas over shuffled work, not single throws
of a die.

The rates are of the commits that people write for tickets, merge commits apart: 5 % have no key in
their message but one in their merge request, 5 % have none anywhere, 3 % are reverts, 2 %
cherry-picks; 30 % of the merged requests for tickets are squashed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from simulator import words
from simulator.calendar import DAY, HOUR, between
from simulator.coding import Work
from simulator.model import Item

SQUASHED, HIDDEN_KEY, NO_KEY, REVERTS, PICKS = 0.30, 0.05, 0.05, 0.03, 0.02
_TWO_TICKETS, _MENTIONS = 0.03, 0.004
FORMS = {"both": 68, "title": 20, "branch": 12}
"""Where a request names its ticket: in title, branch or both. A branch without one, in its name."""


def apply(works: list[Work], *, expected_hotfixes: int, now: datetime, rng: Random) -> None:
    """Give every piece of ticket work its squash, names, messages, reverts and cherry-picks.

    expected_hotfixes: how many hotfix cherry-picks the deployments are likely to add.
    """
    merged = [work for work in works if work.merged]
    # Requests that revert something will be merged too, and are never squashed.
    reverts = REVERTS * sum(len(work.times) for work in works)
    for work in rng.sample(merged, k=min(len(merged), round(SQUASHED * (len(merged) + reverts)))):
        work.squash = True
    total = sum(len(work.times) + work.squash for work in works) / (1 - REVERTS - PICKS)
    keyless = _pick_keyless(works, total, rng)
    keyed = [work for work in works if id(work) not in keyless]
    second_tickets(keyed, rng)
    for work in works:
        name(work, keyed=id(work) not in keyless, rng=rng, forms=FORMS)
    _hide_keys(keyed, total, rng)
    _copies(keyed, total, expected_hotfixes=expected_hotfixes, now=now, rng=rng)
    mention(keyed, total, rng)


def has_key(text: str, items: list[Item]) -> bool:
    return any(item.key.lower() in text.lower() for item in items)


def _pick_keyless(works: list[Work], total: float, rng: Random) -> set[int]:
    """Whole requests, so that the commits without a key have none near them either."""
    wanted, chosen = NO_KEY * total, set()
    for work in rng.sample(works, k=len(works)):
        size = len(work.times) + work.squash
        if work.opened and size <= wanted + 0.5:
            chosen.add(id(work))
            wanted -= size
    return chosen


def second_tickets(works: list[Work], rng: Random) -> None:
    """Now and then a commit serves the ticket of the branch before it, too."""
    before: dict[str, Work] = {}
    for work in sorted(works, key=lambda work: work.times[0]):
        other = before.get(work.repository)
        if other and other.items[0] is not work.items[0] and rng.random() < _TWO_TICKETS * 2:
            work.extra[rng.randrange(len(work.times))] = other.items[0]
        before[work.repository] = work


def name(work: Work, *, keyed: bool, rng: Random, forms: Mapping[str, int]) -> None:
    """Branch, title and messages. forms: weights of `both`, `title`, `branch`, `description`."""
    item = work.items[0]
    if keyed:
        form = rng.choices(list(forms), weights=list(forms.values()))[0]
        if form in ("both", "branch") or not work.opened:
            key = item.key if rng.random() < 0.6 else item.key.lower()
            work.branch = f"{rng.choice(('feature', 'fix', 'task'))}/{key}-{work.branch}"
        if form in ("both", "title"):
            resolve = f'Resolve {item.key} "{item.title}"'
            work.title = f"{item.key}: {item.title}" if rng.random() < 0.8 else resolve
        if rng.random() < 0.25 or form == "description":
            work.description = f"Closes {item.key}"
    else:
        work.branch = f"{rng.choice(('feature', 'fix', 'wip'))}/{work.branch}-{rng.randrange(900)}"
    for number in range(len(work.times)):
        text, extra = words.subject(item.title, rng), work.extra.get(number)
        keys = [item.key, extra.key] if extra else [item.key]
        work.messages.append(words.with_keys(text, keys, rng) if keyed else text)


def _hide_keys(works: list[Work], total: float, rng: Random) -> None:
    """A squash commit takes the request's title; those without a key count first."""
    wanted = round(HIDDEN_KEY * total)
    wanted -= sum(1 for work in works if work.squash and not has_key(work.title, work.items))
    candidates = [
        (work, number)
        for work in works
        if work.opened
        for number in range(len(work.times))
        if number not in work.extra
    ]
    for work, number in rng.sample(candidates, k=max(0, min(wanted, len(candidates)))):
        work.messages[number] = words.subject(work.items[0].title, rng)


def _copies(
    works: list[Work], total: float, *, expected_hotfixes: int, now: datetime, rng: Random
) -> None:
    """Reverts and cherry-picks are of commits that name their ticket, so theirs name it as well."""
    candidates = [work for work in works if work.merged and has_key(_landing(work), work.items)]
    pool = iter(rng.sample(candidates, k=len(candidates)))
    for work in take(pool, round(REVERTS * total)):
        work.reverted_after = soon(work, now, rng)
    for work in take(pool, max(0, round(PICKS * total) - expected_hotfixes)):
        work.picked_after = soon(work, now, rng)


def _landing(work: Work) -> str:
    """The subject of the commit that a revert or cherry-pick of this work would name."""
    return work.title if work.squash else work.messages[-1].split("\n", 1)[0]


def take(pool: Iterator[Work], count: int) -> list[Work]:
    return [work for _, work in zip(range(count), pool, strict=False)]


def soon(work: Work, now: datetime, rng: Random) -> timedelta:
    assert work.merged is not None
    left = int((now - work.merged).total_seconds()) // 2
    return min(between(rng, HOUR, 4 * DAY), timedelta(seconds=left))


def mention(
    works: list[Work], total: float, rng: Random, forms: Sequence[str] = ("Follow-up to {}",)
) -> None:
    """A few messages name a ticket for which the commit was not written, in one of these forms."""
    for work in rng.sample(works, k=min(len(works), round(_MENTIONS * total))):
        other = rng.choice(works).items[0]
        if other is not work.items[0] and has_key(work.messages[0], work.items):
            work.messages[0] += f"\n\n{_said(forms, rng).format(other.key)}"


def _said(forms: Sequence[str], rng: Random) -> str:
    return forms[0] if len(forms) == 1 else rng.choice(forms)

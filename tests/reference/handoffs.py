"""Handoffs between assignees, told one after the other in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter


@dataclass(frozen=True)
class Move:
    item: int
    ts: int
    seq: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Membership:
    who: int
    team: int
    since: int
    until: int | None


def handoffs(
    moves: Sequence[Move],
    identity: Mapping[int, int],
    bots: set[int],
    memberships: Sequence[Membership],
) -> dict[int, tuple[int, int | None]]:
    """By item: changes of person, and of team (None where no team is known)."""
    found = {}
    for item in {move.item for move in moves}:
        own = sorted((one for one in moves if one.item == item), key=attrgetter("ts", "seq"))
        people: list[tuple[int, int]] = []
        last: int | None = None
        for place, move in enumerate(own):
            named = [move.after] if place and move.before == last else [move.before, move.after]
            people += [(who, move.ts) for who in named if who is not None and who not in bots]
            last = move.after
        if people:
            teams = [_team(identity[who], ts, memberships) for who, ts in people]
            known = [team for team in teams if team is not None]
            persons = [identity[who] for who, _ in people]
            found[item] = (_changes(persons), _changes(known) if known else None)
    return found


def _team(who: int, ts: int, memberships: Sequence[Membership]) -> int | None:

    teams = {
        one.team
        for one in memberships
        if one.who == who and one.since <= ts and (one.until is None or ts < one.until)
    }
    return teams.pop() if len(teams) == 1 else None


def _changes(owners: Sequence[int]) -> int:
    count, last = 0, owners[0]
    for owner in owners:
        if owner != last:
            count += 1
        last = owner
    return count

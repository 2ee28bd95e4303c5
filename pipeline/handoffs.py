"""How often one item changed hands between its assignees, for its journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from core.frames import NONE
from metrics.handoffs import assignee_handoffs
from store import assignees


@dataclass(frozen=True, slots=True)
class AssigneeHandoffs:
    """between_people, between_teams: None where not known, and `reason` says why."""

    between_people: int | None = None
    between_teams: int | None = None
    reason: str | None = "nobody is known to have been assigned to it"


NOBODY: Final = AssigneeHandoffs()
"""Of an item without a change of its assignee."""


def handoffs_of(session: Session, item_id: int, *, as_of_ts: int) -> AssigneeHandoffs:
    """Those of one item up to a time."""
    moves = assignees.moves_of(session, item_id, until_ts=as_of_ts)
    if moves.empty:
        return NOBODY
    people = assignees.people_of(session, item_id)
    found = assignee_handoffs(moves, people, assignees.memberships_of(session, item_id))
    if found.empty:
        return AssigneeHandoffs(reason="only bots are known to have been assigned to it")
    people_count, teams = (int(found[name].iloc[0]) for name in ("handoffs", "team_handoffs"))
    if teams == NONE:
        return AssigneeHandoffs(people_count, None, "no team of its assignees is known")
    return AssigneeHandoffs(people_count, teams, None)

"""When the items of a stream were assigned to people of which team; teams only, no people."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.orm import Session

from metrics.teams import assigned_teams, sole_teams
from store import assignees


def assigned_of(session: Session, stream_id: int, stages: pd.DataFrame) -> pd.DataFrame:
    """item_id, start_ts, end_ts, team; see `assigned_teams`. Empty where no team names people, and
    where nobody asks, as every stage names a team.
    """
    members = assignees.team_members(session)
    if members.empty or not ((stages["team"] == "").any() or stages.empty):
        return nobody()
    accounts = assignees.team_accounts(session)
    memberships = accounts[["identity_id", "team", "from_ts", "to_ts"]].drop_duplicates()
    sole = sole_teams(memberships, members)
    people = accounts[["person_id", "identity_id"]].drop_duplicates()
    return assigned_teams(assignees.stream_moves(session, stream_id), people, sole)


def nobody() -> pd.DataFrame:
    """Of a stream whose assignees are in no known team."""
    times = {name: pd.Series(dtype="int64") for name in ("item_id", "start_ts", "end_ts")}
    return pd.DataFrame({**times, "team": pd.Series(dtype=object)})

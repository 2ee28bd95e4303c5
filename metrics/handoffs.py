"""Handoffs between assignees (V8): per item only, there is no number on a person."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.frames import NONE


def assignee_handoffs(
    moves: pd.DataFrame, people: pd.DataFrame, memberships: pd.DataFrame
) -> pd.DataFrame:
    """How often an item changed hands.

    moves: changes of the assignee: item_id, ts, seq, from_id, to_id (accounts; NONE is nobody), in
    any order. people: person_id, identity_id, bot. memberships: identity_id, team_id, from_ts,
    to_ts (NONE: still), the end left out.

    Returns one row per item that some person is known to have had, index `item_id`: handoffs, the
    changes from one person to another; team_handoffs, those from the team of one to that of
    another, by the team of each when the item came to them (NONE where no team is known). Nobody,
    bots and, for teams, people of no or of several teams are passed over. Going back counts again.
    """
    held = _holders(moves).merge(people, left_on="person_id", right_on="person_id")
    held = held[~held["bot"].astype(bool)].sort_values("place")
    teams = _with_team(held, memberships)
    changes = _changes(held, "identity_id")
    between = _changes(teams, "team_id").reindex(changes.index, fill_value=NONE)
    return pd.DataFrame({"handoffs": changes, "team_handoffs": between})


def _holders(moves: pd.DataFrame) -> pd.DataFrame:
    """Who had an item, in order: item_id, person_id, ts (when it came to them), place. Who is only
    named as the one before had it without our knowing since when.
    """
    ordered = moves.sort_values(["item_id", "ts", "seq"], kind="stable")
    item, before, after = (
        ordered[name].to_numpy(np.int64) for name in ("item_id", "from_id", "to_id")
    )
    first = np.append(True, item[1:] != item[:-1])[: len(item)]
    unseen = first | (before != np.append(NONE, after[:-1])[: len(after)])
    place, ts = np.arange(len(item)) * 2, ordered["ts"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "item_id": np.concatenate([item[unseen], item]),
            "person_id": np.concatenate([before[unseen], after]),
            "ts": np.concatenate([ts[unseen], ts]),
            "place": np.concatenate([place[unseen], place + 1]),
        }
    )


def _with_team(held: pd.DataFrame, memberships: pd.DataFrame) -> pd.DataFrame:
    """The holders whose team at that time is known: item_id, place, team_id."""
    pairs = held[["item_id", "place", "ts", "identity_id"]].merge(memberships, on="identity_id")
    inside = (pairs["from_ts"] <= pairs["ts"]) & (
        (pairs["to_ts"] == NONE) | (pairs["ts"] < pairs["to_ts"])
    )
    fitting = pairs[inside][["item_id", "place", "team_id"]].drop_duplicates()
    return fitting.drop_duplicates("place", keep=False).sort_values("place")


def _changes(held: pd.DataFrame, owner: str) -> pd.Series:
    """Per item of these rows, which are in order, how often the owner is not the one before."""
    item, who = held["item_id"].to_numpy(np.int64), held[owner].to_numpy(np.int64)
    handed = (item[1:] == item[:-1]) & (who[1:] != who[:-1])
    counts = pd.Series(np.append(0, handed)[: len(item)], index=pd.Index(item, name="item_id"))
    result: pd.Series = counts.groupby(level="item_id").sum().astype("int64")
    return result

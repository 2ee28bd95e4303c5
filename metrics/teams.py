"""Whose an item is: the team of its stage, else the team of the person it is assigned to.

There is no number on a person: a team that has a single member at a time is none here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Ints
from metrics.stretches import FOREVER, closed, opened, overlaps, remainder

NO_TEAM: Final = ""
"""Of time in which no team is known to have had an item."""

_PRESENT: Final = ("waiting", "active", "unknown", "ignored")
_LEAST_MEMBERS: Final = 2
Span = tuple[int, int, str]


def sole_teams(memberships: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """When a person was in exactly one team of several people: identity_id, team, start_ts, end_ts.

    memberships: identity_id, team, from_ts, to_ts (NONE: still) of the people that are known at a
    source. members: the same with `member` for `identity_id`, of everyone whom a team names.
    """
    crowded = {
        str(team): list(_crowded(_spans(rows), [str(one) for one in rows["member"]]))
        for team, rows in members.groupby("team")
    }
    found = [
        (identity, *span)
        for identity, rows in memberships.groupby("identity_id")
        for span in _alone(_spans(rows), crowded)
    ]
    return pd.DataFrame(found, columns=["identity_id", "start_ts", "end_ts", "team"]).astype(
        {"identity_id": "int64", "start_ts": "int64", "end_ts": "int64", "team": object}
    )


def _spans(rows: pd.DataFrame) -> list[Span]:
    return [
        (int(start), FOREVER if end == NONE else int(end), str(team))
        for start, end, team in zip(rows["from_ts"], rows["to_ts"], rows["team"], strict=True)
    ]


def _cuts(spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    edges = sorted({edge for start, end, _ in spans for edge in (start, end)})
    yield from pairwise(edges)


def _crowded(spans: list[Span], who: list[str]) -> Iterator[Span]:
    """When a team had several members."""
    for start, end in _cuts(spans):
        here = {
            one for one, span in zip(who, spans, strict=True) if span[0] <= start and end <= span[1]
        }
        if len(here) >= _LEAST_MEMBERS:
            yield start, end, ""


def _alone(spans: list[Span], crowded: dict[str, list[Span]]) -> Iterator[Span]:
    """When exactly one of the teams holds, and has several members."""
    every = [*spans, *(span for _, _, team in spans for span in crowded.get(team, []))]
    for start, end in _cuts(every):
        teams = {team for low, high, team in spans if low <= start and end <= high}
        for team in teams if len(teams) == 1 else ():
            if any(low <= start and end <= high for low, high, _ in crowded.get(team, [])):
                yield start, end, team


def assigned_teams(moves: pd.DataFrame, accounts: pd.DataFrame, sole: pd.DataFrame) -> pd.DataFrame:
    """When an item was assigned to a person of a team: item_id, start_ts, end_ts, team; no two of
    one item overlap.

    moves: changes of the assignee: item_id, ts, seq, from_id, to_id (accounts; NONE is nobody).
    accounts: person_id, identity_id of the members of teams. sole: see `sole_teams`. Whoever a
    first change names as the one before had the item from its beginning.
    """
    ordered = moves.sort_values(["item_id", "ts", "seq"], kind="stable")
    item = ordered["item_id"].to_numpy(np.int64)
    ts = ordered["ts"].to_numpy(np.int64)
    first = np.append(True, item[1:] != item[:-1])[: len(item)]
    last = np.append(first[1:], True)[: len(item)]
    until = np.where(last, FOREVER, np.append(ts[1:], FOREVER)[: len(ts)])
    held = pd.DataFrame(
        {
            "item_id": np.concatenate([item[first], item]),
            "person_id": np.concatenate(
                [ordered["from_id"].to_numpy(np.int64)[first], ordered["to_id"].to_numpy(np.int64)]
            ),
            "start_ts": np.concatenate([np.zeros(int(first.sum()), np.int64), ts]),
            "end_ts": np.concatenate([ts[first], until]),
        }
    )
    named = held.merge(accounts[["person_id", "identity_id"]], on="person_id", how="inner")
    found = overlaps(named, sole, by="identity_id")
    return found[["item_id", "start_ts", "end_ts", "team"]].reset_index(drop=True)


def held_visits(visits: pd.DataFrame, stages: pd.DataFrame, assigned: pd.DataFrame) -> pd.DataFrame:
    """The rows of `stage_visit` with whose the item was: `team`, and `by`, which says how that is
    known: "stage", "assignee" or "" with the team `NO_TEAM`.

    A row of a stage that names no team is cut where the assignee's team changes. stages: stage_id,
    team. assigned: see `assigned_teams`. The rows cover the same time as `visits`, in no particular
    order; text is categorical.
    """
    words = [NO_TEAM, *(str(team) for team in stages["team"]), *assigned["team"].unique()]
    teams = pd.Index(dict.fromkeys(words))
    place = pd.Index(stages["stage_id"]).get_indexer(pd.Index(visits["stage_id"]))
    own = np.append(teams.get_indexer(pd.Index(stages["team"])), 0)[place]
    named = own > 0
    parts = [_Part(np.arange(len(visits)), None, own, np.where(named, 1, 0))]
    if not assigned.empty and not named.all():
        empty = (visits["start_ts"] == visits["end_ts"]).to_numpy(np.bool_)
        kept, loose = np.flatnonzero(named | empty), np.flatnonzero(~named & ~empty)
        parts = [_Part(kept, None, own[kept], np.where(named[kept], 1, 0))]
        times = closed(visits[["item_id", "start_ts", "end_ts"]].iloc[loose]).assign(row=loose)
        known, rest = overlaps(times, assigned), remainder(times, assigned)
        codes = teams.get_indexer(pd.Index(known["team"]))
        parts.append(_Part(known["row"].to_numpy(np.int64), known, codes, np.full(len(known), 2)))
        nobody = np.zeros(len(rest), np.int64)
        parts.append(_Part(rest["row"].to_numpy(np.int64), rest, nobody, nobody))
    return _put_together(visits, parts, teams)


class _Part(NamedTuple):
    """Rows of the visits, their times where those are others, and codes of team and `by`."""

    row: Ints
    times: pd.DataFrame | None
    team: Ints
    by: Ints


def _put_together(
    visits: pd.DataFrame, parts: Sequence[_Part], teams: pd.Index[Any]
) -> pd.DataFrame:
    rows = visits.take(np.concatenate([part.row for part in parts])).reset_index(drop=True)
    times = [
        visits[["start_ts", "end_ts"]].take(part.row)
        if part.times is None
        else opened(part.times)[["start_ts", "end_ts"]]
        for part in parts
    ]
    together = pd.concat(times)
    team = np.concatenate([part.team for part in parts])
    by = np.concatenate([part.by for part in parts])
    return rows.assign(
        start_ts=together["start_ts"].to_numpy(np.int64),
        end_ts=together["end_ts"].to_numpy(np.int64),
        team=pd.Categorical.from_codes(team, categories=teams),
        by=pd.Categorical.from_codes(by, categories=pd.Index(["", "stage", "assignee"])),
    )


def held_in_load(items: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Who had the deliveries while they were in load (F3): item_id, episode, team, state, reason,
    start_ts, end_ts (`FOREVER`: still). Every instant in load is in one row of its delivery.
    """
    names = ["item_id", "episode", "committed_ts", "done_ts", "cancelled_ts"]
    own = items.loc[items["committed_ts"] != NONE, names]
    columns = ["item_id", "episode", "team", "state", "reason", "start_ts", "end_ts"]
    rows = closed(held[columns]).merge(own, on=["item_id", "episode"], how="inner")
    done = rows["done_ts"].to_numpy(np.int64)
    ended = np.where(done != NONE, done, rows["cancelled_ts"].to_numpy(np.int64))
    start = np.maximum(rows["start_ts"].to_numpy(np.int64), rows["committed_ts"].to_numpy(np.int64))
    end = np.minimum(rows["end_ts"].to_numpy(np.int64), np.where(ended == NONE, FOREVER, ended))
    told: pd.DataFrame = rows[columns].assign(start_ts=start, end_ts=end)[start < end]
    return told.reset_index(drop=True)


def holders_at(loaded: pd.DataFrame, at: int) -> pd.DataFrame:
    """Who had each delivery that was in load at this instant: item_id, episode, team, state,
    reason.
    """
    here = (loaded["start_ts"] <= at) & (loaded["end_ts"] > at)
    names = ["item_id", "episode", "team", "state", "reason"]
    return loaded.loc[here, names].reset_index(drop=True)


def main_teams(loaded: pd.DataFrame, *, as_of: int) -> pd.DataFrame:
    """The team that had each delivery longest, up to its end or `as_of`: item_id, episode, team.

    Of two with the same time the one that had it first. Time in which no team is known decides
    nothing; a delivery of which none ever is has no row. loaded: see `held_in_load`.
    """
    rows = loaded[loaded["state"].isin(_PRESENT) & (loaded["team"] != NO_TEAM)]
    rows = rows[rows["start_ts"] < as_of]
    spent = np.minimum(rows["end_ts"].to_numpy(np.int64), as_of) - rows["start_ts"]
    key = ["item_id", "episode", "team"]
    found = rows.assign(seconds=spent).groupby(key, as_index=False, observed=True)
    sums = found.agg(seconds=("seconds", "sum"), first=("start_ts", "min"))
    order = sums.sort_values(
        ["item_id", "episode", "seconds", "first"], ascending=[True, True, False, True]
    )
    return order.drop_duplicates(["item_id", "episode"])[key].reset_index(drop=True)

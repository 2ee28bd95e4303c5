"""Which items of a stream are a team's, and since when; the one place that decides it.

At an instant a team has what it holds then: the items in a stage of its own, and in a stage that
names no team those assigned to its people. Over a window the items of a team are those that it had
longest, of the teams that are known, from commitment to the end.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.errors import BadRequestError
from core.frames import NONE
from core.settings import Settings
from metrics.coverage import Coverage
from metrics.stretches import FOREVER
from metrics.teams import NO_TEAM, held_in_load, held_visits, holders_at, main_teams
from pipeline.question import Question
from pipeline.snapshot import StreamFacts

MAIN: Final = "items that the team had longest, of the known teams, from commitment to the end"
HOLDS: Final = "items that the team has at that instant"
WHILE: Final = "the time in which the team had the items"
_BY: Final = {"load": HOLDS, "ageing": HOLDS, "blocked_time": WHILE, "team_time": WHILE}


def team_names(settings: Settings, stream: StreamFacts) -> list[str]:
    """The teams that stages of the stream name, in their order, and then the configured ones."""
    ordered = stream.stages.sort_values("ordinal")["team"]
    named = [str(team) for team in ordered if team != NO_TEAM]
    return list(dict.fromkeys([*named, *(team.name for team in settings.teams)]))


def require_team(settings: Settings, stream: StreamFacts, team: str | None) -> None:
    """`BadRequestError` for a team that there is not, naming those that there are."""
    known = team_names(settings, stream)
    if team is not None and team not in known:
        told = f"one of {', '.join(known)}" if known else "no stage of this stream names a team"
        raise BadRequestError(f"team: {told}")


def scope_of(stream: StreamFacts, slug: str, asked: Question) -> dict[str, str]:
    """What a number is about; of a team also which items those are."""
    scope = {"stream": stream.config.name}
    if asked.team is None:
        return scope
    return {**scope, "team": asked.team, "team_items": _BY.get(slug, MAIN)}


def held_of(stream: StreamFacts) -> pd.DataFrame:
    """The visits of the stream with whose the item was; see `held_visits`."""
    return stream.memo.once(
        ("held",), lambda: held_visits(stream.visits, stream.stages, stream.assigned)
    )


def loaded_of(stream: StreamFacts) -> pd.DataFrame:
    """Who had its deliveries while they were in load; see `held_in_load`."""
    return stream.memo.once(("held in load",), lambda: held_in_load(stream.items, held_of(stream)))


def holders_of(stream: StreamFacts, at: int) -> pd.DataFrame:
    """Who has each delivery that is in load at an instant; see `holders_at`. Of all visits only
    those of the instant are looked at, which takes no time.
    """
    return stream.memo.of(("holders", at), lambda: _holders(stream, stream.visits, at))


def holder_of(stream: StreamFacts, item_id: int, at: int) -> str | None:
    """The team that has an item at an instant; None where it is not in load or none is known."""
    visits = stream.visits
    found = _holders(stream, visits[visits["item_id"] == item_id], at)
    return (str(found["team"].iloc[0]) or None) if len(found) else None


def _holders(stream: StreamFacts, visits: pd.DataFrame, at: int) -> pd.DataFrame:
    start, end = (visits[name].to_numpy(np.int64) for name in ("start_ts", "end_ts"))
    here = visits[(start <= at) & ((end == NONE) | (end > at))]
    own = stream.items[stream.items["item_id"].isin(here["item_id"])]
    held = held_visits(here, stream.stages, stream.assigned)
    return holders_at(held_in_load(own, held), at)


def main_of(stream: StreamFacts, as_of: int) -> pd.DataFrame:
    """The team that had each delivery longest: item_id, episode, team."""
    return stream.memo.of(("main teams", as_of), lambda: main_teams(loaded_of(stream), as_of=as_of))


def of_team(stream: StreamFacts, items: pd.DataFrame, asked: Question) -> pd.DataFrame:
    """Of these deliveries those of the team over a window; all where none is asked for."""
    if asked.team is None:
        return items
    found = main_of(stream, asked.as_of)
    return _among(items, found[found["team"] == asked.team])


def held_by_team(
    stream: StreamFacts, items: pd.DataFrame, asked: Question, at: int
) -> pd.DataFrame:
    """Of these deliveries those that the team has at an instant; all where none is asked for."""
    if asked.team is None:
        return items
    found = holders_of(stream, at)
    return _among(items, found[found["team"] == asked.team])


def held_times(stream: StreamFacts, items: pd.DataFrame, asked: Question) -> pd.DataFrame:
    """These deliveries; where a team is asked for a row for each time in which it had one in load,
    `committed_ts` and `done_ts` the begin and the end of that.
    """
    if asked.team is None:
        return items
    loaded = loaded_of(stream)
    rows = _among(loaded[loaded["team"] == asked.team], items)
    end = rows["end_ts"].to_numpy(np.int64)
    return rows.assign(
        committed_ts=rows["start_ts"],
        done_ts=np.where(end == FOREVER, NONE, end),
        cancelled_ts=NONE,
    )


def known_teams(stream: StreamFacts, asked: Question) -> Coverage:
    """Of what ended in the window or is in load: how many deliveries have a known team."""
    items = stream.items
    window = asked.window
    ended = window.holds(items["done_ts"].to_numpy(np.int64))
    ended |= window.holds(items["cancelled_ts"].to_numpy(np.int64))
    open_now = (items["done_ts"] == NONE) & (items["cancelled_ts"] == NONE)
    begun = (items["committed_ts"] != NONE).to_numpy(np.bool_)
    chosen = items[(ended | open_now.to_numpy(np.bool_)) & begun]
    return Coverage("team", len(_among(chosen, main_of(stream, asked.as_of))), len(chosen))


def _among(rows: pd.DataFrame, deliveries: pd.DataFrame) -> pd.DataFrame:
    """The rows of these deliveries, by item and episode."""
    own = pd.MultiIndex.from_frame(rows[["item_id", "episode"]])
    chosen = pd.MultiIndex.from_frame(deliveries[["item_id", "episode"]])
    return rows[own.isin(chosen)]

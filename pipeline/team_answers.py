"""How long the items of a stream were with each team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from core.settings import Settings
from metrics.periods import DAY
from metrics.stats import MINIMUM_N, percentiles, ratio
from metrics.team_time import PARTS, TeamTime, team_time
from metrics.teams import NO_TEAM
from pipeline.chart_frame import dressed
from pipeline.explain import item_rows
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import explain_address
from pipeline.stream_measures import close_of, items_of_kinds
from pipeline.stream_teams import held_of, holders_of, team_names
from pipeline.times import iso

Answer = dict[str, Any]
_LEVELS: Final = {"p50": 0.50, "p85": 0.85}
_PARTS: Final = (*PARTS, "by_stage_s", "by_assignee_s")
NOT_KNOWN: Final = (
    "the stage names no team, and no team of several people is known to which the assignee belonged"
)


def team_time_of(stream: StreamFacts, asked: Question) -> TeamTime:
    """The time of the deliveries of the window with all teams."""
    whole = replace(asked, team=None)
    return stream.memo.of(
        ("team time", whole),
        lambda: team_time(items_of_kinds(stream, whole), held_of(stream), window=whole.window),
    )


def team_time_answer(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> Answer:
    """The envelope of the time with all teams; `teams`, a line for each, what nobody is known to
    have had last. Where a team is asked for its line alone.
    """
    found = team_time_of(stream, asked)
    whole = replace(asked, team=None)
    body = dressed(snapshot, stream, "team_time", found.measure, whole, explain="teams/explain")
    loads = _loads(stream, asked)
    lines = [
        _line(stream, found, loads, asked, team) for team in _listed(settings, stream, found, loads)
    ]
    return {**body, "teams": [one for one in lines if asked.team in (None, one["team"])]}


def _listed(
    settings: Settings, stream: StreamFacts, found: TeamTime, loads: pd.DataFrame
) -> Sequence[str]:
    """The teams of the stages, and those that had something; in the order of the configuration."""
    seen = {*found.rows["team"], *loads["team"], *stream.stages["team"]} - {NO_TEAM}
    named = [team for team in team_names(settings, stream) if team in seen]
    return [*named, *sorted(seen - set(named)), NO_TEAM]


def _loads(stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """What is in load at the end of the window, and who has it: team, state, reason."""
    own = items_of_kinds(stream, asked)[["item_id", "episode"]]
    return holders_of(stream, close_of(asked)).merge(own, on=["item_id", "episode"])


def _line(
    stream: StreamFacts, found: TeamTime, loads: pd.DataFrame, asked: Question, team: str
) -> Answer:
    rows = found.rows[found.rows["team"] == team]
    here = loads[loads["team"] == team]
    spent = float(rows["seconds"].sum())
    path = f"/v1/streams/{stream.config.name}/teams/explain"
    return {
        "team": team or None,
        "reason": None if team else NOT_KNOWN,
        "n": len(rows),
        **_percentiles(rows),
        "total_d": spent / DAY,
        **{f"{name[:-2]}_d": float(rows[name].sum()) / DAY for name in _PARTS},
        "share": ratio(spent, float(found.rows["seconds"].sum())),
        "items_now": len(here),
        "waiting_now": int((here["state"] == "waiting").sum()),
        "blocked_now": int((here["reason"] == "blocked").sum()),
        "explain": explain_address(path, replace(asked, team=team or None)),
    }


def _percentiles(rows: pd.DataFrame) -> Answer:
    """Days per delivery that the team had; withheld where there are too few."""
    told = percentiles(rows["seconds"].to_numpy(np.float64) / DAY, _LEVELS)
    few = [name for name in _LEVELS if told.n < MINIMUM_N[name]]
    return {
        **{f"{name}_d": None if name in few else one for name, one in told.value.items()},
        "interval_d": {name: list(told.interval[name]) for name in _LEVELS if name not in few},
        "observed": {f"{name}_d": told.value[name] for name in few if told.n},
        "reasons": [f"{name} withheld: n<{MINIMUM_N[name]}" for name in few if told.n]
        or ([] if told.n else ["no_data"]),
    }


def explain_team_time(stream: StreamFacts, asked: Question) -> Answer:
    """Every delivery of the window with its seconds with each team; where a team is asked for those
    that it had, `seconds` with it.
    """
    found = team_time_of(stream, asked)
    rows = found.rows if asked.team is None else found.rows[found.rows["team"] == asked.team]
    whole = rows.groupby(["item_id", "episode"], as_index=False)["seconds"].sum()
    items = found.found.included.merge(whole, on=["item_id", "episode"], how="inner")
    by = dict(iter(rows.groupby(["item_id", "episode"])))
    keys = zip(items["item_id"], items["episode"], strict=True)
    included = [
        {**told, "teams": [_spent(row) for row in by[key].to_dict("records")]}
        for told, key in zip(item_rows(items), keys, strict=True)
    ]
    return {
        "metric": "team_time",
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        "n": len(included),
        "included": included,
        "excluded": item_rows(found.found.left_out),
    }


def _spent(row: Mapping[Any, Any]) -> Answer:
    names = ("seconds", *_PARTS)
    return {"team": row["team"] or None, **{name: int(row[name]) for name in names}}

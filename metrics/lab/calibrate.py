"""The model of a stream as it is, from its facts: arrivals, ways, work, people and waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.cohort import cohort, durations
from metrics.flow import KINDS
from metrics.lab.capacity import Capacity, capacity
from metrics.lab.inside import at_begin, lying, lying_visits, queues
from metrics.lab.network import WEEK_D, Kind, Network, Step, no_times
from metrics.lab.rhythm import weekly
from metrics.lab.steps import DONE, DROPPED, OPEN, Group, groups, step_visits
from metrics.lab.worth import Worth, rates, sample, steady
from metrics.mapping import Ints
from metrics.periods import DAY, Window
from metrics.stats import Floats, percentile

LEAST_DONE: Final = 20
"""Deliveries below which there is no model."""
_LEAST_OF_KIND: Final = 10
_SAMPLE: Final = 1_000
_MOST_BACK: Final = 0.9
"""What is sent back every time would never end."""


@dataclass(frozen=True)
class Measured:
    """The stream as it was in the window: days from commitment to done, items that waited in each
    step on average, deliveries that were done and that arrived.
    """

    p50: float
    p85: float
    queue: tuple[float, ...]
    done: int
    arrived: int
    window: Window


@dataclass(frozen=True)
class Facts:
    """What a model is made of. people: how many each team has, by name, where that is known. worth:
    by row of the items; None: the field of the tracker.
    """

    items: pd.DataFrame
    visits: pd.DataFrame
    stages: pd.DataFrame
    people: Mapping[str, int]
    window: Window
    as_of: int
    worth: Worth | None = None


@dataclass(frozen=True)
class Model:
    """The network of a stream with what it was made of. capacities: by pool; people: how many work
    there, None where the team names nobody.
    """

    network: Network
    measured: Measured
    capacities: tuple[Capacity, ...]
    people: tuple[int | None, ...]


@dataclass(frozen=True)
class NoModel:
    """Why there is none."""

    reason: str


def model(facts: Facts) -> Model | NoModel:
    """The stream before its waiting is fitted; a reason where it has no steps, or too little was
    done in the window.
    """
    told = groups(facts.stages)
    if not told:
        return NoModel("no stage of the map is a step: add stages = [..] to the stream")
    found = cohort(facts.items, window=facts.window)
    flow = durations(found, "flow_time") / DAY
    if len(flow) < LEAST_DONE:
        return NoModel(
            f"{len(flow)} items were done in the window; a model wants {LEAST_DONE} or more"
        )
    visits = step_visits(facts.items, facts.visits, told, as_of=facts.as_of)
    committed = np.sort(_ints(facts.items, "committed_ts"))
    committed = committed[facts.window.holds(committed)]
    if len(committed) < LEAST_DONE:
        return NoModel(
            f"{len(committed)} items were begun in the window; a model wants {LEAST_DONE} or more"
        )
    worth = steady(facts.items) if facts.worth is None else facts.worth
    values, terms = sample(worth, _within(facts.items["committed_ts"], facts.window))
    still = lying_visits(visits, facts.window, facts.as_of)
    gone = visits[_within(visits["leave_ts"], facts.window) & (visits["then"] != OPEN)]
    pools = _pools(told)
    capacities = _capacities(facts, visits, told, pools)
    people = _people(facts, told, pools)
    kinds = _kinds(facts, gone, len(told))
    steps = tuple(
        _step(
            gone, place, group, pools[place], capacities, kinds, size=len(told), window=facts.window
        )
        for place, group in enumerate(told)
    )
    measured = Measured(
        percentile(flow, 0.50) or 0.0,
        percentile(flow, 0.85) or 0.0,
        queues(visits, len(told), facts.window),
        len(flow),
        len(committed),
        facts.window,
    )
    network = Network(
        steps,
        tuple(one.places for one in capacities),
        _first(visits, facts.window),
        _gaps(committed, facts.window),
        kinds=kinds,
        waiting=at_begin(visits[~still], len(told), facts.window),
        lying=lying(
            visits[still], rates(worth, facts.items, visits[still]), len(told), facts.window
        ),
        values=values,
        terms=terms,
        per_person=tuple(
            one.places / known if known else 1.0
            for one, known in zip(capacities, people, strict=True)
        ),
    )
    return Model(network, measured, capacities, people)


def _ints(frame: pd.DataFrame, name: str) -> Ints:
    return frame[name].to_numpy(np.int64)


def _within(times: pd.Series, window: Window) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return window.holds(times.to_numpy(np.int64))


def _pools(told: list[Group]) -> list[int | None]:
    """Which people work in each step: those of its team, where one is named; None: nobody."""
    known: dict[str, int] = {}
    found: list[int | None] = []
    for place, group in enumerate(told):
        name = group.team or f"\0{place}"
        found.append(known.setdefault(name, len(known)) if group.works else None)
    return found


def _capacities(
    facts: Facts, visits: pd.DataFrame, told: list[Group], pools: list[int | None]
) -> tuple[Capacity, ...]:
    states = facts.stages.set_index("stage_id")["state"]
    items = facts.items[["item_id", "episode", "committed_ts"]]
    rows = facts.visits.merge(items, on=["item_id", "episode"], how="inner")
    rows = rows[(rows["committed_ts"] != NONE) & (rows["start_ts"] >= rows["committed_ts"])]
    found = []
    for pool in sorted({pool for pool in pools if pool is not None}):
        mine = [group for group, one in zip(told, pools, strict=True) if one == pool]
        stages = {stage for group in mine for stage in group.stages}
        worked = {stage for stage in stages if states[stage] == "active"}
        places = [place for place, one in enumerate(pools) if one == pool]
        left = visits[visits["step"].isin(places) & (visits["active_s"] > 0)]
        found.append(
            capacity(rows, left, worked, stages - worked, window=facts.window, as_of=facts.as_of)
        )
    return tuple(found)


def _people(facts: Facts, told: list[Group], pools: list[int | None]) -> tuple[int | None, ...]:
    """How many work in each pool, where its team names them."""
    teams = {pool: told[place].team for place, pool in enumerate(pools) if pool is not None}
    return tuple(facts.people.get(team) for _, team in sorted(teams.items()))


def _kinds(facts: Facts, gone: pd.DataFrame, size: int) -> tuple[Kind, ...]:
    """The kinds of what arrived in the window, each with its pace where enough of it was seen."""
    here = facts.items[_within(facts.items["committed_ts"], facts.window)]
    shares = here["kind"].value_counts(normalize=True)
    names = [name for name in (*KINDS, "") if shares.get(name, 0.0) > 0]
    if len(names) < 2:
        return ()
    return tuple(
        Kind(
            name or "other",
            float(shares[name]),
            _paces(gone, name, size, "active_s"),
            _paces(gone, name, size, "wait_s"),
        )
        for name in names
    )


def _paces(gone: pd.DataFrame, kind: str, size: int, column: str) -> tuple[float, ...]:
    found = []
    for place in range(size):
        rows = gone[gone["step"] == place]
        mine = rows[rows["kind"] == kind]
        mean, all_of = mine[column].mean(), rows[column].mean()
        enough = len(mine) >= _LEAST_OF_KIND and all_of > 0 and mean > 0
        found.append(float(mean / all_of) if enough else 1.0)
    return tuple(found)


def _step(
    gone: pd.DataFrame,
    place: int,
    group: Group,
    pool: int | None,
    capacities: tuple[Capacity, ...],
    kinds: tuple[Kind, ...],
    *,
    size: int,
    window: Window,
) -> Step:
    rows = gone[gone["step"] == place]
    service, delay = no_times(), no_times()
    if len(rows):
        names = [kind.name if kind.name != "other" else "" for kind in kinds]
        of = rows["kind"].map({name: n for n, name in enumerate(names)}).fillna(0).astype(int)
        paces = np.array([(kind.pace[place], kind.delay_pace[place]) for kind in kinds])
        by = paces[of.to_numpy()] if kinds else np.ones((len(rows), 2))
        service = _thinned(_ints(rows, "active_s") / DAY / by[:, 0])
        delay = _thinned(_ints(rows, "wait_s") / DAY / by[:, 1])
    if pool is not None:
        service = service * capacities[pool].pace
    back, onward = _ways(rows, place, size)
    openings = _openings(rows, group, window)
    return Step(
        group.name,
        group.team,
        pool,
        service if group.works else no_times(),
        delay,
        openings=openings,
        period=WEEK_D if openings else 1.0,
        back=back,
        onward=onward or {place + 1: 1.0},
    )


def _openings(rows: pd.DataFrame, group: Group, window: Window) -> tuple[float, ...]:
    """When the work of what waited begins, or where nobody works, when it leaves."""
    waited = rows[(rows["wait_s"] > 0) & (rows["begin_ts"] != NONE if group.works else True)]
    moments = _ints(waited, "begin_ts" if group.works else "leave_ts")
    return weekly((moments - window.from_ts) / DAY)


def _thinned(sample: Floats) -> Floats:
    """At most a thousand quantiles of a sample."""
    if len(sample) <= _SAMPLE:
        return np.sort(sample)
    return np.quantile(sample, (np.arange(_SAMPLE) + 0.5) / _SAMPLE)


def _ways(rows: pd.DataFrame, place: int, size: int) -> tuple[dict[int, float], dict[int, float]]:
    """Shares of visits that were sent back, by step; and of the others, where they went."""
    then = rows["then"].to_numpy(np.int64)
    then = np.where(then == DONE, size, np.where(then == DROPPED, size + 1, then))
    if len(then) == 0:
        return {}, {}
    back, on = then[then < place], then[then > place]
    share = _MOST_BACK / max(len(back) / len(then), _MOST_BACK)
    behind = {int(to): float((back == to).sum()) / len(then) * share for to in np.unique(back)}
    onward = {int(to): float((on == to).mean()) for to in np.unique(on)}
    return behind, onward


def _first(visits: pd.DataFrame, window: Window) -> dict[int, float]:
    firsts = visits.drop_duplicates(["item_id", "episode"])
    here = firsts[_within(firsts["enter_ts"], window)]
    steps, counts = np.unique(_ints(here, "step"), return_counts=True)
    told = zip(steps.tolist(), (counts / max(1, len(here))).tolist(), strict=True)
    return dict(told) or {0: 1.0}


def _gaps(committed: Ints, window: Window) -> Floats:
    """Days between arrivals, as many a week as arrived in the window."""
    gaps = np.diff(np.concatenate([[window.from_ts], committed])) / DAY
    rate = window.seconds / DAY / len(committed)
    scaled: Floats = gaps * (rate / max(float(gaps.mean()), 1e-9))
    return _thinned(scaled) if len(scaled) > _SAMPLE else scaled

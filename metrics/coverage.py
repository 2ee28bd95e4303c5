"""How much of the truth the data shows: coverage measures, each a numerator over a denominator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.flow import in_load
from metrics.incident_facts import NOT_RELATED, UNATTRIBUTED
from metrics.mapping import Flags
from metrics.periods import Window
from metrics.stats import ratio
from metrics.visit_seconds import VisitSeconds


@dataclass(frozen=True)
class Coverage:
    """A coverage measure by its id; `share` is None where there was nothing to cover."""

    id: str
    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        return ratio(self.numerator, self.denominator)


def ticket_links(items: pd.DataFrame, *, window: Window) -> Coverage:
    """C1: deliveries done in the window with a linked commit, of those whose type expects code."""
    done = window.holds(items["done_ts"].to_numpy(np.int64))
    expected = done & items["expects_code"].to_numpy(np.bool_)
    found = expected & items["has_code"].to_numpy(np.bool_)
    return Coverage("C1", int(found.sum()), int(expected.sum()))


def commits_with_ticket(days: pd.DataFrame, *, window: Window) -> Coverage:
    """C2: commits of the default branch with a ticket; the complement is the share of orphans.

    days: day_ts, population, unlinked, in which bots are left out (they are counted apart).
    """
    inside = days[window.holds(days["day_ts"].to_numpy(np.int64))]
    population = int(inside["population"].sum())
    return Coverage("C2", population - int(inside["unlinked"].sum()), population)


def known_commits(deployments: pd.DataFrame, *, window: Window) -> Coverage:
    """C3: successful production deployments of the window whose set of commits is known."""
    rows = window.holds(deployments["finished_ts"].to_numpy(np.int64))
    rows &= (deployments["result"] == "success").to_numpy(np.bool_)
    known = rows & (deployments["commits"].to_numpy(np.int64) != NONE)
    return Coverage("C3", int(known.sum()), int(rows.sum()))


def traced_builds(deployments: pd.DataFrame, builds: pd.DataFrame, *, window: Window) -> Coverage:
    """C4: successful production deployments of the window that one build made, and no other.

    builds: deployment_id, build_id, a row for each build that a deployment is linked with.
    """
    rows = window.holds(deployments["finished_ts"].to_numpy(np.int64))
    rows &= (deployments["result"] == "success").to_numpy(np.bool_)
    made_by = builds.groupby("deployment_id")["build_id"].nunique()
    one = deployments["deployment_id"].isin(made_by.index[made_by == 1]).to_numpy(np.bool_)
    return Coverage("C4", int((rows & one).sum()), int(rows.sum()))


def attributed_incidents(incidents: pd.DataFrame, *, window: Window) -> Coverage:
    """C5: incidents opened in the window that are attributed, by whatever method, of all but those
    that no change caused.
    """
    rows = window.holds(incidents["opened_ts"].to_numpy(np.int64))
    rows &= (incidents["method"] != NOT_RELATED).to_numpy(np.bool_)
    found = rows & (incidents["method"] != UNATTRIBUTED).to_numpy(np.bool_)
    return Coverage("C5", int(found.sum()), int(rows.sum()))


def mapped_time(visits: VisitSeconds, *, window: Window, as_of: int) -> Coverage:
    """C6: seconds in mapped statuses, of all seconds after commitment inside the window."""
    unknown = visits.unknown.seconds(window, as_of)
    total = visits.counted.seconds(window, as_of)
    return Coverage("C6", total - unknown, total)


def active_with_queue(visits: VisitSeconds, *, window: Window, as_of: int) -> Coverage:
    """C7: seconds in active stages that have a waiting stage beside them, of all active stages.

    A waiting stage directly before or after an active one, in the order of the stream, is its
    counterpart: the step shows when work rests.
    """
    paired = visits.paired.seconds(window, as_of)
    return Coverage("C7", paired, visits.active.seconds(window, as_of))


def full_history(items: pd.DataFrame, *, window: Window, as_of: int) -> Coverage:
    """C8: deliveries with a complete history, of those in load or ended in the window."""
    rows = window.holds(items["done_ts"].to_numpy(np.int64))
    rows |= window.holds(items["cancelled_ts"].to_numpy(np.int64))
    rows |= in_load(items, as_of)
    complete = rows & items["complete"].to_numpy(np.bool_)
    return Coverage("C8", int(complete.sum()), int(rows.sum()))


def valued_items(items: pd.DataFrame, *, as_of: int, valued: Flags | None = None) -> Coverage:
    """C11: deliveries in load at `as_of` that somebody valued, of all in load.

    valued: by row, whether it or a parent has a value; None: where its field has one.
    """
    rows = in_load(items, as_of)
    if valued is None:
        valued = items["value_cents"].to_numpy(np.int64) != NONE
    return Coverage("C11", int((rows & valued).sum()), int(rows.sum()))

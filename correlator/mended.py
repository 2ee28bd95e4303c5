"""A hotfix went live while an incident was open: which deployment it mended."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import Entity
from correlator.cases import cases, clock, live_deployments, names_of
from correlator.evidence import Evidence, Found, found_pairs, no_pairs
from correlator.hotfixes import deployment_marks
from correlator.incident_texts import incidents_named, sure
from correlator.remedies import ended_late, while_open
from correlator.suspects import LIKELY, suspects
from correlator.undone import rollbacks

_LIKELIEST, _ONE_OF_SEVERAL = 1 / 2, 1 / 4
_AGAINST: Final = 0.5


def hotfixed(evidence: Evidence, found: Found) -> pd.DataFrame:
    """A hotfix went live while the incident was open: the likeliest deployment of those before it.

    Where several deployments lie in the window it has half of the base if, by three to one, it is
    the cause rather than another of them, else a quarter (where too little is known to tell its
    share, at most half), for the hotfix does not say which it mends. It is half as sure where time
    speaks against all of them, or where the incident stayed open for long after the hotfix.
    """
    if evidence.incidents.empty:
        return no_pairs()
    live = live_deployments(evidence)
    table = suspects(evidence, found)
    table = table.assign(due=table.groupby("incident_id")["chance"].transform("sum"))
    latest = table["ago_s"] == table.groupby("incident_id")["ago_s"].transform("min")
    table = table[((table["place"] == 0) & ~table["ruled_out"]) | (latest & table["ruled_out"])]
    table = _mending(evidence, found, table, live)
    likely = table["chance"] >= LIKELY * table["due"]
    learned = likely.map({True: _LIKELIEST, False: _ONE_OF_SEVERAL})
    share = learned.where(table["learned"], table["chance"].clip(upper=_LIKELIEST))
    weight = share.where(table["several"] > 1, 1.0).to_numpy("float64")
    against = (table["due"] <= 1 - LIKELY).to_numpy() | ended_late(evidence, found, table)
    pairs = found_pairs(table["deployment_id"], table["incident_id"], _sentences(table, live))
    return pairs.assign(weight=np.where(against, _AGAINST, 1.0) * weight)


def _sentences(table: pd.DataFrame, live: pd.DataFrame) -> list[str]:
    names = names_of(live)
    columns = (table[name] for name in ("fix_id", "deployment_id", "names_it", "several"))
    return [
        f"The hotfix {names[fix]}"
        + (", which names the incident," if told else "")
        + f" went live at {at}, while the incident was open, after {names[number]}"
        + (f"; {several} deployments lie in the window before it" if several > 1 else "")
        for fix, number, told, several, at in zip(*columns, clock(table["remedy_ts"]), strict=True)
    ]


def _mending(
    evidence: Evidence, found: Found, table: pd.DataFrame, live: pd.DataFrame
) -> pd.DataFrame:
    """The rows with the hotfix that mended their incident: fix_id, remedy_ts, names_it.

    It counts if its commits, merge requests or change name the incident, or if it is the first
    hotfix within the window after the incident began. One that names another incident, or that was
    written before this one began, is for something else.
    """
    marks = _hotfixes(evidence, found, live)
    remedies = marks.rename(columns={"deployment_id": "fix_id", "finished_ts": "remedy_ts"})
    starts = cases(evidence)[["incident_id", "start_ts"]]
    table = table.merge(starts, on="incident_id").merge(remedies, on="service_id")
    table = while_open(evidence, table)
    named = _named_by_fixes(evidence, found, live)
    pairs = pd.MultiIndex.from_frame(named[["deployment_id", "incident_id"]])
    names_it = pd.MultiIndex.from_frame(table[["fix_id", "incident_id"]]).isin(pairs)
    for_other = table["fix_id"].isin(named["deployment_id"]).to_numpy() & ~names_it
    soon = table["remedy_ts"] - table["start_ts"] <= evidence.incident_rules.window_s
    fresh = (table["written_ts"] == NONE) | (table["written_ts"] > table["start_ts"])
    counts = names_it | (soon.to_numpy() & fresh.to_numpy() & ~for_other)
    table = table.assign(names_it=names_it)[counts]
    table = table.sort_values(["names_it", "remedy_ts", "fix_id"], ascending=[False, True, True])
    return table.drop_duplicates(["incident_id", "deployment_id"])


def _hotfixes(evidence: Evidence, found: Found, live: pd.DataFrame) -> pd.DataFrame:
    """deployment_id, service_id, finished_ts, written_ts: the hotfixes, and when the last of their
    commits was written (`NONE`: not known).
    """
    pairs = found.pairs(Entity.COMMIT, Entity.MERGE_REQUEST)
    shipped = evidence.brought.merge(pairs, left_on="commit_id", right_on="a_id")
    under = found.pairs(Entity.DEPLOYMENT, Entity.CHANGE)
    marked = deployment_marks(
        live,
        shipped=shipped.rename(columns={"b_id": "merge_request_id"}),
        requests=evidence.merge_requests,
        under=under.rename(columns={"a_id": "deployment_id", "b_id": "change_id"}),
        changes=evidence.changes,
    )
    hotfix = evidence.incident_rules.hotfixes(marked) & ~marked["deployment_id"].isin(
        rollbacks(live)
    ).to_numpy(np.bool_)
    commits = evidence.brought.merge(
        evidence.commits[["commit_id", "committed_ts"]], on="commit_id"
    )
    written = commits.groupby("deployment_id")["committed_ts"].max()
    rows = marked.loc[hotfix, ["deployment_id", "service_id", "finished_ts"]]
    told = rows["deployment_id"].map(written).fillna(NONE).astype("int64")
    return rows.assign(written_ts=told)


def _named_by_fixes(evidence: Evidence, found: Found, live: pd.DataFrame) -> pd.DataFrame:
    """deployment_id, incident_id: what each deployment names, by its commits, their merge requests
    and the change that it was made under.
    """
    named = incidents_named(evidence, found)
    brought = evidence.brought[["deployment_id", "commit_id"]].drop_duplicates()
    by_commit = named[named["kind"] == Entity.COMMIT].rename(columns={"id": "commit_id"})
    by_change = named[named["kind"] == Entity.CHANGE].rename(columns={"id": "b_id"})
    under = sure(found.pairs(Entity.DEPLOYMENT, Entity.CHANGE))
    pairs = [
        brought.merge(by_commit, on="commit_id"),
        under.rename(columns={"a_id": "deployment_id"}).merge(by_change, on="b_id"),
    ]
    names = ["deployment_id", "incident_id"]
    table = pd.concat([one[names] for one in pairs]).drop_duplicates()
    return table[table["deployment_id"].isin(live["deployment_id"])].reset_index(drop=True)

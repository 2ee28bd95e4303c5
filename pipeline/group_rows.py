"""What is told of a queue of groups: its dates, each of them, and one with its items."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote, urlencode

import numpy as np

from core.errors import NotFoundError
from metrics.mapping import Ints
from metrics.periods import DAY
from metrics.queue_places import TO_COME
from metrics.stretches import FOREVER
from pipeline.explain import explained, item_rows
from pipeline.forecast_answers import (
    beyond,
    days_until,
    grounds,
    history_reason,
    later,
    today,
    told,
)
from pipeline.group_forecasts import AT_RISK, Plan, Queued, counted_items, queued
from pipeline.group_lateness import Late, late_of
from pipeline.group_members import before, members
from pipeline.question import Question
from pipeline.queue_groups import ORDERS, STATES
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.times import iso

Answer = dict[str, Any]
SLUG: Final = "forecast_queue"


def queue_answer(snapshot: Snapshot, stream: StreamFacts, asked: Question, plan: Plan) -> Answer:
    """Every open group with the dates at which it is done with 50, 85 and 95 %, in their order; the
    value is the whole queue.
    """
    body, found = _graded(snapshot, stream, asked, plan)
    late = late_of(snapshot, stream, asked, plan)
    rows = [_row(stream, found, late, int(at), asked, plan) for at in _open(found)]
    return {
        **body,
        "explain": f"{body['explain']}&beside={plan.beside}{_asked_of(plan)}",
        **_plan(plan),
        "dates": _dates(found.until(-1), asked),
        "due": _due(found, rows),
        "lateness": late.told(),
        "grown": _grown(found),
        "without": _without(found),
        "dormant_items": _dormant(found),
        "items": rows,
        **grounds(stream, found.pool, asked),
    }


def _graded(
    snapshot: Snapshot, stream: StreamFacts, asked: Question, plan: Plan
) -> tuple[Answer, Queued]:
    """The envelope of the whole queue, and the queue: without dates where its grade withholds
    them, as it withholds the value.
    """
    found = queued(snapshot, stream, asked, plan)
    whole = found.until(-1)
    body = told(
        snapshot, stream, SLUG, "d", whole, found.pool,
        nothing=_nothing(found),
        reasons=_reasons(found, whole, asked),
        parts=_parts(found),
        explain="forecasts/queue/explain",
    )  # fmt: skip
    if body["grade"] != "D" or found.days is None:
        return body, found
    nobody = np.full(len(found.groups), np.nan)
    why = str(body["reasons"][0])
    return body, replace(found, days=None, missing=why, chance=nobody, together=None)


def one_answer(
    snapshot: Snapshot, stream: StreamFacts, asked: Question, plan: Plan, key: str
) -> Answer:
    """One group with its items, and what stands before its last; `NotFoundError` where none that is
    open has this key.
    """
    _, found = _graded(snapshot, stream, asked, plan)
    keys = {found.groups.table["key"].iloc[at]: int(at) for at in _open(found)}
    if key not in keys:
        raise NotFoundError(
            f'there is no {found.groups.of} "{key[:40]}" with open items in this stream'
        )
    place = keys[key]
    late = late_of(snapshot, stream, asked, plan)
    return {
        **_row(stream, found, late, place, asked, plan),
        **_plan(plan),
        "reason": _reason(found, place),
        "members": members(found, place),
        "before": before(found, place),
        "as_of": iso(asked.as_of),
    }


def explain_queue(snapshot: Snapshot, stream: StreamFacts, asked: Question, plan: Plan) -> Answer:
    """The completions of the pool; left out is what was done beside the groups."""
    found = queued(snapshot, stream, asked, plan)
    window = found.pool.asked.window
    done = stream.items[window.holds(stream.items["done_ts"].to_numpy(np.int64))]
    inside = done["item_id"].isin(counted_items(stream, found.groups, plan.beside)["item_id"])
    rest = done[~inside].assign(excluded_reason=f"no_{found.groups.of}")
    return explained(SLUG, found.pool.asked, item_rows(done[inside]), item_rows(rest))


def _reasons(found: Queued, whole: Answer, asked: Question) -> tuple[str, ...]:
    if found.days is not None:
        return tuple(beyond(whole, asked))
    return (found.missing,)


def _nothing(found: Queued) -> str:
    """Why the queue is empty, "" where it is not."""
    if found.items:
        return ""
    of = found.groups.of
    if of == "release" and not len(found.groups.counted):
        return "no item is planned for a release: a fix version of Jira, a milestone of GitLab"
    to_come = " that is to come" if of == "release" else ""
    dormant = " and not dormant" if found.backlog.open.any() else ""
    return f"nothing that belongs to a {of}{to_come} is open{dormant}"


def _reason(found: Queued, place: int) -> str | None:
    """Why one group has no date."""
    if found.backlog.standing.member[:, place].any():
        missing = found.pool.missing
        return history_reason(missing) if missing else found.missing or None
    return "all that is open of it is dormant: unbegun for longer than 95 % of what was begun"


def _asked_of(plan: Plan) -> str:
    return "" if plan.of == "parent" else f"&of={plan.of}"


def _plan(plan: Plan) -> Answer:
    return {
        "of": plan.of,
        "order": plan.ordered,
        "orders": list(ORDERS),
        "first": list(plan.first),
        "growth": plan.growth,
        "beside": plan.beside,
        "dormant": plan.dormant,
    }


def _open(found: Queued) -> Ints:
    """The open groups, the one that stands first leading."""
    places = np.flatnonzero(found.backlog.open)
    ordered: Ints = places[np.argsort(found.backlog.rank[places])]
    return ordered


def _parts(found: Queued) -> dict[str, float]:
    """How many groups and items the queue has; an item in two groups is one."""
    stood = found.backlog.standing.item
    states = found.backlog.items["state"].reindex(stood[stood >= 0])
    return {
        "groups": float(found.backlog.open.sum()),
        "items": float(found.items),
        "in_flight": float((states == "in_flight").sum()),
        "not_started": float((states == "not_started").sum()),
    }


def _dates(days: Answer, asked: Question) -> Answer:
    first = today(asked)
    return {name: later(first, count, asked) for name, count in days.items()}


def _due(found: Queued, rows: list[Answer]) -> Answer:
    """Of the open groups with a date: how many meet it less surely than 85 %, and how likely all
    meet theirs by the pace alone.
    """
    dues = [row["due"] for row in rows if row["due"]]
    at_risk = None if found.days is None else sum(due["at_risk"] is True for due in dues)
    return {"with_date": len(dues), "at_risk": at_risk, "all_in_time": found.together}


def _grown(found: Queued) -> Answer:
    """How the open groups that are begun grew since."""
    rows = found.backlog.open & (found.begun < FOREVER)
    total = int(_total(found)[rows].sum())
    if found.added is None:
        return {"items": total, "added": None, "growth": None}
    added = int(found.added[rows].sum())
    before = total - added
    return {"items": total, "added": added, "growth": added / before if before else None}


def _total(found: Queued) -> Ints:
    counts = found.backlog.counts
    whole: Ints = counts["done"] + counts["in_flight"] + counts["not_started"]
    return whole


def _dormant(found: Queued) -> Answer:
    """How many items of open groups lie unbegun for longer than nearly all that was ever begun, and
    how long that is.
    """
    limit = found.backlog.dormant_s
    return {
        "items": int(found.backlog.counts["dormant"][found.backlog.open].sum()),
        "longer_than_d": None if limit is None else limit / DAY,
    }


def _without(found: Queued) -> Answer:
    """What is open and belongs to no group."""
    items = found.backlog.items
    rest = items[~items["item_id"].isin(found.groups.item)]
    return {state: int((rest["state"] == state).sum()) for state in ("in_flight", "not_started")}


def _row(
    stream: StreamFacts, found: Queued, late: Late, place: int, asked: Question, plan: Plan
) -> Answer:
    """One group: what it has, what stands before its last item, and when it is done."""
    own, standing = found.groups.table.iloc[place], found.backlog.standing
    counts = {name: int(found.backlog.counts[name][place]) for name in (*STATES, "dormant")}
    others, days = standing.before(place), found.until(place)
    begun = int(found.begun[place])
    return {
        **{name: own[name] for name in ("key", "title", "type", "url")},
        "items": {
            "total": int(_total(found)[place]),
            **counts,
            "added": None if found.added is None else int(found.added[place]),
            "to_come": int((standing.member[:, place] & (standing.item == TO_COME)).sum()),
        },
        "ahead": {
            "items": len(others),
            "groups": int(standing.member[others].any(axis=0).sum()),
        },
        "days": days,
        "dates": _dates(days, asked),
        "corrected": late.row(days["p50"], asked),
        "due": _due_row(found, late, place, asked),
        "begun_at": iso(begun) if begun < FOREVER else None,
        "explain": _address(stream, str(own["key"]), plan),
    }


def _address(stream: StreamFacts, key: str, plan: Plan) -> str:
    """Of one group, with the plan as far as it is not the usual one."""
    usual = {**_plan(Plan(of=plan.of)), "of": "parent"}
    told_of = {**_plan(plan), "first": ",".join(plan.first)}
    said = {name: one for name, one in told_of.items() if one and one != usual[name]}
    query = f"?{urlencode(said, safe=',')}" if said else ""
    return f"/v1/streams/{stream.config.name}/forecasts/queue/{quote(key, safe='')}{query}"


def _due_row(found: Queued, late: Late, place: int, asked: Question) -> Answer | None:
    """The date, how likely it is met, and whether that is too little; None without one."""
    due = found.groups.due(place, asked.tz)
    if due is None:
        return None
    told = float(found.chance[place])
    chance = None if np.isnan(told) else told
    corrected = late.chance(found.until(place)["p50"], days_until(today(asked), due.day, asked))
    counts = chance if corrected is None else corrected
    return {
        "date": due.day.isoformat(),
        "told_by": due.told_by,
        "overdue": due.day < today(asked),
        "chance": chance,
        "corrected_chance": corrected,
        "at_risk": None if counts is None else counts < AT_RISK,
    }

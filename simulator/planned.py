"""What the company plans its work for: a release a month, in Jira and in GitLab, and due dates.

Chance is drawn from a source of its own for each project, so that nothing else of the company
moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from simulator.model import Item, StreamPlan, World
from simulator.model_gitlab import Issue
from simulator.model_planned import Milestone, Version

_AHEAD: Final = 4
"""So many releases are planned from now on."""

_FIRST_VERSION, _FIRST_MILESTONE = 10500, 501
_LATER: Final = "Later"
_UNPLANNED: Final = {"done": 0.12, "active": 0.15, "waiting": 0.15, "new": 0.35}
"""By what a status means, the share of items that nobody plans for a release."""

_YOUNG: Final = timedelta(weeks=13)


def plan_releases(world: World) -> None:
    """Give the world its versions, milestones and due dates, and items and issues what they are
    planned for.
    """
    days = _months(world.start.date(), world.now.date())
    for plan in world.streams:
        rng = Random(f"{world.seed}/planned {plan.project}")
        versions = _versions(plan.project, days, world.now, rng, len(world.versions))
        world.versions += versions
        for item in world.items:
            if item.project == plan.project and item.type in plan.item_types:
                item.versions = _planned(item, plan, versions, world.now, rng)
            elif item.project == plan.project and item.type == "Epic":
                item.due = _due(item, plan, world.now, rng)
    _plan_issues(world, days)


def _months(start: date, now: date) -> list[date]:
    """The last Thursday of each month from the first to some after now."""
    found: list[date] = []
    day = start
    while sum(one >= now for one in found) < _AHEAD:
        following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        last = following - timedelta(days=1)
        found.append(last - timedelta(days=(last.weekday() - 3) % 7))
        day = following
    return found


def _versions(
    project: str, days: Sequence[date], now: datetime, rng: Random, before: int
) -> list[Version]:
    """A version for each of the days, and one that nobody gave a date. At some projects the last
    one that was due is not out yet.
    """
    late = rng.random() < 0.5
    past = [day for day in days if day < now.date()]
    found = []
    for number, day in enumerate(days):
        out = day in past and not (late and day == past[-1])
        number_ = _FIRST_VERSION + before + number
        start = days[number - 1] if number else None
        name = f"{day:%Y.%m}"
        found.append(Version(str(number_), project, name, start, day, out, out and number < 3))
    last = _FIRST_VERSION + before + len(days)
    return [*found, Version(str(last), project, _LATER, None, None)]


def _planned(
    item: Item, plan: StreamPlan, versions: Sequence[Version], now: datetime, rng: Random
) -> list[str]:
    """Ids of the versions that an item is planned for, in their order: what is done, for the one
    that came next; what is in hand, for the next or the one after; the rest for a later one.
    """
    state, since = _state(item, plan)
    drawn, share = rng.random(), rng.random()
    if state == "cancelled" or drawn < _UNPLANNED[state]:
        return []
    dated = [one for one in versions if one.due]
    if state == "done":
        return [one.id for one in dated if one.due and one.due >= since.date()][:1]
    ahead = [one for one in dated if not one.released]
    if state != "new":
        first = 0 if share < 0.6 else 1
        return [one.id for one in ahead[first : first + (2 if share > 0.8 else 1)]]
    if now - item.created > _YOUNG:
        return [versions[-1].id] if share < 0.5 else []
    return [ahead[1 if share < 0.4 else 2].id]


def _state(item: Item, plan: StreamPlan) -> tuple[str, datetime]:
    """What its status means now, and since when."""
    states = {status.id: status.state for status in (*plan.statuses, *plan.retired)}
    if not item.moves:
        return states[item.first_status], item.created
    return states[item.moves[-1].to_status], item.moves[-1].at


def _due(epic: Item, plan: StreamPlan, now: datetime, rng: Random) -> date | None:
    """Four epics in ten have a due date: what is over, about when it was; the others, to come."""
    has, days = rng.random() < 0.4, rng.randrange(-14, 15)
    ahead = timedelta(days=rng.randrange(10, 130))
    if not has:
        return None
    state, since = _state(epic, plan)
    return (since + timedelta(days=days)).date() if state == "done" else (now + ahead).date()


def _plan_issues(world: World, days: Sequence[date]) -> None:
    """A milestone a month for each repository with issues; three of four issues are planned."""
    repositories = sorted({issue.repository for issue in world.issues})
    for repository in repositories:
        rng = Random(f"{world.seed}/milestones {repository}")
        own = list(_milestones(repository, days, world.now.date(), len(world.milestones)))
        world.milestones += own
        for issue in world.issues:
            if issue.repository == repository:
                issue.milestone = _milestone(issue, own, rng)
                issue.due = _issue_due(issue, world.now.date(), rng)


def _milestones(
    repository: str, days: Sequence[date], now: date, before: int
) -> Iterator[Milestone]:
    for number, day in enumerate(days):
        yield Milestone(
            _FIRST_MILESTONE + before + number,
            number + 1,
            repository,
            f"{day:%Y.%m}",
            day - timedelta(days=28),
            day,
            day < now,
        )


def _milestone(issue: Issue, milestones: Sequence[Milestone], rng: Random) -> int | None:
    planned, following = rng.random() < 0.75, rng.random() < 0.3
    if not planned:
        return None
    if issue.closed:
        closed = issue.closed.date()
        return next((one.id for one in milestones if one.due >= closed), None)
    return [one.id for one in milestones if not one.closed][following]


def _issue_due(issue: Issue, now: date, rng: Random) -> date | None:
    has, days = rng.random() < 0.2, rng.randrange(3, 60)
    return now + timedelta(days=days) if has and not issue.closed else None

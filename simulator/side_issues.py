"""The issues that teams keep in GitLab beside their code: a few for each repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random

from simulator import words
from simulator.calendar import DAY, HOUR, MINUTE, between, moment
from simulator.model import Person
from simulator.model_gitlab import Issue, IssueEvent

WORKFLOW = ("workflow::ready", "workflow::in dev", "workflow::verify")
_FIRST_ISSUE, _FIRST_EVENT = 20001, 60001
_SHARE = 0.03  # for each work item of the company
_TYPES = (("issue", 70), ("incident", 10), ("task", 20))


def side_issues(
    teams: Mapping[str, tuple[str, Sequence[Person]]], *, items: int, start: datetime,
    now: datetime, rng: Random,
) -> list[Issue]:  # fmt: skip
    """teams: of each repository, the name of its stream and its people. In order of creation."""
    found: list[Issue] = []
    for repository, (stream, people) in teams.items():
        count = max(2, round(_SHARE * items / len(teams)))
        for at in sorted(moment(rng, start + DAY, now - DAY) for _ in range(count)):
            kind = rng.choices([name for name, _ in _TYPES], [weight for _, weight in _TYPES])[0]
            title, author = words.title(stream, rng), rng.choice(people)
            issue = Issue(0, 0, repository, title, kind, author, at, at)
            _work_on(issue, people, now=now, rng=rng)
            found.append(issue)
    found.sort(key=lambda issue: (issue.created, issue.repository))
    _number(found)
    _relate(found, now=now)
    return found


def _work_on(issue: Issue, people: Sequence[Person], *, now: datetime, rng: Random) -> None:
    """From label to label until it is closed, or for as long as there is time."""
    at, last = issue.created, ""
    steps = [*WORKFLOW, ""] if rng.random() < 0.8 else [""]
    if rng.random() < 0.15:
        steps += ["reopened", ""]
    for step in steps:
        at += between(rng, HOUR, 6 * DAY)
        if at >= now:
            return
        by = rng.choice(people)
        if step.startswith("workflow"):
            # The server takes the label of the same scope away by itself, in the same moment.
            if last:
                issue.events.append(IssueEvent(0, at, by, on=False, label=last))
            issue.events.append(IssueEvent(0, at, by, on=True, label=step))
            issue.labels, last = [step], step
        else:
            issue.events.append(IssueEvent(0, at, by, on=step == "reopened"))
            issue.closed = None if step == "reopened" else at
        issue.updated = at


def _number(issues: Sequence[Issue]) -> None:
    counts: dict[str, int] = {}
    for position, issue in enumerate(issues):
        counts[issue.repository] = counts.get(issue.repository, 0) + 1
        issue.id, issue.iid = _FIRST_ISSUE + position, counts[issue.repository]
    events = sorted((event for issue in issues for event in issue.events), key=lambda one: one.at)
    for number, event in enumerate(events, start=_FIRST_EVENT):
        event.id = number


def _relate(issues: Sequence[Issue], *, now: datetime) -> None:
    """The second is blocked by the first; the third was moved to where the last one is."""
    if len(issues) < 4 or issues[-1].created + MINUTE >= now:
        return
    first, second, third, last = issues[0], issues[1], issues[2], issues[-1]
    second.blocked_by, second.linked = first.id, second.created
    third.moved_to, third.closed = last.id, last.created
    third.events = [event for event in third.events if event.at < last.created]
    third.events.append(IssueEvent(_FIRST_EVENT - 1, last.created, last.author, on=False))
    third.updated = last.created

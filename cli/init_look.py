"""One source of `headwater init`: tested, a choice made, and what it shows collected."""

from __future__ import annotations

from dataclasses import replace

import typer

from cli.init_ask import Desk, choose
from cli.init_tell import Progress, tell_look
from connectors.look import Code
from core.errors import ConfigError
from pipeline.draft.advice import NEEDS
from pipeline.draft.looking import (
    CODE,
    TRACKERS,
    Given,
    Look,
    code_looks,
    desk_look,
    jobs_look,
    looking,
    samples_of,
)
from pipeline.draft.making import Seen
from pipeline.draft.sampling import Sample

_BOARDS = "its board is refused; a scoped token needs read:board-scope:jira-software for it"
_MOST_OF_CODE, _LEAST_OF_CODE, _ALL_OF_CODE = 60, 20, 300
"""Issues of code hosts have their history one by one, with several requests each."""


def seen_of(desk: Desk, given: Given, *, tracked: bool, fresh: bool, sample: int) -> Seen:
    """What a source shows; `SourceError`, `ConfigError`.

    tracked: whether another source has the work items already. fresh: False where the
    configuration has the source. sample: how many items of a project are looked at.
    """
    progress = Progress()
    progress.show(f"{given.url} ..")
    try:
        with looking(given, desk.home, desk.env) as look:
            tell_look(look, progress)
            found = Seen(given, look.places.account, fresh=fresh)
            if given.kind == "servicenow":
                return _of_desk(look, found, progress)
            if given.kind == "jenkins":
                return _of_jobs(look, found, progress)
            return _of_projects(desk, look, found, progress, tracked=tracked, sample=sample)
    finally:
        progress.clear()


def _of_desk(look: Look, found: Seen, progress: Progress) -> Seen:
    progress.show("changes and incidents ..")
    seen = desk_look(look)
    progress.line(
        f"its {seen.rows} newest changes and incidents name {len(seen.items)} configuration items"
    )
    return replace(found, desk=seen)


def _of_jobs(look: Look, found: Seen, progress: Progress) -> Seen:
    progress.show("jobs ..")
    jobs = jobs_look(look)
    progress.line(f"{jobs.count} jobs, {len(jobs.deploying)} of them seem to deploy")
    return replace(found, jobs=jobs)


def _of_projects(
    desk: Desk, look: Look, found: Seen, progress: Progress, *, tracked: bool, sample: int
) -> Seen:
    progress.clear()
    chosen = choose(desk, look.given, look.places)
    if not chosen:
        kind = look.given.kind
        raise ConfigError(f"nothing is visible to this account; {NEEDS[kind]}")
    if len(chosen) < len(look.places.places) and not (desk.asking or look.given.chosen):
        told = f"{len(chosen)} of {len(look.places.places)} are taken: {', '.join(chosen)}"
        progress.line(f"{told}; name others with --project")
    code = look.given.kind in CODE
    found = replace(found, given=replace(look.given, chosen=chosen))
    if code:
        codes = code_looks(look, chosen, lambda number: progress.show(f"{chosen[number - 1]} .."))
        for one in codes:
            _tell_code(one, NEEDS[look.given.kind], progress)
        found = replace(found, codes=codes)
    if look.given.kind not in TRACKERS or (code and not _has_items(desk, look, tracked=tracked)):
        return found
    given, samples = samples_of(
        look,
        chosen,
        most=min(sample, _of_code(len(chosen))) if code else sample,
        home=desk.home,
        env=desk.env,
        tell=lambda project, count: progress.show(f"{project}: {count} items ..", count or None),
    )
    for sampled in samples:
        progress.line(_told_of_sample(sampled))
        if sampled.board.refused:
            progress.line(f"✗ {sampled.project}: {_BOARDS}")
    return replace(found, given=given, samples=samples)


def _of_code(repositories: int) -> int:
    """How many issues of each repository are looked at: fewer of each where there are many."""
    return min(_MOST_OF_CODE, max(_LEAST_OF_CODE, _ALL_OF_CODE // repositories))


def _has_items(desk: Desk, look: Look, *, tracked: bool) -> bool:
    """Whether the issues of a code host are the work items."""
    if not desk.asking:
        return not tracked
    name = {"gitlab": "GitLab", "github": "GitHub"}[look.given.kind]
    return typer.confirm(f"  Are your work items issues of {name}?", default=not tracked)


def _tell_code(one: Code, need: str, progress: Progress) -> None:
    progress.line(_told_of_code(one))
    if one.refused:
        lists = ", ".join(one.refused)
        progress.line(f"✗ {one.path}: {lists} refused or switched off; if they are used: {need}")


def _told_of_code(one: Code) -> str:
    places = ", ".join(f"{ran.name} ({ran.runs})" for ran in one.environments[:4])
    more = f" and {len(one.environments) - 4} more" if len(one.environments) > 4 else ""
    where = f"; deployed to {places}{more}" if places else "; no environments"
    return f"{one.path}: {len(one.requests)} newest {one.word}{where}"


def _told_of_sample(one: Sample) -> str:
    passed = {visit.status for history in one.histories for visit in history.visits}
    board = f", board {one.board.name}" if one.board.name else ""
    title = f" {one.title}" if one.title and "/" not in one.project else ""
    if not one.histories:
        return f"{one.project}{title}: no items{board}"
    items = "1 item" if len(one.histories) == 1 else f"{len(one.histories)} items"
    return f"{one.project}{title}: {items} passed {len(passed)} statuses{board}"

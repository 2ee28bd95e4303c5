"""Puts together what several sources showed into one draft."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from connectors.look import Code, Desk, Jobs
from pipeline.draft.looking import Given
from pipeline.draft.rendering import Draft
from pipeline.draft.sampling import Sample
from pipeline.draft.services import rules_of, services_of, with_code, with_items
from pipeline.draft.streams import StreamDraft, streams_of, without_ideas


@dataclass(frozen=True, slots=True)
class Seen:
    """What one source showed. fresh: False where the configuration has it already."""

    given: Given
    account: str
    samples: Sequence[Sample] = ()
    codes: Sequence[Code] = ()
    jobs: Jobs | None = None
    desk: Desk | None = None
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Made:
    """A draft; held: projects that only hold the ideas of others, and so are no streams. empty:
    those of which nothing is known, no item and no board.
    """

    draft: Draft
    held: Sequence[str] = field(default_factory=list)
    empty: Sequence[str] = field(default_factory=list)


def made_of(
    seen: Sequence[Seen],
    *,
    streams: Collection[str] = (),
    services: Collection[str] = (),
    repositories: Collection[str] = (),
) -> Made:
    """streams, services, repositories: names that the configuration has already; a repository that
    it has is part of no new service.
    """
    codes = [code for one in seen for code in one.codes]
    fresh_codes = [code for code in codes if code.path not in repositories]
    jobs = [job for one in seen if one.jobs for job in one.jobs.deploying]
    found = services_of(fresh_codes, jobs, taken=services)
    desks = [one.desk for one in seen if one.desk]
    unplaced: list[tuple[str, int]] = []
    for desk in desks:
        found, rest = with_items(found, desk)
        unplaced += rest
    drafts: list[StreamDraft] = []
    empty: list[str] = []
    taken = set(streams)
    for one in seen:
        for sample in one.samples:
            if not sample.histories and not sample.columns:
                empty.append(sample.project)
                continue
            new = streams_of(sample, source=one.given.name, taken=taken)
            taken |= {draft.name for draft in new}
            drafts += new
    kept, held = without_ideas(drafts)
    rules = {one.given.name: rules_of(one.jobs.deploying, codes, found) for one in seen if one.jobs}
    draft = Draft(
        [one.given for one in seen if one.fresh],
        {one.given.name: one.account for one in seen},
        found,
        with_code(kept, codes, found),
        rules,
        unplaced,
    )
    return Made(draft, held, empty)

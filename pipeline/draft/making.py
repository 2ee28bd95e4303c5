"""Puts together what several sources showed into one draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.look import Code, Desk, Jobs
from pipeline.draft.looking import Given
from pipeline.draft.rendering import Draft
from pipeline.draft.sampling import Sample
from pipeline.draft.services import (
    RuleDraft,
    ServiceDraft,
    rules_of,
    services_of,
    with_code,
    with_items,
)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What the configuration has already. streams, named: names of streams and of services.
    services: their names by repository. counted: names of streams by source and project.
    """

    streams: Collection[str] = ()
    named: Collection[str] = ()
    services: Mapping[str, str] = field(default_factory=dict)
    counted: Mapping[tuple[str, str], str] = field(default_factory=dict)


NOTHING: Final = Before()


@dataclass(frozen=True, slots=True)
class Made:
    """A draft; held: projects that only hold the ideas of others, and so are no streams. empty:
    those of which nothing is known, no item and no board. counted: those that a stream counts
    already, with its name. rules: for jobs of a source that the configuration has.
    """

    draft: Draft
    held: Sequence[str] = ()
    empty: Sequence[str] = ()
    counted: Sequence[tuple[str, str]] = ()
    rules: Mapping[str, Sequence[RuleDraft]] = field(default_factory=dict)


def made_of(seen: Sequence[Seen], before: Before = NOTHING) -> Made:
    """A repository of a service that there is makes no new one."""
    codes = [code for one in seen for code in one.codes]
    jobs = [job for one in seen if one.jobs for job in one.jobs.deploying]
    new_codes = [code for code in codes if code.path not in before.services]
    services = services_of(new_codes, jobs, taken=before.named)
    services, unplaced = _placed(seen, services)
    drafts, empty, counted = _streams(seen, before)
    kept, held = without_ideas(drafts)
    homes = {**before.services, **{one.repository: one.name for one in services}}
    rules = {one.given.name: rules_of(one.jobs.deploying, codes, homes) for one in seen if one.jobs}
    fresh = [one.given for one in seen if one.fresh]
    names = {one.name for one in fresh}
    draft = Draft(
        fresh,
        {one.given.name: one.account for one in seen},
        services,
        with_code(kept, codes, homes),
        {name: found for name, found in rules.items() if name in names},
        unplaced,
    )
    there = {name: found for name, found in rules.items() if name not in names}
    return Made(draft, held, empty, counted, there)


def _placed(
    seen: Sequence[Seen], services: list[ServiceDraft]
) -> tuple[list[ServiceDraft], list[tuple[str, int]]]:
    unplaced: list[tuple[str, int]] = []
    for desk in [one.desk for one in seen if one.desk]:
        services, rest = with_items(services, desk)
        unplaced += rest
    return services, unplaced


def _streams(
    seen: Sequence[Seen], before: Before
) -> tuple[list[StreamDraft], list[str], list[tuple[str, str]]]:
    """Streams, projects without any item, and those that a stream counts already."""
    found: list[StreamDraft] = []
    empty: list[str] = []
    counted: list[tuple[str, str]] = []
    taken = set(before.streams)
    for source, sample in [(one.given.name, sample) for one in seen for sample in one.samples]:
        if stream := before.counted.get((source, sample.project)):
            counted.append((sample.project, stream))
        elif not sample.histories and not sample.board.columns:
            empty.append(sample.project)
        else:
            new = streams_of(sample, source=source, taken=taken)
            taken |= {draft.name for draft in new}
            found += new
    return found, empty, counted

"""Streams as they are proposed for a project: one for each workflow that its items follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from core.records import StatusCategory
from metrics.workflow.groups import by_workflow
from metrics.workflow.meaning import BLOCKED
from pipeline.draft.naming import named
from pipeline.draft.sampling import Sample
from pipeline.draft.stages import Stages, stages_of

_IDEA_LINKS = ("implements",)
_IDEA_SHARE = 0.05
_IDEA_LEAST = 3
_IN_THE_WAY = "is blocked by"


@dataclass(frozen=True, slots=True)
class StreamDraft:
    """A stream as it is proposed. ideas: key of the project where ideas are written down, with how
    many of the items have one; None where none shows. types: name and number of items. blocked:
    statuses, labels and links that stop an item. alone: False where its project has another
    workflow beside.
    """

    name: str
    title: str
    source: str
    project: str
    types: tuple[tuple[str, int], ...]
    stages: Stages
    parents: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    ideas: tuple[str, int] | None = None
    ideas_link: str = "implements"
    blocked_statuses: tuple[str, ...] = ()
    blocked_labels: tuple[str, ...] = ()
    blocked_links: tuple[str, ...] = ()
    board: str = ""
    alone: bool = True
    repositories: tuple[tuple[str, str], ...] = ()
    services: tuple[str, ...] = ()


def streams_of(sample: Sample, *, source: str, taken: Collection[str] = ()) -> list[StreamDraft]:
    """One for each workflow, that of most items first; one without stages for a project of which
    nothing is known. taken: names of streams that there are already.
    """
    ends = _ends(sample)
    groups = by_workflow(sample.histories, ends=ends) or [()]
    used = set(taken)
    found = []
    for number, types in enumerate(groups):
        histories = [one for one in sample.histories if one.type in types]
        # A column that nobody used says nothing of a second workflow.
        columns = sample.board.columns if number == 0 else ()
        stages = stages_of(histories, sample.statuses, columns)
        counted = Counter(one.type for one in histories)
        suffix = "" if number == 0 else f" {types[0]}"
        title = f"{sample.title or sample.project}{suffix}"
        name = named(title, used, otherwise=f"{sample.project}{suffix}")
        used.add(name)
        draft = StreamDraft(
            name,
            title,
            source,
            sample.project,
            tuple((one, counted[one]) for one in types),
            stages,
            parents=sample.parents,
            parts=sample.parts,
            blocked_statuses=_blocking(stages),
            blocked_labels=tuple(sorted(one for one in sample.labels if _blocks(one))),
            blocked_links=_blocking_links(sample.links),
            board=sample.board.name if number == 0 else "",
            alone=len(groups) == 1,
        )
        found.append(_with_ideas(draft, sample))
    return found


def _ends(sample: Sample) -> set[str]:
    ended = {StatusCategory.NEW, StatusCategory.DONE}
    return {one.id for one in sample.statuses.values() if one.category in ended}


def _blocks(word: str) -> bool:
    return BLOCKED.search(word.casefold().replace("_", "-").replace("-", " ")) is not None


def _blocking(stages: Stages) -> tuple[str, ...]:
    """Statuses that are no queue but a hold, by name."""
    return tuple(
        status
        for stage in stages.stages
        if stage.state == "waiting"
        for status in stage.statuses
        if _blocks(status)
    )


def _blocking_links(links: Mapping[tuple[str, str], int]) -> tuple[str, ...]:
    return (_IN_THE_WAY,) if any(kind == _IN_THE_WAY for kind, _ in links) else ()


def _with_ideas(draft: StreamDraft, sample: Sample) -> StreamDraft:
    """The other project that most items say they implement something of."""
    found = [
        (count, kind, other)
        for (kind, other), count in sample.links.items()
        if kind in _IDEA_LINKS and other and other != sample.project
    ]
    items = sum(count for _, count in draft.types)
    if not found or not items:
        return draft
    count, kind, other = max(found)
    if count < _IDEA_LEAST or count < _IDEA_SHARE * items:
        return draft
    return replace(draft, ideas=(other, count), ideas_link=kind)


def without_ideas(drafts: Sequence[StreamDraft]) -> tuple[list[StreamDraft], list[str]]:
    """The streams of work, and the projects that only hold the ideas of others: no streams of
    their own, for each item counts in one.
    """
    held = {one.ideas[0] for one in drafts if one.ideas}
    kept = [one for one in drafts if one.project not in held]
    return kept, sorted(held & {one.project for one in drafts})

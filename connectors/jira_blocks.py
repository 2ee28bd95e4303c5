"""When an issue was blocked: by a flag, a label or a link, from its changelog and its present
state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.blocks import Known, Switch, intervals
from connectors.jira_changelog import Change
from core.records import Block, BlockKind


def flag_blocks(
    item: str,
    history: Sequence[Change],
    *,
    fields: Mapping[str, Any],
    flags: Mapping[str, str],
    known: Known,
) -> Iterator[Block]:
    """flags: field id to name; a changelog without ids is matched by the name. What is no field of
    the issue any more is not told.
    """
    for field_id, name in flags.items():
        changed = [
            change
            for change in history
            if change.field_id == field_id or (not change.field_id and change.name == name.lower())
        ]
        switches = [
            (change.at, _set(change.from_id, change.from_text), _set(change.to_id, change.to_text))
            for change in changed
        ]
        now_on = bool(fields[field_id]) if field_id in fields else None
        for start, end in intervals(switches, known=known, now_on=now_on):
            yield Block(item, BlockKind.FLAG, name, start, end)


def _set(value: str, text: str) -> bool:
    """Options are written as a list of ids, an empty one as nothing or `[]`."""
    return bool(value.strip("[] ") or text.strip())


def label_blocks(
    item: str,
    history: Sequence[Change],
    *,
    labels: Iterable[str],
    blocking: Iterable[str],
    known: Known,
) -> Iterator[Block]:
    """Labels are compared without regard to case; a changelog writes them with blanks between."""
    present = {label.lower() for label in labels}
    changed = [change for change in history if change.of("labels")]
    for label in sorted({label.lower() for label in blocking}):
        switches = [
            (change.at, label in _words(change.from_text), label in _words(change.to_text))
            for change in changed
        ]
        now_on = label in present
        for start, end in intervals(switches, known=known, now_on=now_on):
            yield Block(item, BlockKind.LABEL, label, start, end)


def _words(text: str) -> set[str]:
    return set(text.lower().split())


Link = tuple[str, str]
"""How an issue is linked, in lower case as Jira words it, and the key of the other issue."""


def link_times(history: Sequence[Change], present: Collection[Link]) -> dict[Link, list[Switch]]:
    """When each link was made and taken away, by the key that the other issue had last."""
    found: dict[Link, list[Switch]] = {}
    for change in history:
        if change.name != "link" or change.custom:
            continue
        if change.from_id:
            link = _link(change.from_text, change.from_id)
            found.setdefault(link, []).append((change.at, True, False))
        if change.to_id:
            link = _link(change.to_text, change.to_id)
            found.setdefault(link, []).append((change.at, False, True))
    _follow(found, present)
    return found


def _follow(times: dict[Link, list[Switch]], present: Collection[Link]) -> None:
    """Give what is told of a link under an old key of the other issue to its later key.

    A move writes nothing here. It shows where one link was made and is neither there nor taken
    away, and another of its kind is, that was never made: the oldest of those is taken for it.
    """
    lost = sorted((t[-1][0], link) for link, t in times.items() if t[-1][2] and link not in present)
    unmade = sorted((t[0][0], link) for link, t in times.items() if t[0][1])
    now = [(None, link) for link in sorted(present) if link not in times]
    for at, link in [*unmade, *now]:
        old = next((o for o in lost if o[1][0] == link[0] and (at is None or o[0] < at)), None)
        if old is not None:
            lost.remove(old)
            times[link] = [*times.pop(old[1]), *times.get(link, ())]


def _link(text: str, key: str) -> Link:
    """Jira writes a link into the changelog as a sentence: "This issue is blocked by SHOP-7"."""
    return text.removesuffix(key).strip().removeprefix("This issue ").lower(), key


def link_blocks(
    item: str,
    times: Mapping[Link, Sequence[Switch]],
    *,
    present: Iterable[Link],
    blocking: Iterable[str],
    known: Known,
) -> Iterator[Block]:
    """One block for each link of a blocking kind, for as long as the link stood."""
    kinds = {kind.lower() for kind in blocking}
    now = set(present)
    for link in sorted({*times, *now}):
        kind, key = link
        if kind not in kinds:
            continue
        switches = times.get(link, ())
        for start, end in intervals(switches, known=known, now_on=link in now):
            yield Block(item, BlockKind.LINK, f"{kind} {key}", start, end)

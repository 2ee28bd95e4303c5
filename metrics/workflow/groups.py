"""Which types of items share a workflow: a stream holds those of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from metrics.workflow.histories import History

_SHARED = 0.5
_ENOUGH = 5


def by_workflow(
    histories: Sequence[History], *, ends: Collection[str] = ()
) -> list[tuple[str, ...]]:
    """Groups of types, the one of most items first; in each the most frequent first.

    A type is of the first group in which at least half of what its items passed lies. `ends`: ids
    of statuses at either end, which most workflows share and which tell nothing. A type of less
    than five items, or whose items passed nothing else, is of the group of most items.
    """
    passed: dict[str, Counter[str]] = {}
    sizes = Counter(history.type for history in histories)
    for history in histories:
        middle = [status for status in history.path if status not in ends]
        passed.setdefault(history.type, Counter()).update(middle)
    groups: list[list[str]] = []
    known: list[Counter[str]] = []
    for kind, size in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])):
        home = _home(passed[kind], known, few=size < _ENOUGH)
        if home is None:
            groups.append([])
            known.append(Counter())
            home = len(groups) - 1
        groups[home].append(kind)
        known[home] += passed[kind]
    return [tuple(group) for group in groups]


def _home(passed: Mapping[str, int], known: Sequence[Counter[str]], *, few: bool) -> int | None:
    total = sum(passed.values())
    for number, group in enumerate(known):
        if total and sum(n for status, n in passed.items() if group[status]) >= _SHARED * total:
            return number
    return 0 if known and (few or not total) else None

"""Time by tool (F7), second by second; written from the text of the metrics specification alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Span = tuple[int | None, int | None]
"""From when to when; without an end it lasts, without a begin nobody knows when it was."""


@dataclass
class Life:
    """An item: when it was an idea, when it ended, and what is linked to it.

    requests: opened, closed or merged, and when it was merged.
    """

    start: int
    end: int
    builds: Sequence[Span] = ()
    approvals: Sequence[Span] = ()
    requests: Sequence[tuple[Span, int | None]] = ()


@dataclass
class Told:
    """Seconds by tool, all of its seconds, and why there are none."""

    parts: dict[str, int | None] = field(default_factory=dict)
    unions: dict[str, int | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    tracker: int = 0


def time_by_tool(life: Life) -> Told:
    """Each second belongs to the first tool that has the item then."""
    told = Told()
    why = {
        "ci": _why(life.builds, "no_builds_linked", "no_build_times"),
        "change_approval": _why(life.approvals, "no_changes", "no_approval_times"),
        "review": _why([one for one, _ in life.requests], "no_requests", "no_request_times"),
        "waiting_for_release": _not_waiting(life),
    }
    for tool, reason in why.items():
        told.reasons[tool] = reason
        told.parts[tool] = None if reason else 0
        told.unions[tool] = None if reason else 0
    for second in range(life.start, life.end):
        found = holders(life, second)
        for tool in found:
            told.unions[tool] = (told.unions[tool] or 0) + 1
        if found:
            told.parts[found[0]] = (told.parts[found[0]] or 0) + 1
        else:
            told.tracker += 1
    return told


def holders(life: Life, second: int) -> list[str]:
    """The tools that have the item in this second, the one that counts first."""
    tools = ("ci", "change_approval", "review", "waiting_for_release")
    return [tool for tool in tools if _holds(life, tool, second)]


def _why(spans: Sequence[Span], unlinked: str, untimed: str) -> str:
    if not spans:
        return unlinked
    return "" if any(start is not None for start, _ in spans) else untimed


def _not_waiting(life: Life) -> str:
    if not life.requests:
        return "no_requests"
    return "" if any(merged is not None for _, merged in life.requests) else "not_merged"


def _holds(life: Life, tool: str, second: int) -> bool:
    if tool == "waiting_for_release":
        merges = [merged for _, merged in life.requests if merged is not None]
        before = [merged for merged in merges if merged <= life.end]
        return bool(before) and second >= max(before)
    spans = {
        "ci": life.builds,
        "change_approval": life.approvals,
        "review": [one for one, _ in life.requests],
    }[tool]
    return any(
        start is not None and start <= second and (end is None or second < end)
        for start, end in spans
    )

"""The block of `headwater trace KEY` that tells where an item's time went, tool by tool."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cli.words import duration, share

_NAMES = {
    "tracker": "tracker",
    "tracker_unlinked": "tracker, unlinked",
    "review": "review",
    "ci": "CI",
    "change_approval": "change approval",
    "waiting_for_release": "waiting for release",
}
_REASONS = {
    "no_builds_linked": "no build is linked",
    "no_build_times": "no linked build tells when it was",
    "no_requests": "no merge request is linked",
    "no_request_times": "no linked merge request tells when it was",
    "no_changes": "no change request is linked",
    "no_approval_times": "no linked change request tells when approval was asked for",
    "not_merged": "no linked merge request is merged",
}
_UNTIL = {
    "released": "from idea to release",
    "done": "from idea to done",
    "cancelled": "from idea to cancellation",
    "now": "from idea to now",
}


def tool_lines(told: dict[str, Any] | None) -> Iterable[str]:
    """One line for each part, with its share of the whole; none where nothing is told."""
    if told is None:
        return
    whole = told["seconds"]
    yield f"[bold]Time by tool[/bold], {_UNTIL[told['until']]}: {duration(whole)}"
    for part in told["parts"]:
        name = f"  {_NAMES[part['tool']]:<20}"
        if part["seconds"] is None:
            yield f"{name}[dim]not known: {_REASONS[part['reason']]}[/dim]"
        else:
            of_whole = share(part["seconds"] / whole) if whole else ""
            yield f"{name}{duration(part['seconds']):>8}  {of_whole:>5}"
    yield ""

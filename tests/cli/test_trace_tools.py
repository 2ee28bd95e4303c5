"""Time by tool in `headwater trace`: one line for each part, and what is not known."""

from __future__ import annotations

import json
from typing import Any

from cli.trace_tools import tool_lines
from metrics.tool_time import UNLINKED, UNTIMED
from tests.cli.conftest import Run
from tests.e2e.company import Company

HOUR = 3600


def _part(tool: str, hours: int | None, reason: str | None = None) -> dict[str, Any]:
    seconds = None if hours is None else hours * HOUR
    return {"tool": tool, "seconds": seconds, "union_s": seconds, "reason": reason}


def _told(*parts: dict[str, Any], hours: int = 40, until: str = "released") -> list[str]:
    told = {"until": until, "seconds": hours * HOUR, "parts": list(parts)}
    return [" ".join(line.split()) for line in tool_lines(told)]


def test_each_part_has_its_time_and_share_and_what_is_not_known_says_why() -> None:
    lines = _told(
        _part("tracker", 10), _part("ci", 2), _part("change_approval", None, "no_changes")
    )
    assert lines == [
        "[bold]Time by tool[/bold], from idea to release: 40 h",
        "tracker 10 h 25 %",
        "CI 2 h 5 %",
        "change approval [dim]not known: no change request is linked[/dim]",
        "",
    ]


def test_time_without_any_link_is_named_so_and_an_item_of_no_time_has_no_shares() -> None:
    lines = _told(_part("tracker_unlinked", 0), hours=0, until="now")
    assert lines[:2] == [
        "[bold]Time by tool[/bold], from idea to now: 0 min",
        "tracker, unlinked 0 min",
    ]


def test_every_reason_has_words() -> None:
    for reason in {*UNLINKED.values(), *UNTIMED.values()}:
        assert "not known: no " in _told(_part("ci", None, reason))[1]


def test_an_item_that_no_stream_counts_has_no_such_block() -> None:
    assert list(tool_lines(None)) == []


def test_trace_prints_the_block_of_a_released_item(headwater: Run, company: Company) -> None:
    keys = (one.key for one in company.truth.items.values() if one.release.released_at)
    key = next(keys)
    out = headwater("trace", key).out
    body = json.loads(headwater("trace", key, "--json").out)
    assert "Time by tool, from idea to " in out
    assert [part["tool"] for part in body["time_by_tool"]["parts"]][1:] == [
        "review", "ci", "change_approval", "waiting_for_release",
    ]  # fmt: skip
    assert "waiting for release" in out.partition("Evidence")[0]

"""What a terminal shows while sources are read; nothing is told that is not known."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from rich.console import Console

from cli.bars import Bars
from cli.words import THIN
from connectors.history import Older
from connectors.stream import Cursor
from pipeline.history_status import part_read
from pipeline.progress import Part, Stored

AUGUST = datetime(2026, 8, 24, tzinfo=UTC)
NOVEMBER = datetime(2025, 11, 22, tzinfo=UTC)


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def drawn(bars: Bars, *, width: int = 80) -> list[str]:
    """The lines as they stand in a terminal of this width."""
    file = io.StringIO()
    Console(file=file, width=width, force_terminal=True, no_color=True, color_system=None).print(
        bars
    )
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    assert max(map(len, lines), default=0) <= width
    plain = [line.replace("━", " ").replace("╺", " ").split(" ") for line in lines]
    return [" ".join(filter(None, words)) for words in plain]


def test_a_source_without_a_total_shows_what_came_and_how_fast_but_no_share() -> None:
    clock = Clock()
    bars = Bars(clock)
    bars.started("gitlab", "merge_requests", 12)
    clock.now += 10
    bars.page("gitlab", "merge_requests", Stored(scope="7", seen=1_200, changed=1_100, requests=50))
    bars.finished("gitlab", "merge_requests", scope="7")
    assert drawn(bars) == [
        f"gitlab – 1{THIN}200 items 120 items/s 5.0 req/s 0:10",
        "merge requests 1 of 12",
    ]


def test_a_rate_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    bars = Bars(clock)
    bars.started("jira", "issues", 1)
    for seen in (3_000, 100, 100, 100):
        clock.now += 10
        bars.page("jira", "issues", Stored(seen=seen, changed=0, requests=1))
    assert "10 items/s" in drawn(bars)[0]


def test_a_part_of_the_history_shows_its_share_and_what_is_left_of_it() -> None:
    """From 20 % to 40 % in a minute: three more for the rest."""
    clock = Clock()
    bars = Bars(clock)
    bars.started("jira", "issues", 1)
    bars.page("jira", "issues", Stored(seen=100, changed=100, requests=1, part=Part(NOVEMBER, 0.2)))
    assert "left" not in drawn(bars)[1]
    clock.now += 60
    bars.page("jira", "issues", Stored(seen=100, changed=100, requests=2, part=Part(NOVEMBER, 0.4)))
    first, second = drawn(bars)
    assert first.startswith("jira 40 % 200 items")
    assert second == "issues back to 22 Nov 2025 (40 %); about 3 min left"


@pytest.mark.parametrize("share", [None, 0.5])
def test_of_several_streams_none_is_taken_for_the_whole(share: float | None) -> None:
    bars = Bars(Clock())
    bars.started("gitlab", "commits", 5)
    bars.started("gitlab", "issues", 1)
    bars.page("gitlab", "issues", Stored(seen=1, changed=1, part=Part(None, share)))
    first, second = drawn(bars)
    assert first.startswith("gitlab –")
    known = "" if share is None else " (50 %)"
    assert second == f"commits 0 of 5, issues back to the beginning{known}"


def test_repositories_that_wait_count_as_not_read() -> None:
    """One of four is read, another half: three eighths."""
    bars = Bars(Clock())
    bars.started("gitlab", "issues", 4)
    bars.page("gitlab", "issues", Stored(scope="1", seen=1, changed=1, part=Part(NOVEMBER, 0.1)))
    bars.finished("gitlab", "issues", scope="1")
    bars.page("gitlab", "issues", Stored(scope="2", seen=1, changed=1, part=Part(NOVEMBER, 0.5)))
    assert drawn(bars)[0].startswith("gitlab 37 %")


def test_what_is_read_tells_its_counts_and_whether_more_follows() -> None:
    clock = Clock()
    bars = Bars(clock)
    bars.started("jira", "issues", 1)
    clock.now += 5
    bars.page(
        "jira", "issues", Stored(seen=9, changed=8, requests=3, part=Part(AUGUST, 1.0, more=True))
    )
    bars.finished("jira", "issues")
    clock.now += 60
    assert drawn(bars) == [
        "jira 9 items 0:05",
        "read back to 24 Aug 2026, the rest follows; 8 new, 3 requests",
    ]
    bars.started("jira", "issues", 1)
    bars.page("jira", "issues", Stored(seen=1, changed=1, requests=2, part=Part(NOVEMBER, 1.0)))
    bars.finished("jira", "issues")
    assert drawn(bars)[1] == "1 stream read; 9 new, 5 requests"


def test_many_streams_and_long_names_fit_a_small_terminal() -> None:
    bars = Bars(Clock())
    for name in ("merge_requests", "pipelines", "deployments", "issues", "commits"):
        bars.started("the-source-of-all-code", name, 1_000)
    assert drawn(bars)[1] == (
        "merge requests 0 of 1000, pipelines 0 of 1000, deployments 0 of 1000…"
    )
    wide = drawn(bars, width=140)[1]
    assert wide.endswith("deployments 0 of 1000 and 2 more")


def _older(**times: datetime) -> Cursor:
    return {"older": {name: at.isoformat() for name, at in times.items()}}


def test_the_part_that_is_read_is_told_from_the_cursors() -> None:
    """Half of the newest ninety days; a quarter of the year before; its end, and what follows."""
    now = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
    left = {**_older(until=AUGUST, since=NOVEMBER), "watermark": "2026-10-08T00:00:00+00:00"}
    assert part_read({}, left, now) == Part(AUGUST, pytest.approx(0.5), more=True)
    assert part_read({}, {"watermark": "2026-10-08T00:00:00+00:00"}, now) is None

    begun = _older(until=AUGUST, since=NOVEMBER)
    quarter = NOVEMBER + (AUGUST - NOVEMBER) / 4
    going = _older(until=AUGUST, since=NOVEMBER, at=quarter, begun=AUGUST)
    assert part_read(begun, going, now) == Part(NOVEMBER, pytest.approx(0.25))
    assert part_read(begun, _older(until=NOVEMBER), now) == Part(NOVEMBER, 1.0, more=True)
    assert part_read(begun, {}, now) == Part(NOVEMBER, 1.0)
    assert part_read(begun, begun, now) == Part(NOVEMBER, None)
    assert Older.of(begun["older"]) is not None

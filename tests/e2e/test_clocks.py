"""Tools whose clocks are ten minutes off: the same rows, nothing read twice for ever, and told."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.app import create_app
from pipeline.checking import check_sources
from pipeline.database import opened
from simulator.faults import Faults
from simulator.server import running
from simulator.world import build_world
from tests.api.client import Client
from tests.e2e.dumps import HOW_OFTEN, differences, exact_rows
from tests.e2e.small import Small, rows_of, synced, undisturbed

TOOLS = ("jira", "gitlab", "jenkins", "snow")


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_off_loses_nothing_and_is_told_of_each_tool(
    tmp_path: Path, minutes: int
) -> None:
    skew = timedelta(minutes=minutes)
    # The newest of the company happened at the tools' own "now".
    world = build_world(2, datetime.now(UTC).replace(microsecond=0) + skew, items=12)
    with running(world, faults=Faults()) as server:
        company = Small(world, server)
        expected = undisturbed(company, tmp_path / "right")
        server.faults.clock_skew = skew
        _, settings = company.home(tmp_path / "off")
        assert not synced(settings).failed
        # Where the older history is cut from the last 90 days hangs on the clock of each tool.
        assert differences(rows_of(settings), expected, but=("stream_state", *HOW_OFTEN)) == {}
        asked = []
        with opened(settings.database) as database:
            before = exact_rows(database.engine, but="stream_state")
            for _ in range(2):
                earlier = Counter(company.server.requests)
                assert not synced(settings).failed
                asked.append(Counter(company.server.requests) - earlier)
            assert exact_rows(database.engine, but="stream_state") == before
            items = Client(create_app(settings, database)).json("/v1/sources")["items"]
            checks = {one.source: one.probes for one in check_sources(settings, database)}
    # What is younger than the lag becomes settled meanwhile: a list may move its anchor once.
    assert max((asked[1] - asked[0]).values(), default=0) <= 1
    assert {row["name"]: abs(row["clock_offset_s"] - minutes * 60) <= 2 for row in items} == (
        dict.fromkeys(TOOLS, True)
    )
    clocks = [probe for name in TOOLS for probe in checks[name] if probe.name == "clock"]
    assert [probe.ok for probe in clocks] == [False] * 4
    way = "ahead of" if minutes > 0 else "behind"
    assert all(f"s {way} this machine; set one of the two" in probe.detail for probe in clocks)

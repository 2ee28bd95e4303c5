"""What was noted by a clock that was ahead does not wait for that time to come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.stream import UNREAD, Census
from core.records import Entity
from pipeline.absence import Last
from pipeline.gaps import Gaps
from pipeline.watching import Watching

NOW = 1_700_000_000
_DAY = 86_400
_AHEAD = NOW + 9 * _DAY


CENSUS = Census(
    ids=lambda _: iter(()),
    missing=lambda *_: {},
    entity=Entity.ITEM,
    every=timedelta(days=1),
)


@pytest.mark.parametrize(
    ("moment", "due"),
    [(NOW, False), (NOW - _DAY + 1, False), (NOW - _DAY, True), (NOW + 1, True), (_AHEAD, True)],
)
def test_a_census_is_due_after_its_time_and_after_one_of_the_future(moment: int, due: bool) -> None:
    assert Last(moment).is_over(CENSUS, NOW) is due


def test_what_is_watched_is_due_after_its_wait_and_where_the_wait_is_of_the_future() -> None:
    ahead, now = Watching(_AHEAD), Watching(NOW)
    ahead.saw("run", is_open=True)
    now.saw("run", is_open=True)
    kept = ahead.kept()
    assert Watching.of(now.kept(), NOW + 1).due() == []
    assert Watching.of(now.kept(), NOW + 61).due() == ["run"]
    assert Watching.of(kept, NOW).due() == ["run"]
    assert Watching.of(kept, _AHEAD + 1).due() == []


def test_a_gap_is_asked_for_after_its_wait_and_where_the_wait_is_of_the_future() -> None:
    ahead, now = Gaps(_AHEAD), Gaps(NOW)
    for gaps in (ahead, now):
        gaps.saw("request", b"\x01", {"_details": {UNREAD: ["notes"]}})
    kept = now.kept()["_gaps"]
    assert Gaps.of(kept, NOW + 1).due() == []
    assert Gaps.of(kept, NOW + 61).due() == ["request"]
    assert Gaps.of(ahead.kept()["_gaps"], NOW).due() == ["request"]

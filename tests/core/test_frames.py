"""Times become seconds; one without a zone never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.frames import NONE, from_ts, to_ts


def test_a_moment_is_the_same_second_in_every_zone_and_cut_not_rounded() -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 999_999, tzinfo=UTC)
    there = moment.astimezone(timezone(timedelta(hours=2)))
    assert to_ts(moment) == to_ts(there) == 1774747800
    assert from_ts(1774747800) == moment.replace(microsecond=0)
    assert (to_ts(None), from_ts(NONE)) == (NONE, None)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="a time without a zone: 2026-03-29T01:30:00"):
        to_ts(datetime(2026, 3, 29, 1, 30, tzinfo=UTC).replace(tzinfo=None))

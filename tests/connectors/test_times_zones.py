"""Times of any zone, around the hours that a zone has twice or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.times import epoch_ms, iso, utc
from core.frames import from_ts, to_ts

ZONES = [
    "Europe/Berlin",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Pacific/Apia",
    "UTC",
]
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 10, tzinfo=UTC),
    datetime(2026, 11, 1, 9, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
]
"""When clocks are set in Berlin, Los Angeles and on Lord Howe, where it is half an hour."""

near_a_change = st.builds(
    lambda change, ms: change + timedelta(milliseconds=ms),
    st.sampled_from(CHANGES),
    st.integers(-3 * 3_600_000, 3 * 3_600_000),
)


@given(moment=near_a_change, zone=st.sampled_from(ZONES))
def test_every_form_of_a_moment_near_a_clock_change_is_that_moment(
    moment: datetime, zone: str
) -> None:
    local = moment.astimezone(ZoneInfo(zone))
    offset = local.strftime("%z")
    jira = f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{offset}"
    forms = [local.isoformat(), jira, iso(local), epoch_ms(moment)]
    assert [utc(form) for form in forms] == [moment] * 4
    assert epoch_ms(local) == epoch_ms(moment)


@given(one=near_a_change, other=near_a_change, zone=st.sampled_from(ZONES))
def test_the_order_of_two_moments_survives_their_local_forms_and_the_store(
    one: datetime, other: datetime, zone: str
) -> None:
    read = [utc(m.astimezone(ZoneInfo(zone)).isoformat()) for m in (one, other)]
    assert (read[0] < read[1]) == (one < other)
    assert (to_ts(read[0]) < to_ts(read[1])) <= (one < other)
    assert from_ts(to_ts(read[0])) == one.replace(microsecond=0)


@pytest.mark.parametrize(
    ("berlin", "expected"),
    [
        ("2026-03-29T01:59:59.999+0100", "2026-03-29T00:59:59.999Z"),
        ("2026-03-29T03:00:00.000+0200", "2026-03-29T01:00:00.000Z"),
        ("2026-10-25T02:30:00.000+0200", "2026-10-25T00:30:00.000Z"),
        ("2026-10-25T02:30:00.000+0100", "2026-10-25T01:30:00.000Z"),
    ],
)
def test_the_hour_that_comes_twice_is_told_apart_by_its_offset(berlin: str, expected: str) -> None:
    assert iso(utc(berlin)) == expected

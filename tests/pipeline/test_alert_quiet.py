"""Quiet hours in a time zone: over midnight, over weekends, and over changes of the clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.alert_settings import Quiet
from pipeline.alerts.quiet import not_before

BERLIN = "Europe/Berlin"


def _free(quiet: Quiet, at: str) -> str:
    """When a message of this moment may go, with its offset, in Berlin."""
    ts = int(datetime.fromisoformat(at).timestamp())
    return datetime.fromtimestamp(not_before(quiet, BERLIN, ts), ZoneInfo(BERLIN)).isoformat()


def _quiet(**given: object) -> Quiet:
    return Quiet.model_validate(given)


NIGHT = _quiet(**{"from": "22:00", "to": "06:30"})
WEEKEND = _quiet(**{"from": "19:00", "to": "08:00", "days": ["sat", "sun"]})
LUNCH = _quiet(**{"from": "12:00", "to": "13:00"})


@pytest.mark.parametrize(
    ("quiet", "at", "expected"),
    [
        (Quiet(), "2026-07-01T03:00+02:00", "2026-07-01T03:00:00+02:00"),
        (NIGHT, "2026-07-01T21:59:59+02:00", "2026-07-01T21:59:59+02:00"),
        (NIGHT, "2026-07-01T22:00+02:00", "2026-07-02T06:30:00+02:00"),
        (NIGHT, "2026-07-02T00:00+02:00", "2026-07-02T06:30:00+02:00"),
        (NIGHT, "2026-07-02T06:30+02:00", "2026-07-02T06:30:00+02:00"),
        (LUNCH, "2026-07-01T12:30+02:00", "2026-07-01T13:00:00+02:00"),
        (LUNCH, "2026-07-01T00:30+02:00", "2026-07-01T00:30:00+02:00"),
        # Friday evening to Monday morning
        (WEEKEND, "2026-07-03T19:00+02:00", "2026-07-06T08:00:00+02:00"),
        (WEEKEND, "2026-07-04T12:00+02:00", "2026-07-06T08:00:00+02:00"),
        # the night in which the clock goes forward (29 March, 02:00 to 03:00) is an hour shorter
        (NIGHT, "2026-03-28T23:00+01:00", "2026-03-29T06:30:00+02:00"),
        # and that in which it goes back (25 October, 03:00 to 02:00) an hour longer
        (NIGHT, "2026-10-24T23:00+02:00", "2026-10-25T06:30:00+01:00"),
        # an end that the clock leaves out is the end of the gap
        (_quiet(**{"from": "22:00", "to": "02:30"}), "2026-03-28T23:00+01:00",
         "2026-03-29T03:30:00+02:00"),
        # an end that comes twice is the first of both
        (_quiet(**{"from": "22:00", "to": "02:30"}), "2026-10-24T23:00+02:00",
         "2026-10-25T02:30:00+02:00"),
        (_quiet(**{"from": "22:00", "to": "06:00", "timezone": "UTC"}), "2026-07-02T01:00+02:00",
         "2026-07-02T08:00:00+02:00"),
        (_quiet(days=["mon", "tue", "wed", "thu", "fri", "sat"]), "2026-07-06T00:00+02:00",
         "2026-07-12T00:00:00+02:00"),
    ],
    ids=[
        "none", "before", "begin", "midnight", "end", "noon", "not-noon", "friday", "saturday",
        "forward", "back", "left-out", "twice", "other-zone", "six-days",
    ],
)  # fmt: skip
def test_a_message_goes_when_it_is_quiet_no_more(quiet: Quiet, at: str, expected: str) -> None:
    assert _free(quiet, at) == expected

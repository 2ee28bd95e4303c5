"""Times of vendors become UTC; what can't be placed is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.times import epoch_ms, iso, utc, utc_or_none
from core.errors import PayloadError

MOMENT = datetime(2026, 1, 5, 9, 11, 12, 345000, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-05T10:11:12.345+0100",
        "2026-01-05T10:11:12.345+01:00",
        "2026-01-05T09:11:12.345Z",
        1767604272345,
        1767604272.345,
    ],
)
def test_the_same_moment_in_every_form(value: str | float) -> None:
    assert utc(value) == MOMENT
    assert utc(value).tzinfo is UTC


@pytest.mark.parametrize(
    "value", ["2026-01-05T10:11:12", "2026-01-05", "yesterday", True, None, {}]
)
def test_what_cannot_be_placed_is_refused(value: Any) -> None:
    with pytest.raises(PayloadError):
        utc(value)


def test_absent_is_none() -> None:
    assert utc_or_none(None) is None
    assert utc_or_none("") is None


def test_a_moment_is_written_without_a_plus_sign_and_in_milliseconds() -> None:
    assert iso(MOMENT) == "2026-01-05T09:11:12.345Z"
    assert epoch_ms(MOMENT) == 1767604272345

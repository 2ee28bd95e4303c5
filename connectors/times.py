"""Vendors' times as aware UTC datetimes. A time without a zone is refused: guessing shifts history
by hours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from core.errors import PayloadError

_MILLISECONDS_FROM = 100_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1971, 9997


def utc(value: str | int | float) -> datetime:
    """ISO 8601 with an offset, or a number since the epoch (seconds, or milliseconds from 1973 on);
    `PayloadError`.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PayloadError(f"not a time: {value!r}")
    try:
        if not isinstance(value, str):
            short = value < _MILLISECONDS_FROM
            return _EPOCH + (timedelta(seconds=value) if short else timedelta(milliseconds=value))
        moment = datetime.fromisoformat(value)
    except (ValueError, OverflowError) as error:
        raise PayloadError(f"not a time: {value!r}") from error
    if moment.tzinfo is None:
        raise PayloadError(f"a time without a zone: {value!r}")
    return moment.astimezone(UTC)


def utc_or_none(value: str | int | float | None) -> datetime | None:
    """The same, and None for what is absent or empty."""
    return None if value is None or value == "" else utc(value)


def day_or_none(value: object) -> date | None:
    """A day, `2026-12-24`; None for what is none, or no day of our times."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if day is None or day.isoformat() != value:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since the epoch, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def iso(moment: datetime) -> str:
    """With `Z`: a `+` in a query is read as a blank by some servers."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

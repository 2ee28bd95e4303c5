"""What is asked of a metric: a window, a rhythm, kinds of work; checked once, for API and
commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import BadRequestError
from core.settings import Settings
from metrics.periods import DAY, Interval, Window
from metrics.working_time import WEEKDAYS, WorkingCalendar

Calendar = Literal["elapsed", "working"]
_DEFAULT = timedelta(days=90)
_KINDS = ("feature", "defect", "risk", "debt")
_MOST_PERIODS = 400
_SHORTEST: dict[Interval, int] = {
    "day": DAY,
    "week": 7 * DAY,
    "month": 28 * DAY,
    "quarter": 90 * DAY,
}
_WEEK_STARTS = {"monday": 0, "saturday": 5, "sunday": 6}


@dataclass(frozen=True, slots=True)
class Question:
    """`kinds` None: all. Times are epoch seconds; the window never reaches past `as_of`.

    known_at: the answer as it was then, with `as_of` in the same minute; None: as it is now.
    calendar: durations in its working time; None: elapsed.
    team: only the items of this team, see `pipeline/stream_teams.py`; None: all.
    """

    window: Window
    as_of: int
    tz: str
    week_starts: int
    interval: Interval | None = None
    kinds: Sequence[str] | None = None
    known_at: int | None = None
    calendar: WorkingCalendar | None = None
    team: str | None = None

    @property
    def last_day(self) -> date:
        """The day in its zone in which the window ends."""
        return datetime.fromtimestamp(self.window.to_ts - 1, ZoneInfo(self.tz)).date()


def question(
    settings: Settings,
    *,
    as_of: int,
    start: str | None = None,
    end: str | None = None,
    interval: str | None = None,
    kind: str | None = None,
    zone: str | None = None,
    calendar: Calendar = "elapsed",
) -> Question:
    """Dates begin at midnight of the zone; without them the window is the last 90 days. The zone is
    the configured one where none is named, for working time that of its calendar.

    `BadRequestError` for a window that is reversed, in the future or no time, and for an unknown
    interval, kind or zone; the message says what would be accepted.
    """
    tz = configured_zone(settings, calendar) if zone is None else _zone(zone)
    local = ZoneInfo(tz)
    to_ts = as_of if end is None else min(as_of, _moment("to", end, local))
    from_ts = (
        to_ts - int(_DEFAULT.total_seconds()) if start is None else _moment("from", start, local)
    )
    if from_ts >= to_ts:
        raise BadRequestError(
            "the window is empty: `from` must lie before `to`, and before now"
            f" ({datetime.fromtimestamp(as_of, UTC):%Y-%m-%dT%H:%M}Z)"
        )
    chosen = _interval(interval, to_ts - from_ts)
    require_kind(kind)
    return Question(
        Window(from_ts, to_ts),
        as_of,
        tz,
        _WEEK_STARTS[settings.calendar.week_starts],
        chosen,
        None if kind is None else (kind,),
        calendar=working_calendar(settings, tz) if calendar == "working" else None,
    )


def configured_zone(settings: Settings, calendar: Calendar) -> str:
    """The zone where none is asked for: that of the server, or of the calendar where it has one."""
    own = settings.calendar.timezone if calendar == "working" else ""
    return own or settings.server.timezone


def working_calendar(settings: Settings, tz: str) -> WorkingCalendar:
    """The configured working days, holidays and closed days, which begin at midnight of `tz`."""
    told = settings.calendar
    return WorkingCalendar(
        tuple(sorted({WEEKDAYS.index(day) for day in told.working_days})),
        tz,
        told.holidays,
        frozenset(told.closed),
    )


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRequestError(
            "zone: a time zone of the IANA list, such as Europe/Berlin"
        ) from error
    return name


def past_moment(settings: Settings, name: str, text: str, *, now: int) -> int:
    """A moment that is over; `BadRequestError`, which names the parameter, for none and for one
    that is to come.
    """
    found = _moment(name, text, ZoneInfo(settings.server.timezone))
    if found > now:
        told = datetime.fromtimestamp(now, UTC)
        raise BadRequestError(f"{name}: lies in the future; now is {told:%Y-%m-%dT%H:%M:%S}Z")
    return found


def require_kind(kind: str | None) -> None:
    """`BadRequestError` for a kind of work that there is not; None asks for all."""
    if kind is not None and kind not in _KINDS:
        raise BadRequestError(f"type: one of {', '.join(_KINDS)}")


def _interval(asked: str | None, seconds: int) -> Interval | None:
    """Refused where the series would be too long to read, or to compute in a moment."""
    if asked is None:
        return None
    found: Interval | None = next((one for one in get_args(Interval) if one == asked), None)
    if found is None:
        raise BadRequestError(f"interval: one of {', '.join(get_args(Interval))}")
    if seconds > _MOST_PERIODS * _SHORTEST[found]:
        raise BadRequestError(
            f"interval: {found} cuts this window into more than {_MOST_PERIODS} periods;"
            " choose a longer interval or a shorter window"
        )
    return found


def instant(name: str, text: str, tz: str) -> int:
    """Epoch seconds of a date (its midnight) or a time; `BadRequestError` naming the parameter."""
    return _moment(name, text, ZoneInfo(tz))


def _moment(name: str, text: str, zone: ZoneInfo) -> int:
    try:
        if len(text) == 10:
            at = datetime.combine(date.fromisoformat(text), time(), zone)
        else:
            at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequestError(
            f"{name}: write a date 2026-11-01 or a time 2026-11-01T06:00Z"
        ) from error
    if not 1970 < at.year < 9999:  # beyond, zones and epoch seconds are of no use
        raise BadRequestError(f"{name}: a year from 1971 to 9998")
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    return int(at.timestamp())

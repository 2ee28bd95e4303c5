"""Daily numbers: rows that differ are written and no others, and then all are as they were told."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.frames import NONE
from store.daily import replace_costs, replace_service_days, replace_stream_days
from store.models import delay_cost_day, service_day, stream_day
from tests.written_rows import watch, written

DAY = 86_400
_COUNTS = ("committed", "done", "cancelled", "released", "load")
_HAPPENED = ("deployments", "hotfixes", "rollbacks", "failed", "changes", "incidents")


def _days(*days: int, as_of: int = 1, **changes: int) -> pd.DataFrame:
    """Of a stream: `changes` are told of the last of these days."""
    rows: list[dict[str, Any]] = [
        {
            **dict.fromkeys(_COUNTS, 3),
            "cost_cents": NONE,
            "sunk_cents": 0,
            "day_ts": day * DAY,
            "end_ts": (day + 1) * DAY,
            "day": f"1970-01-{day + 1:02}",
            "as_of_ts": as_of,
        }
        for day in days
    ]
    rows[-1].update(changes)
    return pd.DataFrame(rows)


def _costs(*cents: int, first: int = 0) -> pd.DataFrame:
    """A wait of a day each, one after the other."""
    rows = [
        {
            "part": part,
            "day_ts": part * DAY,
            "day": f"1970-01-{part + 1:02}",
            "item_id": 1,
            "episode": 1,
            "stage_id": NONE,
            "team": "web",
            "reason": "",
            "sunk": False,
            "waiting_s": DAY,
            "cost_cents": one,
        }
        for part, one in enumerate(cents, first)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def watched(engine: Engine) -> Engine:
    watch(engine, ("stream_day", "service_day", "delay_cost_day"))
    return engine


def _told(engine: Engine, *names: str) -> list[tuple[Any, ...]]:
    with Session(engine) as session:
        columns = (stream_day.c[name] for name in names)
        rows = session.execute(
            select(*columns).order_by(stream_day.c.stream_id, stream_day.c.day_ts)
        )
        return [tuple(row) for row in rows]


def test_a_day_that_says_the_same_stays_with_the_time_at_which_it_was_made(watched: Engine) -> None:
    with Session(watched) as session, session.begin():
        replace_stream_days(session, 5, _days(0, 1, 2))
        replace_stream_days(session, 6, _days(1))
    assert written(watched) == {"stream_day": 4}
    with Session(watched) as session, session.begin():
        replace_stream_days(session, 5, _days(0, 1, 2, as_of=2))
    assert written(watched) == {}
    with Session(watched) as session, session.begin():
        replace_stream_days(session, 5, _days(1, 2, 3, as_of=3, done=4))
    assert written(watched) == {"stream_day": 2}
    names = ("stream_id", "day_ts", "done", "cost_cents", "sunk_cents", "as_of_ts")
    assert _told(watched, *names) == [
        (5, 1 * DAY, 3, None, 0, 1),
        (5, 2 * DAY, 3, None, 0, 1),
        (5, 3 * DAY, 4, None, 0, 3),
        (6, 1 * DAY, 3, None, 0, 1),
    ]


def test_a_number_of_the_past_that_changes_or_gets_known_is_written_alone(watched: Engine) -> None:
    with Session(watched) as session, session.begin():
        replace_stream_days(session, 5, _days(0, 1))
    written(watched)
    with Session(watched) as session, session.begin():
        replace_stream_days(session, 5, _days(0, 1, as_of=2, cost_cents=70))
    assert written(watched) == {"stream_day": 1}
    assert _told(watched, "cost_cents", "as_of_ts") == [(None, 1), (70, 2)]


def test_no_days_leave_none(watched: Engine) -> None:
    with Session(watched) as session, session.begin():
        replace_stream_days(session, 5, _days(0, 1))
        replace_stream_days(session, 5, _days(0).iloc[:0])
    assert _told(watched, "day_ts") == []


def test_days_of_services_are_written_where_they_differ(watched: Engine) -> None:
    days = _days(0, 1, 2).drop(columns=[*_COUNTS, "cost_cents", "sunk_cents"])
    days = days.assign(**dict.fromkeys(_HAPPENED, 1))
    with Session(watched) as session, session.begin():
        replace_service_days(session, 3, days)
    written(watched)
    with Session(watched) as session, session.begin():
        replace_service_days(session, 3, days.assign(failed=[1, 0, 1], as_of_ts=9))
    assert written(watched) == {"service_day": 1}
    with Session(watched) as session:
        told = select(service_day.c.failed, service_day.c.as_of_ts).order_by(service_day.c.day_ts)
        assert [tuple(row) for row in session.execute(told)] == [(1, 1), (0, 9), (1, 1)]


def test_costs_are_compared_frame_by_frame_and_what_is_left_over_goes(watched: Engine) -> None:
    with Session(watched) as session, session.begin():
        replace_costs(session, 5, [_costs(10, 20, 30, 40)])
        replace_costs(session, 6, [_costs(1, 2)])
    assert written(watched) == {"delay_cost_day": 6}
    with Session(watched) as session, session.begin():
        replace_costs(session, 5, [_costs(10, 20), _costs(30, 40, first=2)])
    assert written(watched) == {}
    with Session(watched) as session, session.begin():
        replace_costs(session, 5, iter([_costs(10, 21), _costs(30, first=2)]))
    assert written(watched) == {"delay_cost_day": 2}
    own = delay_cost_day.c
    with Session(watched) as session:
        told = select(own.stream_id, own.part, own.stage_id, own.team, own.sunk, own.cost_cents)
        rows = session.execute(told.order_by(own.stream_id, own.part))
        assert [tuple(row) for row in rows] == [
            (5, 0, None, "web", False, 10),
            (5, 1, None, "web", False, 21),
            (5, 2, None, "web", False, 30),
            (6, 0, None, "web", False, 1),
            (6, 1, None, "web", False, 2),
        ]
    with Session(watched) as session, session.begin():
        replace_costs(session, 5, [])
    assert written(watched) == {"delay_cost_day": 3}

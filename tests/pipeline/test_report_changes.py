"""A change is one where a rule fires in the last whole week; what can't be judged says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from metrics.periods import Window
from pipeline import report_changes
from pipeline.question import Question
from pipeline.report_changes import change_of
from pipeline.report_weeks import weeks_of

_NOW = int(datetime(2026, 11, 25, 9, tzinfo=UTC).timestamp())
"""A Wednesday: the last whole week is that of 16 November."""
_ASKED = Question(Window(_NOW - 1, _NOW), _NOW, "Europe/Berlin", 0)
STEADY = [10.0, 11.0] * 10
"""Limits of the first 20: 10.5 plus and minus 2.66."""


def _change(
    patch: pytest.MonkeyPatch,
    values: list[float | None],
    *,
    running: bool = False,
    weeks: int = 1,
    **more: Any,
) -> dict[str, Any]:
    last = date(2026, 11, 16)
    starts = [last - timedelta(weeks=len(values) - 1 - at) for at in range(len(values))]
    series = [
        {"start": one.isoformat(), "complete": True, "p50": value}
        for one, value in zip(starts, values, strict=True)
    ]
    body = {"grade": "B", "breaks": [], "series": series, **more}
    patch.setattr(report_changes, "stream_metric", lambda *_: body)
    patch.setattr(report_changes, "known_from", lambda *_: 0)
    stream = cast(Any, SimpleNamespace(config=SimpleNamespace(name="shop")))
    none = cast(Any, None)
    told = weeks_of(_ASKED, weeks=weeks, running=running)
    return change_of(none, none, stream, "flow_time", "p50", told)


def test_a_value_within_the_limits_is_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _change(monkeypatch, [*STEADY, 12.0])
    assert (told["state"], told["signals"], told["weeks"]) == ("usual", [], 21)
    assert told["limits"]["upper"] == pytest.approx(13.16)


def test_one_beyond_a_limit_is_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _change(monkeypatch, [*STEADY, 13.2])
    assert told["state"] == "changed"
    (signal,) = [one for one in told["signals"] if one["rule"] == "outside"]
    assert (signal["side"], signal["from"], signal["points"]) == ("above", "2026-11-16", 1)


def test_a_signal_of_earlier_weeks_is_no_change_of_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = _change(monkeypatch, [*STEADY, 14.0, 10.0, 11.0])
    assert (told["state"], told["signals"]) == ("usual", [])


def test_eight_in_a_row_are_a_change_since_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _change(monkeypatch, [*STEADY, *[11.0] * 7])
    assert told["state"] == "changed"
    assert [(one["rule"], one["from"], one["points"]) for one in told["signals"]] == [
        ("run", "2026-09-28", 8)
    ]


@pytest.mark.parametrize(
    ("values", "more", "reason"),
    [
        ([10.0] * 5, {}, "5 of 6 whole weeks with a value are known"),
        ([], {}, "0 of 6 whole weeks with a value are known"),
        ([*STEADY, 30.0], {"grade": "C"}, "the weeks before have grade C"),
        ([*STEADY, None], {}, "these weeks have no value"),
        ([*STEADY, 30.0], {"breaks": [{"on": "2026-10-19"}]}, "5 of 6 whole weeks"),
    ],
)
def test_what_can_not_be_judged_says_why(
    monkeypatch: pytest.MonkeyPatch,
    values: list[float | None],
    more: dict[str, Any],
    reason: str,
) -> None:
    told = _change(monkeypatch, values, **more)
    assert (told["state"], told["signals"]) == ("not_judged", [])
    assert told["reason"].startswith(reason)


def test_the_running_week_alone_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _change(monkeypatch, [*STEADY, 30.0], running=True)
    assert (told["state"], told["reason"]) == ("not_judged", "the week still runs")
    with_one_before = _change(monkeypatch, [*STEADY, 30.0], running=True, weeks=2)
    assert with_one_before["state"] == "changed"


def test_weeks_before_anything_was_known_are_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_changes, "known_from", lambda *_: None)
    stream = cast(Any, SimpleNamespace(config=SimpleNamespace(name="shop")))
    series = [{"start": "2026-11-16", "complete": True, "p50": 0.0}]
    body = {"grade": "B", "breaks": [], "series": series}
    monkeypatch.setattr(report_changes, "stream_metric", lambda *_: body)
    none = cast(Any, None)
    told = change_of(
        none, none, stream, "flow_time", "p50", weeks_of(_ASKED, weeks=1, running=False)
    )
    assert told["weeks"] == 0

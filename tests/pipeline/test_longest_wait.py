"""The longest wait of a journey is one of the delivery that its figures tell of."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.journey import Journey, Visit

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def _day(day: int) -> datetime:
    return MAY.replace(day=day)


def _visit(stage: str, state: str, start: int, end: int | None) -> Visit:
    return Visit(stage, stage, state, "", "", _day(start), None if end is None else _day(end))


VISITS = [
    _visit("Test queue", "waiting", 1, 11),
    _visit("Done", "done", 11, 20),
    _visit("Build", "active", 20, 21),
    _visit("Review queue", "waiting", 21, 24),
]


def _journey(fact: dict[str, int] | None) -> Journey:
    return Journey({}, fact, _day(30), VISITS, [], [], [])


def test_a_wait_of_an_earlier_delivery_is_not_the_longest_of_the_latest() -> None:
    wait = _journey({"committed_ts": int(_day(20).timestamp())}).longest_wait

    assert wait is not None
    assert wait.stage == "Review queue"


def test_without_a_commitment_every_wait_counts() -> None:
    wait = _journey(None).longest_wait

    assert wait is not None
    assert wait.stage == "Test queue"

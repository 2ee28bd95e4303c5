"""What receivers say of the work that they get, beside what was sent back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.map_settings import ReceiverSurvey
from metrics.map_quality import Accuracy
from metrics.map_steps import Step
from pipeline.map_edges import usable_share
from pipeline.map_receivers import said_by_receivers

BUILD = Step(0, "Build", "stage", "work", stages=("Ready", "Build"), queues=("Ready",))
TEST = Step(1, "Test", "stage", "work", stages=("Ready for test", "Test"))


def survey(on: str, usable: int, answers: int = 10, *missing: str, **names: str) -> ReceiverSurvey:
    told = {"from": "Build", "to": "Test", **names}
    return ReceiverSurvey.model_validate(
        {**told, "on": on, "answers": answers, "usable": usable, "missing": missing}
    )


def said(*surveys: ReceiverSurvey, proxy: float | None = 0.9) -> dict[str, Any] | None:
    return said_by_receivers(surveys, BUILD, TEST, until=date(2026, 10, 31), proxy=proxy)


def test_the_last_survey_in_the_window_counts_with_what_is_repaired_in_silence() -> None:
    told = said(
        survey("2026-07-01", 3), survey("2026-10-31", 6, 8, "data"), survey("2026-11-01", 9)
    )
    assert told is not None
    assert (told["share"], told["numerator"], told["n"]) == (0.75, 6, 8)
    assert (told["on"], told["missing"]) == ("2026-10-31", ["data"])
    assert told["repaired_in_silence"] == pytest.approx(0.15)
    assert told["interval"][0] < 0.75 < told["interval"][1]


def test_what_was_asked_on_one_day_is_one_survey() -> None:
    told = said(survey("2026-10-01", 3, 10, "data", "logs"), survey("2026-10-01", 7, 10, "logs"))
    assert told is not None
    assert (told["share"], told["n"], told["missing"]) == (0.5, 20, ["data", "logs"])


def test_a_stage_stands_for_the_step_that_it_belongs_to() -> None:
    told = said(survey("2026-10-01", 5, **{"from": "Ready", "to": "Ready for test"}))
    assert told is not None
    assert said(survey("2026-10-01", 5, **{"to": "Review"})) is None
    assert said() is None


def test_receivers_may_say_more_than_the_proxy_and_nothing_is_repaired_then() -> None:
    told = said(survey("2026-10-01", 10), proxy=0.8)
    assert told is not None
    assert told["repaired_in_silence"] == 0
    unknown = said(survey("2026-10-01", 10), proxy=None)
    assert unknown is not None
    assert unknown["repaired_in_silence"] is None


def test_of_done_it_is_not_said_that_nothing_was_usable_for_only_returns_are_seen_there() -> None:
    told = Accuracy(0, 1, received=8, bounced=2)
    assert usable_share(told, TEST)["share"] == 0.75
    done = usable_share(Accuracy(1, 2, received=3, bounced=3), Step(2, "Done", "done", "work"))
    assert (done["share"], done["n"]) == (None, 0)
    assert done["reason"] == "what stays done ends there; what comes back is rework"

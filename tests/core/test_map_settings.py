"""The map of a stream in the configuration: estimates, manual steps, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from core.config_checks import problems_of
from core.map_settings import DurationRange, ManualStep
from core.settings import Settings

STREAM = {
    "name": "checkout",
    "items": {"source": "jira", "projects": ["SHOP"]},
    "stages": [{"name": "Build", "state": "active", "statuses": ["Doing"]}],
}
SOURCE = {"name": "jira", "kind": "jira", "url": "https://acme.example", "projects": ["SHOP"]}


def _settings(*steps: dict[str, object], **more: object) -> Settings:
    stream = {**STREAM, "steps": list(steps), **more}
    return Settings.model_validate({"sources": [SOURCE], "streams": [stream]})


def test_an_estimate_is_a_duration_or_a_range() -> None:
    told = ManualStep.model_validate(
        {"name": "Intake", "wait": "3d", "active": {"low": "1h", "likely": "2h", "high": "1d"}}
    )
    assert told.wait == DurationRange(likely=timedelta(days=3))
    assert told.active is not None
    assert told.active.seconds == 7200


@pytest.mark.parametrize(
    "wait", ["soon", "0d", {"low": "2d", "likely": "1d"}, {"likely": "2d", "high": "1d"}, {}, 3]
)
def test_what_is_no_estimate_is_refused(wait: object) -> None:
    with pytest.raises(ValidationError):
        ManualStep.model_validate({"name": "Intake", "wait": wait})


def test_steps_follow_a_stage_or_an_earlier_step() -> None:
    fine = _settings(
        {"name": "Intake"}, {"name": "Board", "after": "Build"}, {"name": "Go", "after": "Board"}
    )
    assert not list(problems_of(fine))
    late = _settings({"name": "Go", "after": "Board"}, {"name": "Board", "after": "Build"})
    (problem,) = problems_of(late)
    assert problem[0] == ("streams", 0, "steps", 0, "after")
    assert "earlier step" in problem[1]
    (twice,) = problems_of(_settings({"name": "Build"}))
    assert twice[0] == ("streams", 0, "steps", 0, "name")


@pytest.mark.parametrize("told", [{"clock": "lead_time"}, {"begin": "x"}, {"trigger": "x" * 201}])
def test_boundaries_are_checked(told: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _settings(map=told)
    assert _settings(map={"trigger": "a shopper asks"}).streams[0].map.clock == ""


ASKED = {"from": "Build", "to": "Test", "on": "2026-10-01", "answers": 12, "usable": 9}


def test_receivers_are_asked_about_stages_that_there_are() -> None:
    stages = [{"name": name, "state": "active", "statuses": [name]} for name in ("Build", "Test")]
    fine = _settings(receivers=[ASKED], stages=stages)
    assert not list(problems_of(fine))
    assert fine.streams[0].receivers[0].from_ == "Build"
    (problem,) = problems_of(_settings(receivers=[ASKED]))
    assert problem[0] == ("streams", 0, "receivers", 0, "to")


@pytest.mark.parametrize(
    "wrong", [{"usable": 13}, {"usable": -1}, {"answers": 0}, {"on": "in October"}, {"by": "Anna"}]
)
def test_a_survey_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _settings(receivers=[{**ASKED, **wrong}])

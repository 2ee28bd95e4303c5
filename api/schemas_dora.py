"""The shapes of what DORA's survey told, and of where a number falls in it."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from api.schemas import Shape

_SOURCE = 'Where that is told; "not confirmed in a primary source" where nobody could check it.'


class SurveyPlace(Shape):
    """The answer of the newest survey that a value falls under: context, no level and no goal."""

    metric: str
    compared: str = Field(description="The name of the value that is compared.")
    value: float | int | None
    year: int | None = Field(description="Of the newest survey that told answers.")
    answer: str | None = Field(description="In the survey's words; null with a `reason`.")
    source: str | None = Field(description=_SOURCE)
    answers: list[str] = Field(description="All answers told for that year.")
    reason: str | None


class SurveyGroup(Shape):
    """How many of the teams asked were put into a group of the survey."""

    name: str
    share: float
    source: str = Field(description=_SOURCE)


class SurveyAnswer(Shape):
    """An answer that could be ticked: at least `least`, less than `under` (null: no end)."""

    metric: str
    text: str
    least: float = Field(description="In hours, deployments a week, or as a share.")
    under: float | None
    source: str = Field(description=_SOURCE)


class SurveyFigure(Shape):
    """A number that an edition told of teams."""

    metric: str
    text: str
    value: float
    unit: str
    source: str = Field(description=_SOURCE)


class SurveyEdition(Shape):
    """What the survey of a year told."""

    year: int
    note: str | None
    groups: list[SurveyGroup]
    answers: list[SurveyAnswer]
    figures: list[SurveyFigure]


class SurveyContext(Shape):
    """What DORA's survey told, by year, and how such numbers should not be used."""

    editions: list[SurveyEdition]
    cautions: list[str] = Field(description="DORA's own.")


SURVEY: Final[dict[str, Any]] = {
    "editions": [
        {
            "year": 2024,
            "note": None,
            "groups": [],
            "answers": [
                {
                    "metric": "recovery_time",
                    "text": "less than one day",
                    "least": 1,
                    "under": 24,
                    "source": "not confirmed in a primary source",
                }
            ],
            "figures": [],
        }
    ],
    "cautions": ["Do not blend unlike teams or services into one number."],
}

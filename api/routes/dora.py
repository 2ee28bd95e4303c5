"""What DORA's survey told, by year: context for the metrics of services, never a level."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.asking import NO_PARAMETERS
from api.deps import encoded
from api.documented import answers
from api.schemas_dora import SURVEY, SurveyContext
from pipeline.survey_answers import survey

router = APIRouter(prefix="/dora", tags=["services"])


@router.get(
    "/context",
    summary="What DORA's yearly survey told, each figure with its source",
    responses=answers(SurveyContext, example=SURVEY),
    dependencies=NO_PARAMETERS,
)
def read_context() -> Response:
    """Answers to choose from, groups and figures, the newest year first, and DORA's cautions."""
    return encoded(survey())

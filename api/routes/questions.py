"""Questions about patterns that games with numbers would leave behind."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.asking import KnownDep, asked_of, snapshot_of
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_questions import QUESTIONS
from api.routes.metrics import Name
from api.schemas_questions import Questions
from pipeline.questions import stream_questions
from pipeline.stream_answers import stream_of

router = APIRouter(prefix="/streams", tags=["questions"])


@router.get(
    "/{name}/questions",
    summary="Patterns to talk about before a number is believed",
    responses=answers(Questions, named=True, example=QUESTIONS),
)
def read_questions(served: ServedDep, session: SessionDep, name: Name, query: KnownDep) -> Response:
    """Each with what was seen, the figures, since when, what is behind it, a harmless explanation,
    and where to look. One that can't be looked at says why. Of a stream, never of a person.
    """
    asked = asked_of(served, query)
    snapshot = snapshot_of(served, session, asked)
    stream = stream_of(snapshot, name)
    return encoded(stream_questions(session, snapshot, served.settings, stream, asked))

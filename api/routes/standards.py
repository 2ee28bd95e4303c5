"""The standard of a stream: as JSON, as Markdown, and where the stream has left it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.asking import NO_PARAMETERS, KnownQuery, asked_of
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.routes.metrics import Name
from api.schemas_standards import DriftBody, StandardBody
from pipeline.standard_drift import drift_answer
from pipeline.standard_text import standard_markdown
from pipeline.standards import standard_answer
from pipeline.stream_answers import stream_of

router = APIRouter(prefix="/streams", tags=["improvements"])

_TEXT: dict[int | str, dict[str, Any]] = {
    **answers(StandardBody, named=True),
    200: {
        "description": "The standard as a page of Markdown.",
        "content": {"text/markdown": {"schema": {"type": "string"}}},
    },
}


@router.get(
    "/{name}/standard",
    summary="How the stream works, by the last change that held",
    responses=answers(StandardBody, named=True),
    dependencies=NO_PARAMETERS,
)
def read_standard(served: ServedDep, session: SessionDep, name: Name) -> Response:
    """Steps, owners, policies, and targets with limits; null, with the reason, for none."""
    stream = stream_of(served.snapshots.present(session), name)
    return encoded(standard_answer(session, stream))


@router.get(
    "/{name}/standard.md",
    summary="The same for guides and checklists",
    responses=_TEXT,
    response_class=Response,
    dependencies=NO_PARAMETERS,
)
def read_standard_text(served: ServedDep, session: SessionDep, name: Name) -> Response:
    """Markdown, with a box to tick before each policy. 404 where there is no standard."""
    stream = stream_of(served.snapshots.present(session), name)
    text = standard_markdown(standard_answer(session, stream))
    return Response(text, media_type="text/markdown")


@router.get(
    "/{name}/standard/drift",
    summary="Where the stream has left its standard",
    responses=answers(DriftBody, named=True),
    dependencies=NO_PARAMETERS,
)
def read_drift(served: ServedDep, session: SessionDep, name: Name) -> Response:
    """Steps that came, went or changed their owner, by the last 90 days; metrics with a signal out
    of the standard's limits since it was adopted. Each with its evidence.
    """
    snapshot = served.snapshots.present(session)
    stream = stream_of(snapshot, name)
    asked = asked_of(served, KnownQuery())
    return encoded(drift_answer(session, snapshot, served.settings, stream, asked))

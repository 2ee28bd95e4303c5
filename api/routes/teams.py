"""Time by team, and what is blocked by what."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.asking import WorkDep, asked_of, of_stream
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_teams import BLOCKED, TEAMS
from api.routes.metrics import Name
from api.schemas_journey import Explained
from api.schemas_teams import BlockedBody, TeamTimes
from pipeline.blocked_answers import blocked_answer, explain_blocked
from pipeline.team_answers import explain_team_time, team_time_answer

router = APIRouter(prefix="/streams/{name}", tags=["streams"])


@router.get(
    "/teams",
    summary="How long items were with each team",
    responses=answers(TeamTimes, named=True, example=TEAMS),
)
def read_teams(served: ServedDep, session: SessionDep, name: Name, query: WorkDep) -> Response:
    """Of the deliveries of the window: active, waiting and blocked days with each team, in the
    order of the configuration, and what each has now; `team` gives its line alone.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(team_time_answer(snapshot, served.settings, stream, asked))


@router.get(
    "/teams/explain",
    summary="The items behind the time by team",
    responses=answers(Explained, named=True),
)
def explain_teams(served: ServedDep, session: SessionDep, name: Name, query: WorkDep) -> Response:
    """Every delivery with its seconds with each team; with `team` those that it had."""
    asked = asked_of(served, query)
    _, stream = of_stream(served, session, name, asked)
    return encoded(explain_team_time(stream, asked))


@router.get(
    "/blocked",
    summary="What is blocked, why, how long and by whom",
    responses=answers(BlockedBody, named=True, example=BLOCKED),
)
def read_blocked(served: ServedDep, session: SessionDep, name: Name, query: WorkDep) -> Response:
    """The blocked time of the window by reason, and each item that is blocked at its end with its
    reasons and the items in the way; `team` counts only while the team had an item.
    """
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(blocked_answer(snapshot, stream, asked))


@router.get(
    "/blocked/explain",
    summary="The items behind the blocked time",
    responses=answers(Explained, named=True),
)
def explain_blocks(served: ServedDep, session: SessionDep, name: Name, query: WorkDep) -> Response:
    """Every delivery that was blocked in the window, with its stretches and their reasons."""
    asked = asked_of(served, query)
    _, stream = of_stream(served, session, name, asked)
    return encoded(explain_blocked(stream, asked))

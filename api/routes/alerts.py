"""What is worth a message: signals, items that are late, blocked or dear, sources that fail."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.examples_alerts import ALERTS
from api.schemas_alerts import AlertsBody
from core.alert_settings import RULES
from pipeline.alerts.answers import DELIVERIES, list_alerts

router = APIRouter(tags=["alerts"])


class AlertsQuery(BaseModel):
    """Which alerts."""

    model_config = ConfigDict(extra="forbid")

    state: str = Field(default="open", description="open, ended or all.")
    rule: str | None = Field(default=None, description=f"One of {', '.join(RULES)}.")
    stream: str | None = Field(default=None, max_length=64, description="Only of this stream.")
    team: str | None = Field(default=None, max_length=300, description="Only of this team.")
    delivery: str | None = Field(
        default=None,
        description=f"Only with a delivery in this state: {', '.join(DELIVERIES)}. none: no route"
        " takes it.",
    )
    limit: int = Field(default=50, ge=1, le=500, description="At most 500.")
    cursor: str | None = Field(
        default=None, max_length=400, description="`next` of the page before."
    )


@router.get("/alerts", summary="Alerts", responses=answers(AlertsBody, example=ALERTS))
def read_alerts(
    served: ServedDep, session: SessionDep, query: Annotated[AlertsQuery, Query()]
) -> Response:
    """Each cause once, from when it was noticed until it ended, with its evidence and what became
    of telling it; the newest first. Without `state` only what is still the case.
    """
    return encoded(list_alerts(session, served.settings, **query.model_dump()))

"""For monitoring systems."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from prometheus_client.exposition import choose_encoder

from api.asking import NO_PARAMETERS
from api.documented import Responses
from api.telemetry import Telemetry

router = APIRouter(tags=["health"])

_EXAMPLE = """# HELP headwater_source_lag_seconds Since the moment up to which a source is read.
# TYPE headwater_source_lag_seconds gauge
headwater_source_lag_seconds{source="jira"} 42.0
# HELP headwater_stream_wip_items Items in load now.
# TYPE headwater_stream_wip_items gauge
headwater_stream_wip_items{stream="checkout"} 127.0
"""
_TEXT: Responses = {
    200: {
        "description": "In the text format of Prometheus; as OpenMetrics where `Accept` asks.",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}


def telemetry(request: Request) -> Telemetry:
    found: Telemetry = request.app.state.telemetry
    return found


@router.get(
    "/metrics",
    summary="Sources, headline numbers and durations, for Prometheus",
    response_class=Response,
    responses=_TEXT,
    dependencies=NO_PARAMETERS,
)
def read_telemetry(
    found: Annotated[Telemetry, Depends(telemetry)],
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """What is not known is left out, never 0. Computed anew only when something changed."""
    encode, media = choose_encoder(accept)
    return Response(encode(found.registry), headers={"content-type": media, "vary": "Accept"})

"""Services and their DORA metrics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.asking import (
    NO_PARAMETERS,
    KnownDep,
    SeriesDep,
    WindowDep,
    asked_of,
    of_stream,
    snapshot_of,
)
from api.deps import ServedDep, SessionDep, encoded
from api.documented import answers
from api.schemas import Envelope
from api.schemas_desk import IncidentRow
from api.schemas_journey import Explained
from api.schemas_lists import Configured, Dora, Listed, ServiceRow, StreamDora
from pipeline.explain_delivery import explain_service
from pipeline.incident_list import incidents_of
from pipeline.service_answers import missing_of, service_dora, service_metric, service_of
from pipeline.service_measures import ALIASES, DORA_SLUGS
from pipeline.stream_dora import explain_stream_dora, stream_dora

router = APIRouter(prefix="/services", tags=["services"])
streams = APIRouter(prefix="/streams", tags=["services"])

Name = Annotated[str, Path(description="The service's name in the configuration.")]
Stream = Annotated[str, Path(description="The stream's name in the configuration.")]
_ALSO = ", ".join(f"{name} is {slug}" for name, slug in ALIASES.items())
Slug = Annotated[str, Path(description=f"One of: {', '.join(DORA_SLUGS)}; {_ALSO}.")]


@router.get(
    "",
    summary="All services",
    responses=answers(Configured[ServiceRow]),
    dependencies=NO_PARAMETERS,
)
def read_services(served: ServedDep, session: SessionDep) -> Response:
    """Name, repositories and what is missing to measure it whole."""
    snapshot = served.snapshots.present(session)
    rows = [
        {
            "name": one.config.name,
            "repositories": one.config.repositories,
            "missing": missing_of(served.settings, one),
        }
        for one in snapshot.services.values()
    ]
    return encoded({"items": rows, "next": None, "awaited": list(snapshot.awaited.services)})


@router.get(
    "/{name}/dora",
    summary="The five DORA metrics of a service, together",
    responses=answers(Dora, named=True),
)
def read_dora(served: ServedDep, session: SessionDep, name: Name, query: SeriesDep) -> Response:
    """One envelope each; speed and stability are never shown without one another."""
    asked = asked_of(served, query)
    snapshot = snapshot_of(served, session, asked)
    service = service_of(snapshot, name)
    return encoded(service_dora(snapshot, served.settings, service, asked))


@streams.get(
    "/{name}/dora",
    summary="The five DORA metrics of all services of a stream, pooled",
    responses=answers(StreamDora, named=True),
)
def read_stream_dora(
    served: ServedDep, session: SessionDep, name: Stream, query: SeriesDep
) -> Response:
    """One distribution and one ratio over all deliveries, never an average of the services' own."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    return encoded(stream_dora(snapshot, served.settings, stream, asked))


@streams.get(
    "/{name}/dora/{slug}/explain",
    summary="The commits or deployments behind a pooled DORA metric",
    responses=answers(Explained, named=True),
)
def explain_pooled(
    served: ServedDep, session: SessionDep, name: Stream, slug: Slug, query: KnownDep
) -> Response:
    """What is in the number and what is not, of all services of the stream."""
    asked = asked_of(served, query)
    snapshot, stream = of_stream(served, session, name, asked)
    found = explain_stream_dora(session, snapshot, served.settings, stream, slug, asked)
    return encoded(found)


@router.get(
    "/{name}/incidents",
    summary="The incidents of a service, and what each is put down to",
    responses=answers(Listed[IncidentRow], named=True),
)
def read_incidents(
    served: ServedDep, session: SessionDep, name: Name, query: WindowDep
) -> Response:
    """Those that opened in the window, the newest first, with all candidates and the evidence."""
    service = service_of(served.snapshots.present(session), name)
    rows = incidents_of(session, service, asked_of(served, query).window)
    return encoded({"items": rows, "next": None})


@router.get(
    "/{name}/metrics/{slug}",
    summary="One DORA metric, in its envelope",
    responses=answers(Envelope, named=True),
)
def read_service_metric(
    served: ServedDep, session: SessionDep, name: Name, slug: Slug, query: SeriesDep
) -> Response:
    """Null with the reason where no source tells of incidents; never zero."""
    asked = asked_of(served, query)
    snapshot = snapshot_of(served, session, asked)
    service = service_of(snapshot, name)
    return encoded(service_metric(snapshot, served.settings, service, slug, asked))


@router.get(
    "/{name}/metrics/{slug}/explain",
    summary="The commits or deployments behind a metric",
    responses=answers(Explained, named=True),
)
def explain_service_metric(
    served: ServedDep, session: SessionDep, name: Name, slug: Slug, query: KnownDep
) -> Response:
    """What is in the number and what is not, with the reason."""
    asked = asked_of(served, query)
    service = service_of(snapshot_of(served, session, asked), name)
    return encoded(explain_service(session, served.settings, service, slug, asked))

"""The application: routes under `/v1`, the dashboard at `/`, health checks, problem documents."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from fastapi import Depends, FastAPI

from api.access import Access
from api.addresses import addresses
from api.asking import each_once
from api.at_once import Application, AtOnce
from api.caching import CachedViews, CompressedBeside
from api.cross_origin import CrossOrigin
from api.deps import Served
from api.docs_page import add_docs_page
from api.document_whole import document_whole
from api.documented_access import document_access
from api.errors import add_error_handlers
from api.gate import Gate
from api.headers import SecurityHeaders
from api.kept import Kept
from api.oidc import OidcSignIn
from api.oidc_provider import Provider
from api.pages import add_pages
from api.request_ids import Identified
from api.routes import sign_in
from api.telemetry import Telemetry
from api.timing import Durations, Timed
from api.traced import Traced
from core.settings import Settings
from pipeline.database import Database

_DESCRIPTION = """
Trace every idea from its source to the release: where it waited, why, and what the waiting cost.

Every number comes in an envelope: value, unit, sample size, exclusions by reason, interval,
coverage, grade, and the address that lists the items behind it. Null means "not known", with the
reason; it is never zero. Times are ISO 8601 UTC, money is in integer cents.

Lists are `{"items": [..], "next": cursor or null}`. Errors are RFC 9457 problem documents. Every
answer has an `ETag`; send it back in `If-None-Match` and an unchanged answer is a 304.
"""


def create_app(settings: Settings, database: Database) -> FastAPI:
    """The ASGI application over an open database."""
    app = Application(
        title="Headwater",
        version=_version(),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        dependencies=[Depends(each_once)],
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    served = Served(settings, database)
    app.state.served = served
    app.state.telemetry = Telemetry(served, app.version)
    app.router.routes.extend(addresses())
    add_error_handlers(app)
    add_docs_page(app)
    add_pages(app)
    app.state.kept = Kept()
    app.state.access = None
    app.add_middleware(
        CachedViews,
        version=served.version,
        minute=served.minute,
        kept=app.state.kept,
        program=app.version,
    )
    if settings.auth.mode != "none":
        _lock(app, settings, database)
    document_whole(app)
    app.add_middleware(CompressedBeside)
    if settings.server.allowed_origins:
        app.add_middleware(CrossOrigin, origins=settings.server.allowed_origins)
    https = settings.auth.public_url.startswith("https://")
    app.add_middleware(SecurityHeaders, https=https)
    durations = Durations(app.state.telemetry.durations)
    app.add_middleware(Timed, durations=durations)
    app.add_middleware(Traced)
    app.add_middleware(Identified)
    app.at_once = AtOnce(
        app.state.kept,
        durations,
        app.state.access,
        origins=settings.server.allowed_origins,
        https=https,
    )
    return app


def _lock(app: FastAPI, settings: Settings, database: Database) -> None:
    """Only who may comes in; before the cache, which answers whoever asks."""
    access = Access(settings, database)
    app.state.access, app.state.oidc = access, None
    app.include_router(sign_in.router)
    if settings.auth.oidc is not None:
        app.state.oidc = OidcSignIn(Provider(settings.auth.oidc), settings.auth.public_url)
        app.include_router(sign_in.provided)
    document_access(app)
    app.add_middleware(Gate, access=access)


def _version() -> str:
    try:
        return version("headwater")
    except PackageNotFoundError:
        return "0"

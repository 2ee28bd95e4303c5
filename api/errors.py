"""Errors become RFC 9457 problem documents, in one table."""

from __future__ import annotations

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.pages import is_for_a_page, nowhere
from api.refusals import told
from core.errors import (
    BadRequestError,
    DeliveryError,
    FieldError,
    HeadwaterError,
    NotFoundError,
    StoreError,
    UnverifiedError,
)
from core.log import current
from pipeline.database import lost

log = structlog.get_logger()

_STATUS: dict[type[HeadwaterError], int] = {
    UnverifiedError: 401,
    NotFoundError: 404,
    BadRequestError: 422,
    StoreError: 503,
}
_TITLES = {
    400: "Bad request",
    401: "Not known",
    403: "Refused",
    404: "Not found",
    405: "Method not allowed",
    413: "Too large",
    415: "Of the wrong type",
    422: "The question can't be answered as asked",
    429: "Asked too often",
    500: "Something went wrong here",
    503: "The database can't be used",
}


_HOOKS = "/v1/hooks/"


def problem(status: int, detail: str, instance: str, *, field: str = "") -> Response:
    """A problem document; `detail` is one line for a person, `field` what of the body is wrong."""
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": _one_line(detail),
        "instance": instance,
        **({"field": field} if field else {}),
        **({"request_id": known} if (known := current("request_id")) else {}),
    }
    headers = {"cache-control": "no-store"}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(
        orjson.dumps(body, default=str),
        status,
        media_type="application/problem+json",
        headers=headers,
    )


def _one_line(words: str) -> str:
    """What was sent may stand in it: nothing of it ends the line, turns it around or hides."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in words)


def unexpected(path: str, error: Exception) -> Response:
    """For what no route and no handler caught."""
    log.error("request_failed", path=_shown(path), error=repr(error), exc_info=error)
    return problem(500, "the server's log says more", _shown(path))


def _instance(request: Request) -> str:
    return _shown(request.url.path)


def _shown(path: str) -> str:
    """The path; of a webhook only that it is one, for the path may name a source or a secret."""
    return _HOOKS.rstrip("/") if path.startswith(_HOOKS) else path


def add_error_handlers(app: FastAPI) -> None:
    """Every error that leaves a route becomes a problem document; none carries a traceback."""

    def ours(request: Request, error: Exception) -> Response:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
        if isinstance(error, DeliveryError):
            status = error.status
        field = error.field if isinstance(error, FieldError) else ""
        return problem(status, str(error), _instance(request), field=field)

    def database(request: Request, error: Exception) -> Response:
        words = str(lost(error)) if isinstance(error, OperationalError) else ""
        log.error("database_failed", path=_instance(request), error=repr(error))
        return problem(503, words, _instance(request))

    def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404 and is_for_a_page(request):
            return nowhere()
        detail = str(error.detail) if isinstance(error, HTTPException) else ""
        return problem(status, detail, _instance(request))

    def invalid(request: Request, error: Exception) -> Response:
        details = error.errors() if isinstance(error, RequestValidationError) else []
        words = "; ".join(told(detail, request.url.path) for detail in details)
        return problem(422, words, _instance(request))

    app.add_exception_handler(HeadwaterError, ours)
    app.add_exception_handler(OperationalError, database)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)

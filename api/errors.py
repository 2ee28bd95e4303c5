"""Errors become RFC 9457 problem documents, in one table."""

from __future__ import annotations

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from core.errors import BadRequestError, HeadwaterError, NotFoundError, StoreError
from pipeline.database import lost

log = structlog.get_logger()

_STATUS: dict[type[HeadwaterError], int] = {
    NotFoundError: 404,
    BadRequestError: 422,
    StoreError: 503,
}
_TITLES = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    422: "The question can't be answered as asked",
    500: "Something went wrong here",
    503: "The database can't be used",
}


def problem(status: int, detail: str, instance: str) -> Response:
    """A problem document; `detail` is one line for a person."""
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    return Response(
        orjson.dumps(body),
        status,
        media_type="application/problem+json",
        headers={"cache-control": "no-store"},
    )


def add_error_handlers(app: FastAPI) -> None:
    """Every error that leaves a route becomes a problem document; none carries a traceback."""

    def ours(request: Request, error: Exception) -> Response:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
        return problem(status, str(error), request.url.path)

    def database(request: Request, error: Exception) -> Response:
        told = str(lost(error)) if isinstance(error, OperationalError) else ""
        log.error("database_failed", path=request.url.path, error=repr(error))
        return problem(503, told, request.url.path)

    def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = str(error.detail) if isinstance(error, HTTPException) else ""
        return problem(status, detail, request.url.path)

    def invalid(request: Request, error: Exception) -> Response:
        details = error.errors() if isinstance(error, RequestValidationError) else []
        told = "; ".join(f"{detail['loc'][-1]}: {detail['msg']}" for detail in details)
        return problem(422, told, request.url.path)

    def unexpected(request: Request, error: Exception) -> Response:
        log.error("request_failed", path=request.url.path, error=repr(error), exc_info=error)
        return problem(500, "the server's log says more", request.url.path)

    app.add_exception_handler(HeadwaterError, ours)
    app.add_exception_handler(OperationalError, database)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)

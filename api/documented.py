"""What the OpenAPI document says of answers: a schema for each, the same problems for all."""

from __future__ import annotations

import inspect
from typing import Any

from pydantic import BaseModel

from api.schemas import Problem

Responses = dict[int | str, dict[str, Any]]


def problem_told(description: str, detail: str, status: int) -> dict[str, Any]:
    """A problem document as an answer of an operation."""
    example = {
        "type": "about:blank",
        "title": description,
        "status": status,
        "detail": detail,
        "instance": "/v1/streams/shop/metrics/flow_time",
    }
    schema = Problem.model_json_schema()
    content = {"application/problem+json": {"schema": schema, "example": example}}
    return {"description": description, "content": content}


COMMON: Responses = {
    304: {"description": "Nothing changed since the ETag that `If-None-Match` names; no body."},
    422: problem_told(
        "The question can't be answered as asked", "interval: one of day, week, month, quarter", 422
    ),
    503: problem_told("The database can't be used", "the database failed (no answer): ..", 503),
}
UNKEPT: Responses = {status: told for status, told in COMMON.items() if status != 304}
"""Of what is told anew each time: it has no ETag."""
BUSY: Responses = {
    409: problem_told("Not now", "gitlab is being read; erase again when that is over, ..", 409)
}
_MISSING = problem_told(
    "Not found", 'there is no value stream "shop"; known: checkout, search', 404
)


def answers(model: type[BaseModel], *, named: bool = False, example: object = None) -> Responses:
    """The 200 of a route, and where something is `named` in its path or as a filter, the 404."""
    found: dict[str, Any] = {
        "model": model,
        "description": (inspect.getdoc(model) or "").partition("\n")[0],
    }
    if example is not None:
        found["content"] = {"application/json": {"example": example}}
    return {200: found, 404: _MISSING} if named else {200: found}


REFUSED: Responses = {
    400: problem_told("Not readable", "the body is not JSON: ..", 400),
    401: problem_told("Not known", "the source, or the secret or signature .. is not known", 401),
    413: problem_told("Too large", "at most 25 MB are taken at once", 413),
    415: problem_told("Of the wrong type", "send application/json", 415),
    422: problem_told("Refused", "subject.content.environment.id: is missing", 422),
    503: COMMON[503],
}


NO_SOURCE: Responses = {404: problem_told("Not found", 'no source of kind "events" ..', 404)}


def accepts(model: type[BaseModel], *, again: str) -> Responses:
    """The answers of a route that takes something in; `again` says what a repetition gets."""
    told = (inspect.getdoc(model) or "").partition("\n")[0]
    return {
        202: {"model": model, "description": told},
        200: {"model": model, "description": again},
        **REFUSED,
    }


NOT_KNOWN: Responses = {404: problem_told("Not found", "there is no verdict 7; GET ..", 404)}
_FROM_PEOPLE: Responses = {
    **{status: REFUSED[status] for status in (400, 413, 415, 422, 503)},
    403: problem_told("Refused", "a page of another site may not write here", 403),
    **NOT_KNOWN,
}


def accepts_from_people(model: type[BaseModel], *, again: str, example: object = None) -> Responses:
    """The answers of a route that takes in what people say: nobody needs a secret for that."""
    told = accepts(model, again=again)
    shown = {"content": {"application/json": {"example": example}}} if example is not None else {}
    return {202: told[202] | shown, 200: told[200] | shown, **_FROM_PEOPLE}


def answers_to_people(model: type[BaseModel]) -> Responses:
    """The answers of a route that is sent a question too long for an address, and keeps nothing."""
    refused = {status: told for status, told in _FROM_PEOPLE.items() if status != 404}
    return {200: answers(model)[200], **refused}


def makes(
    model: type[BaseModel], *, example: object, status: int = 201, named: bool = False
) -> Responses:
    """The answers of a route that makes something new, or ends what is `named`."""
    refused = {one: told for one, told in _FROM_PEOPLE.items() if named or one != 404}
    if named:  # it is sent no body
        refused = {one: told for one, told in refused.items() if one not in (400, 413, 415)}
    return {status: answers(model, example=example)[200], **refused}

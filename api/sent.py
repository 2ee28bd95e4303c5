"""What a page of ours or a program sends as JSON, read into its model."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from api.access import account_in
from api.bodies import body_of
from api.own_pages import require_json, require_own_page
from core.accounts import Account
from core.errors import FieldError
from pipeline.hooks import payload_of

Given = TypeVar("Given", bound=BaseModel)


async def sent(request: Request, model: type[Given], *, limit: int) -> Given:
    """The body as `model`; `FieldError` names the first field that is wrong, never its value.

    `DeliveryError` for a page of another site, for what is no JSON object, and past the limit.
    """
    require_own_page(request)
    require_json(request)
    payload = payload_of(await body_of(request, limit=limit))
    try:
        return model.model_validate(_signed(payload, model, account_in(request)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise FieldError(where[:200], first["msg"][:200]) from error


def _signed(payload: Any, model: type[BaseModel], account: Account | None) -> Any:
    """Where people sign in, `who` is who did so: it may be left out, and be no other."""
    if account is None or "who" not in model.model_fields or not isinstance(payload, dict):
        return payload
    if payload.get("who") not in (None, "", account.name):
        raise FieldError("who", f"you are {account.name} here: leave it out")
    return {**payload, "who": account.name}


def described(model: type[BaseModel], description: str, example: object) -> dict[str, Any]:
    """What the OpenAPI document says of such a body."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "description": description, "content": content}}

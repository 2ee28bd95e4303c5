"""CloudEvents over HTTP, structured, binary and in batches, with a CDEvent inside.

The binding: https://github.com/cdevents/spec/blob/main/cloudevents-binding.md
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

import orjson

from connectors.cdevents import Event, agreeing, event_of
from core.errors import DeliveryError, FieldError
from core.fields import Given

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
_JSON: Final = "application/json"
_AT_MOST: Final = 1_000


def events_of(headers: Mapping[str, str], body: bytes) -> list[Event]:
    """The events of a request, each whole and valid.

    headers: names in lower case. `DeliveryError` where the body can't be read at all (400, 415),
    `FieldError` with the failing field, of a batch with its place: `[3].data.context.id`.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == BATCH:
        return _batch(_json(body))
    if kind == STRUCTURED:
        return [_structured(Given(_json(body)))]
    if kind != _JSON and not (kind.startswith("application/") and kind.endswith("+json")):
        raise DeliveryError(f"send {STRUCTURED}, {BATCH} or {_JSON}", status=415)
    payload = _json(body)
    if "ce-specversion" in headers or "ce-id" in headers:
        return [_binary(headers, payload)]
    if isinstance(payload, dict) and "context" in payload:
        return [event_of(payload)]
    return [_structured(Given(payload))]


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DeliveryError(f"the body is not JSON: {str(error)[:200]}") from error


def _batch(payload: Any) -> list[Event]:
    if not isinstance(payload, list):
        raise FieldError("the body", "of a batch must be a list")
    if len(payload) > _AT_MOST:
        raise FieldError("the body", f"has more than {_AT_MOST} events; send several batches")
    return [_structured(Given(one, f"[{place}]")) for place, one in enumerate(payload)]


def _structured(given: Given) -> Event:
    given.object()
    inside = given.get("data")
    if inside.value is None and given.get("data_base64").value is not None:
        inside = _decoded(given.get("data_base64"))
    if inside.value is None:
        raise inside.wrong("is missing: the whole CDEvent belongs here")
    event = event_of(inside.value, inside.path)
    _agree(event, given.get)
    return event


def _decoded(given: Given) -> Given:
    try:
        return Given(orjson.loads(base64.b64decode(given.text(), validate=True)), given.path)
    except (binascii.Error, ValueError) as error:
        raise given.wrong("is not JSON in base64") from error


def _binary(headers: Mapping[str, str], payload: Any) -> Event:
    def header(name: str) -> Given:
        value = headers.get(f"ce-{name}")
        return Given(None if value is None else unquote(value), f"ce-{name}")

    event = event_of(payload)
    _agree(event, header)
    return event


def _agree(event: Event, attribute: Callable[[str], Given]) -> None:
    """Attributes that are required must be there and be those of the event."""
    version = attribute("specversion")
    if version.name() != "1.0":
        raise version.wrong("must be 1.0")
    for name in ("id", "type", "source"):
        attribute(name).name()
    told = event.payload["context"]
    agreeing(attribute("id"), event.id)
    agreeing(attribute("type"), told["type"].strip())
    agreeing(attribute("source"), event.source)
    agreeing(attribute("subject"), event.thing)

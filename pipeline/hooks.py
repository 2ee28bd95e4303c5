"""Takes in the webhooks of the sources: verifies them and notes what is to be read again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson
import structlog

from connectors.hook_signatures import By, Delivery, Verify, entirely, github, promising
from connectors.hooks import HOOKS, Hook
from connectors.hooks_told import Told
from core.errors import DeliveryError, UnverifiedError
from core.settings import Settings
from core.source_settings import AnySource
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.parsing import MISSHAPEN
from store import hooks
from store.hooks import NotedHint
from store.sources import SourceRow, ensure_sources

log = structlog.get_logger()
_NOBODY = (secrets.token_urlsafe(32),)  # for sources that do not exist: the same work is done
_IDS_AT_MOST = 100
_TOO_LONG = 500
_FORMS = ("application/x-www-form-urlencoded", "multipart/")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery. `reason` says why it was ignored."""

    status: Literal["noted", "duplicate", "ignored"]
    event: str
    hints: int = 0
    reason: str = ""


def take_hook(settings: Settings, database: Database, name: str, delivery: Delivery) -> Taken:
    """Verify a delivery and note its hints; nothing of its payload is believed.

    `UnverifiedError` alike for a source that does not exist, one without `hooks`, and a secret or
    signature that does not fit. `DeliveryError` for a body that is not the vendor's JSON.
    """
    source, hook = verified(settings, name, delivery)
    told = _told(hook, delivery)
    event = told.event if told.event.isprintable() else "odd"
    hints = list(_noted(told))
    with database.writing() as session:
        row = SourceRow(source.name, source.kind, source.url)
        source_id = ensure_sources(session, [row])[source.name]
        now = now_ts()
        if not hooks.take_delivery(
            session, source_id, hook.id_of(delivery), event=event, now_ts=now
        ):
            return Taken("duplicate", event)
        hooks.note(session, source_id, hints, now_ts=now)
    if told.ignored:
        return Taken("ignored", event, reason=told.ignored)
    return Taken("noted", event, len(hints))


def expect_hook(settings: Settings, name: str, delivery: Delivery) -> None:
    """`UnverifiedError` where no body could make the delivery one of this source."""
    verified(settings, name, delivery, by=promising)


def verified(
    settings: Settings, name: str, delivery: Delivery, *, by: By = entirely
) -> tuple[AnySource, Hook]:
    """The source of this name, if the delivery comes from it; else `UnverifiedError`."""
    source = next((one for one in settings.sources if one.name == name), None)
    hook = HOOKS.get(source.kind) if source is not None else None
    verify: Verify = hook.verify if hook is not None else github
    known = source.hooks.secrets if source is not None and source.hooks is not None else ()
    opening = [secret.get_secret_value() for secret in known] if hook is not None else []
    fits = by(verify, delivery, opening or _NOBODY, now_ts())
    by_path = bool(delivery.path_secret)
    if source is None or hook is None or not opening or not fits or (by_path and not hook.by_path):
        raise UnverifiedError("the source, the secret or the signature is not known here")
    return source, hook


def _told(hook: Hook, delivery: Delivery) -> Told:
    if delivery.header("content-type").startswith(_FORMS):
        raise DeliveryError(
            "choose application/json as the content type of the webhook", status=415
        )
    payload = payload_of(delivery.body)
    try:
        return hook.read(hook.event_of(delivery), payload)
    except MISSHAPEN as error:
        raise DeliveryError(
            f"this is not a webhook of this kind of source: {_short(error)}"
        ) from error


def payload_of(body: bytes) -> Mapping[str, Any]:
    """The JSON object of a body; `DeliveryError` for anything else."""
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DeliveryError(f"the body is not JSON: {str(error)[:200]}") from error
    if not isinstance(payload, dict):
        raise DeliveryError("the body is not a JSON object")
    return payload


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _noted(told: Told) -> list[NotedHint]:
    """A row for each id; where an id is odd or there are very many, the scope is due as a whole."""
    rows: list[NotedHint] = []
    for hint in told.hints:
        names = (hint.stream, hint.scope, *hint.ids)
        plain = all(name.isprintable() and len(name) <= _TOO_LONG for name in names)
        if not plain:
            raise DeliveryError("an id in this webhook is not an id")
        ids = hint.ids if 0 < len(hint.ids) <= _IDS_AT_MOST else ("",)
        rows += [NotedHint(hint.stream, hint.scope, id) for id in ids]
    return rows

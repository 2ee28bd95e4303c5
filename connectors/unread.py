"""Details that a source refuses to tell: what was stored of them stays, and is asked for again."""

from __future__ import annotations

from typing import Any

from connectors.stream import UNREAD, Payload


def keep_details(stored: Payload, payload: Payload) -> None:
    """Hand on the details that were read once, for `complete` to fall back on: a `kept`."""
    if "_details" in stored:
        payload["_details"] = stored["_details"]


def details_of(payload: Payload, **parts: Any) -> Payload:
    """The details of a payload. A part that is None was refused: it stays as it was handed on, None
    if it was never told, and is named under `UNREAD`.
    """
    before = payload.get("_details") or {}
    refused = [name for name, part in parts.items() if part is None]
    told = {name: before.get(name) if part is None else part for name, part in parts.items()}
    return {**told, **({UNREAD: refused} if refused else {})}

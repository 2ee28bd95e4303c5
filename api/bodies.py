"""Reads what is sent to us, up to a limit that holds whatever the sender says of its size."""

from __future__ import annotations

from fastapi import Request
from starlette.requests import ClientDisconnect

from core.errors import DeliveryError

LIMIT = 25 * 1024 * 1024


async def body_of(request: Request, *, limit: int = LIMIT, instead: str = "") -> bytes:
    """The raw body; `DeliveryError` with status 413 as soon as it passes the limit, which tells
    what to do `instead`.
    """
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:18]) > limit:
        raise _too_large(limit, instead)
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise _too_large(limit, instead)
            parts.append(part)
    except ClientDisconnect as error:
        raise DeliveryError("the body ended early") from error
    return b"".join(parts)


def _too_large(limit: int, instead: str) -> DeliveryError:
    size = f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit // 1024} KB"
    told = f"at most {size} are taken at once"
    return DeliveryError(f"{told}; {instead}" if instead else told, status=413)

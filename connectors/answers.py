"""How much of an answer is taken: whoever answers decides neither our memory nor our time."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from core.errors import SourceAnswerError, SourceUnavailableError

LARGEST = 256 * 1024**2
"""Bytes of an answer once it is unpacked; the lists of very large tools have some 20 MB."""
LONGEST_S = 900.0
_PACKED = ("gzip", "deflate")
ACCEPT = ", ".join(_PACKED)
"""What may be packed how: of others a few bytes can become gigabytes in one step."""


def read_whole(
    response: httpx.Response,
    *,
    largest: int = LARGEST,
    clock: Callable[[], float] = time.monotonic,
) -> httpx.Response:
    """The same answer with its body read and unpacked.

    `SourceAnswerError` where it is larger, or packed otherwise than was asked for;
    `SourceUnavailableError` where it comes by drops.
    """
    path, until = response.request.url.path, clock() + LONGEST_S
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("", "identity", *_PACKED):
        response.close()
        raise SourceAnswerError(f"{path}: packed as nobody asked for; check `url` and proxies")
    parts, size = [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > largest:
            response.close()
            raise SourceAnswerError(
                f"{path}: larger than {largest // 1024**2} MB, no tool answers that; check `url`"
            )
        if clock() > until:
            response.close()
            raise SourceUnavailableError(
                f"{path}: not whole after {LONGEST_S / 60:.0f} minutes; the next run tries again"
            )
    kept = [(name, told) for name, told in response.headers.raw if name.lower() not in _OF_THE_WAY]
    return httpx.Response(
        response.status_code,
        headers=kept,
        content=b"".join(parts),
        request=response.request,
        extensions=response.extensions,
    )


_OF_THE_WAY = (b"content-encoding", b"content-length", b"transfer-encoding")

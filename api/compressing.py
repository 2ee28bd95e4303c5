"""Which encoding of an answer a client takes, and the answer in it."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import Final

import zstandard

LEAST: Final = 2_000
"""Bytes: shorter ones are not worth it."""
_ENCODINGS: Final = ("zstd", "gzip")


@lru_cache(maxsize=256)
def chosen(accepted: str) -> str:
    """The better one of those that `Accept-Encoding` takes; "" for none of ours."""
    taken: dict[str, bool] = {}
    for part in accepted.lower().split(","):
        name, *parameters = (one.strip() for one in part.split(";"))
        taken[name] = not any(_is_none(one) for one in parameters)
    fallback = taken.get("*", False)
    return next((one for one in _ENCODINGS if taken.get(one, fallback)), "")


def compressed(body: bytes, encoding: str) -> bytes:
    """The body in an encoding that `chosen` gave."""
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=6).compress(body)
    return gzip.compress(body, compresslevel=6, mtime=0)


def _is_none(parameter: str) -> bool:
    """Whether it is a weight of zero, with which an encoding is refused."""
    name, _, weight = parameter.partition("=")
    return name == "q" and weight.strip("0.") == ""

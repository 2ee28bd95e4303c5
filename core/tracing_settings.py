"""Typed settings of `[tracing]`: where spans are sent, and how many."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, field_validator

from core.access_settings import safe_parts
from core.source_settings import Model


def _header(name: str) -> str:
    if not name.isascii() or not name.replace("-", "").isalnum():
        raise ValueError("a name of a header: letters, digits and -")
    return name.lower()


HeaderName = Annotated[str, AfterValidator(_header)]


class Tracing(Model):
    """`endpoint`: where OTLP over HTTP is taken, whole: https, or http on this machine; empty: no
    spans are made. `headers` are secrets. `sample`: the share of traces that are sent.
    """

    endpoint: str = ""
    headers: dict[HeaderName, SecretStr] = Field(default={}, max_length=20)
    sample: float = Field(default=1.0, ge=0, le=1)
    service: str = Field(default="headwater", min_length=1, max_length=100)

    @field_validator("endpoint")
    @classmethod
    def _safe_endpoint(cls, address: str) -> str:
        parts = safe_parts(address) if address else None
        if address and (parts is None or parts.query or parts.fragment or parts.path in ("", "/")):
            raise ValueError(
                "write the whole address: https://collector.example/v1/traces; http only on this"
                " machine, as http://127.0.0.1:4318/v1/traces"
            )
        return address

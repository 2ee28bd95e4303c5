"""The shapes of tokens: what is sent to make one, and what is told of them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import Shape, Time


class TokenGiven(BaseModel):
    """A token to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        max_length=64,
        description="Who or what uses it: lower case letters, digits, dots, - and _.",
        examples=["grafana"],
    )
    role: Literal["viewer", "analyst", "admin"] = Field(
        default="viewer", description="What it may do."
    )
    streams: list[str] = Field(
        default_factory=list,
        max_length=200,
        description="The only value streams that it reads, by `name`; empty for all.",
    )
    expires: str = Field(
        default="365d",
        max_length=20,
        description='When it ends: "90d", "12h", "52w", at most "3650d", or "never".',
        examples=["90d"],
    )


class TokenRow(Shape):
    """A token, without anything of its secret."""

    id: int
    name: str
    role: Literal["viewer", "analyst", "admin"]
    streams: list[str] = Field(description="The only ones that it may read; empty for all.")
    state: Literal["counts", "expired", "revoked"]
    created_by: str
    created_at: Time
    expires_at: Time | None = Field(description="Null for one that does not end by itself.")
    revoked_at: Time | None
    last_used_at: Time | None = Field(description="To the hour; null for never.")


class TokenMade(TokenRow):
    """A new token with its secret, which is told this once and stored nowhere."""

    secret: str = Field(description="What is sent: `Authorization: Bearer hw_..`.")

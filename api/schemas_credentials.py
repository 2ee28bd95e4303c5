"""The shape of what is known of a source's credentials."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape, Time


class SecretRow(Shape):
    """One secret of a source: where it comes from and how it lies there."""

    part: str = Field(description="As the configuration has it: `auth.token`, `hooks.secrets[0]`.")
    origin: str = Field(alias="from", description="`file:NAME` (without its folder) or `env:NAME`.")
    changed_at: Time = Field(description="When its file was written last; null where not known.")
    age_d: float | None
    readable_by_others: bool | None = Field(
        description="Whether the file may be read by more than its owner."
    )
    reason: str | None = Field(description="Why something is null.")


class CredentialsBody(Shape):
    """How a source signs in, and what should be done about its secrets."""

    name: str
    kind: str
    sent_as: Literal["nothing", "basic", "bearer", "private token", "oauth client"]
    account: str | None = Field(description="Who we are there; null before the first good read.")
    in_clear: bool = Field(description="Sent without encryption to another machine.")
    secrets: list[SecretRow]
    rights: list[str] | None = Field(description="What the token may do; null: not told.")
    expires_at: Time
    reason: str | None = Field(description="Why `rights` and `expires_at` are null.")
    findings: list[str] = Field(description="What to do, in words; empty where nothing is.")

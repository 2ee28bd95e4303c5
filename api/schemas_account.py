"""The shapes of who asks, and of who did what."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.schemas import Shape, Time


class AccountBody(Shape):
    """Who asks, and what they may do."""

    mode: Literal["none", "tokens", "oidc"] = Field(
        description="`none`: whoever reaches the server may all, and names are taken as given."
    )
    account: str | None = Field(
        description="As what this account says stands under its name; null where nobody signs in."
    )
    role: Literal["viewer", "analyst", "admin"] | None
    streams: list[str] = Field(description="The only ones that it may read; empty for all.")
    may_write: bool = Field(description="Whether it may say something that is kept.")
    may_see_audit_log: bool
    by_cookie: bool = Field(description="Whether a browser is signed in, which can be signed out.")
    ends_at: Time | None = Field(description="When it has to sign in again, or the token expires.")


class AuditRow(Shape):
    """A line of the audit log; none is taken away, or changed but where a person is erased."""

    id: int
    at: Time
    who: str | None = Field(
        description="The account; null where nobody was recognised. On the server's own command"
        " line the account of the machine."
    )
    action: str = Field(
        description="signed_in, signed_out, refused, wrote, token_created, token_revoked, ended"
        " (sign-ins of an account, by an admin) or person_erased (it does not say who)."
    )
    subject: str = Field(description="The method and address, or the account that it was done to.")
    detail: dict[str, Any] = Field(
        description="What else is known: `role`, `status`, `from` where a sign-in came from, `why`"
        " of a refusal."
    )

"""Typed settings of `[auth]`: who may come in, and as what."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from core.accounts import ROLES, Role
from core.source_settings import Duration, Model

_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=30)
_MOST = 100_000
Group = Annotated[str, Field(min_length=1, max_length=500)]


def _origin(address: str) -> str:
    """A site as browsers name it in `Origin`: they write no path, no capitals, and no port where
    it is the usual one.
    """
    parts = safe_parts(address)
    host, port = (parts.hostname or "", parts.port) if parts else ("", None)
    usual = {"https": 443, "http": 80}[parts.scheme] if parts else 0
    around = f"[{host}]" if ":" in host else host
    place = around if port in (None, usual) else f"{around}:{port}"
    if (
        parts is None
        or not address.isascii()
        or "*" in host
        or address != f"{parts.scheme}://{place}"
    ):
        raise ValueError(
            "write one site as browsers do: https://dashboards.acme.example, in small letters,"
            " without a path, without * and without the usual port; http only on this machine"
        )
    return address


Origin = Annotated[str, AfterValidator(_origin)]


class RoleGroups(Model):
    """Which groups of the identity provider have which role; who is in several has the highest."""

    viewer: tuple[Group, ...] = ()
    analyst: tuple[Group, ...] = ()
    admin: tuple[Group, ...] = ()

    def role_of(self, groups: frozenset[str]) -> Role | None:
        """The highest role of these groups, None for none."""
        own = {"viewer": self.viewer, "analyst": self.analyst, "admin": self.admin}
        return next((role for role in reversed(ROLES) if groups & set(own[role])), None)


class Oidc(Model):
    """An OpenID Connect provider. `claim`: where it tells groups, with dots into tables; `account`:
    the claim that names a person. `default_role` is for whoever is in none of the groups.
    `end_session`: signing out here ends the session at the provider, too.
    """

    issuer: str
    client_id: str = Field(min_length=1, max_length=500)
    client_secret: SecretStr | None = None
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    claim: str = Field(default="groups", min_length=1, max_length=200)
    account: str = Field(default="email", min_length=1, max_length=200)
    roles: RoleGroups = RoleGroups()
    default_role: Role | None = None
    end_session: bool = False

    @field_validator("issuer")
    @classmethod
    def _safe_issuer(cls, address: str) -> str:
        parts = safe_parts(address)
        if parts is None or parts.query or parts.fragment:
            raise ValueError("write the address as the provider has it: https://id.example/realm")
        return address

    @field_validator("scopes")
    @classmethod
    def _openid(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in scopes:
            raise ValueError('"openid" must be among them')
        return scopes

    @model_validator(mode="after")
    def _somebody_may_come_in(self) -> Self:
        if self.default_role is None and not any(getattr(self.roles, role) for role in ROLES):
            raise ValueError(
                'nobody could come in: give roles = { viewer = ["a group"] }, or a default_role'
            )
        return self


class Authentication(Model):
    """`public_url` is the address by which browsers reach the server, needed beyond this machine
    and for OIDC. `session` is how long a sign-in lasts; `requests_per_minute` is for each account.
    """

    mode: Literal["none", "tokens", "oidc"] = "none"
    public_url: str = ""
    session: Duration = timedelta(hours=12)
    requests_per_minute: int = Field(default=1200, ge=10, le=_MOST)
    oidc: Oidc | None = None

    @field_validator("public_url")
    @classmethod
    def _safe_address(cls, address: str) -> str:
        if not address:
            return address
        parts = safe_parts(address)
        if parts is None or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError(
                "write https://headwater.acme.example, without a path; http only on this machine"
            )
        return address.rstrip("/")

    @field_validator("session")
    @classmethod
    def _neither_short_nor_endless(cls, length: timedelta) -> timedelta:
        if not _SHORTEST <= length <= _LONGEST:
            raise ValueError('from "5m" to "30d"')
        return length

    @model_validator(mode="after")
    def _fits_its_mode(self) -> Self:
        if self.mode == "oidc" and self.oidc is None:
            raise ValueError('mode "oidc" needs [auth.oidc] with issuer, client_id and roles')
        if self.mode == "oidc" and not self.public_url:
            raise ValueError('mode "oidc" needs public_url: the provider sends people back to it')
        if self.mode != "oidc" and self.oidc is not None:
            raise ValueError('[auth.oidc] is read with mode = "oidc" only')
        return self


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def safe_parts(address: str) -> SplitResult | None:
    """The parts of an https address, or of an http one on this machine; None for all else."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    plain = not any(letter.isspace() or not letter.isprintable() for letter in address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    return parts if plain and host and safe and "@" not in parts.netloc else None

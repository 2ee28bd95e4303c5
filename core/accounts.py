"""Who asks: an account, its role, and of which streams it may see anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Role = Literal["viewer", "analyst", "admin"]
"""Each may all that those before it may: look; say something that is kept; see who did what."""
ROLES: Final[tuple[Role, ...]] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Account:
    """Who was recognised. Never joined to what people did in the tools.

    name: a person as the identity provider calls them, or "token:" and a token's name.
    streams: the only value streams that it may read; empty for all.
    by_cookie: a browser sends it by itself, so that other sites could make it do so.
    ends_ts: when it has to prove itself again, None for never.
    """

    name: str
    role: Role
    streams: frozenset[str] = frozenset()
    by_cookie: bool = False
    ends_ts: int | None = None

    def may(self, role: Role) -> bool:
        """Whether its role is this one or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)

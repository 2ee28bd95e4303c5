"""People as GitLab tells of them: accounts by username, authors of commits by their address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.people import person
from core.records import Person


def account(user: Mapping[str, Any] | None, bots: Sequence[str]) -> Person | None:
    """An account by its username. GitLab tells an e-mail only where its owner shows it."""
    user = user or {}
    return person(
        user.get("username"),
        bots=bots,
        email=user.get("email") or user.get("public_email"),
        username=user.get("username"),
        name=user.get("name"),
        app=user.get("bot") is True,
    )


def author(email: str | None, name: str | None, bots: Sequence[str]) -> Person | None:
    """Who wrote a commit: git knows an address and a name, and no account."""
    return person(email.lower() if email else name, bots=bots, email=email, name=name)

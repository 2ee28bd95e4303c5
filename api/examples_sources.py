"""An answer about credentials as it looks, for the OpenAPI document."""

from __future__ import annotations

from typing import Any, Final

CREDENTIALS: Final[dict[str, Any]] = {
    "name": "gitlab",
    "kind": "gitlab",
    "sent_as": "private token",
    "account": "headwater",
    "in_clear": False,
    "secrets": [
        {
            "part": "auth.token",
            "from": "file:gitlab-token",
            "changed_at": "2025-09-01T08:00:00Z",
            "age_d": 445.9,
            "readable_by_others": True,
            "reason": None,
        }
    ],
    "rights": None,
    "expires_at": None,
    "reason": "Headwater asks no tool for the rights and the end of its token: compare them with"
    " the page of the connector, which lists what is needed",
    "findings": [
        "others on this machine may read gitlab-token (auth.token): chmod 600 gitlab-token",
        "auth.token is 446 days old: renew it at the tool",
    ],
}

AGAIN: Final[dict[str, Any]] = {"name": "shop/web"}
WAITING: Final[dict[str, Any]] = {"source": "gitlab", "name": "shop/web", "state": "waiting"}

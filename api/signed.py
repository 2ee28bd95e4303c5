"""What only somebody who signed in may do, also where everybody is let in."""

from __future__ import annotations

from typing import Final

from fastapi import Request

from api.access import account_in
from api.deps import Served
from core.accounts import Account
from core.errors import DeliveryError

FRESH: Final = {"cache-control": "no-store"}
"""Of answers that nobody on the way may keep."""


def require_signed_in(served: Served, request: Request, command: str) -> Account:
    """Who asks. Where nobody signs in, whoever reaches the port could do it: `DeliveryError` (403)
    names the command that does the same on the server.
    """
    account = account_in(request)
    if account is None or served.settings.auth.mode == "none":
        raise DeliveryError(
            "nobody signs in here, so anybody could ask for this: set [auth] mode in"
            f" headwater.toml, or do it on the server itself: {command}",
            status=403,
        )
    return account

"""Examples of who asks, and of who did what."""

from __future__ import annotations

from typing import Any, Final

ACCOUNT: Final[dict[str, Any]] = {
    "mode": "oidc",
    "account": "anna@acme.example",
    "role": "analyst",
    "streams": [],
    "may_write": True,
    "may_see_audit_log": False,
    "by_cookie": True,
    "ends_at": "2026-11-22T18:00:00Z",
}
AUDIT: Final[dict[str, Any]] = {
    "items": [
        {
            "id": 41,
            "at": "2026-11-22T06:12:00Z",
            "who": "anna@acme.example",
            "action": "wrote",
            "subject": "POST /v1/verdicts",
            "detail": {"role": "analyst", "status": 202},
        }
    ],
    "next": "41",
}

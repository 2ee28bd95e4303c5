"""What answers to polls look like, for the documentation."""

from __future__ import annotations

from typing import Any, Final

CHANGES: Final[dict[str, Any]] = {
    "cursor": "WzEsNDIxMDcseyJjaGVja291dCI6MTc2Mzg3OTQ4MX0sey4uLn1d",
    "streams": ["checkout"],
    "services": True,
    "sources": ["gitlab", "jira"],
    "definitions": False,
    "entered": False,
    "items": [
        {"key": "SHOP-12", "stream": "checkout", "what": "changed", "at": "2026-11-21T05:58:11Z"},
        {"key": "SHOP-409", "stream": "checkout", "what": "new", "at": "2026-11-21T05:58:11Z"},
    ],
    "reason": None,
}
NEWS: Final = (
    "event: news\n"
    "retry: 15000\n"
    'data: {"version":"5f0c2e9ab81d7740","facts":"91b2d4a07c55e83f",'
    '"sources":[{"name":"jira","state":"syncing","message":null,"watermark_at":"2026-11-21T05:58:11Z","late":false,"history":null}]}\n\n'
)

"""Examples of erasing a person."""

from __future__ import annotations

from typing import Any, Final

ERASURE: Final[dict[str, Any]] = {"person": "anna@acme.example", "also": [], "dry_run": True}
ERASED: Final[dict[str, Any]] = {
    "erased": False,
    "accounts": [{"source": "gitlab", "accounts": 2}, {"source": "jira", "accounts": 1}],
    "words": 4,
    "changed": [{"table": "person", "rows": 3}, {"table": "raw_record", "rows": 59}],
    "sign_ins_ended": 1,
    "tokens": [],
    "teams": ["web"],
    "shared_words": 0,
    "stays_in": [],
    "scrubbed": None,
    "hints": ["take the person out of [[teams]] of headwater.toml: the file itself is not changed"],
}

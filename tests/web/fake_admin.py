"""The audit log and how sources sign in, by hand: two tokens, one of them revoked, one person."""

from __future__ import annotations

from typing import Any

from tests.web.fake_envelopes import Answer

ADMIN: Answer = {
    "mode": "oidc", "account": "anna@acme.example", "role": "admin", "streams": [],
    "may_write": True, "may_see_audit_log": True, "by_cookie": True, "ends_at": None,
}  # fmt: skip
VIEWER: Answer = ADMIN | {
    "account": "vic@acme.example", "role": "viewer", "may_write": False, "may_see_audit_log": False,
}  # fmt: skip
LOG = "/v1/audit-log"


def _line(number: int, at: str, who: str | None, action: str, subject: str, **told: Any) -> Answer:
    day, _, time = at.partition(" ")
    return {
        "id": number, "at": f"2026-{day}T{time}:00Z", "who": who, "action": action,
        "subject": subject, "detail": told,
    }  # fmt: skip


CAME = _line(
    9, "11-20 06:12", "anna@acme.example", "signed_in", "anna@acme.example", role="admin",
    **{"from": "10.0.0.7", "until": "2026-11-20T18:12:00Z"},
)  # fmt: skip
REFUSED = _line(
    8, "11-19 10:00", "token:wall", "refused", "GET /v1/audit-log",
    why="token:wall is a viewer, and this needs the role admin", **{"from": "10.0.0.9"},
)  # fmt: skip
REVOKED = _line(7, "11-18 10:00", "root", "token_revoked", "token:old")
WROTE = _line(
    6, "11-17 08:30", "anna@acme.example", "wrote", "POST /v1/verdicts", role="admin", status=202
)
WALL = _line(
    5, "11-16 09:00", "root", "token_created", "token:wall", role="viewer", streams=["checkout"],
    expires_at="2126-11-16T09:00:00Z",
)  # fmt: skip
OLD = _line(
    4, "06-01 09:00", "root", "token_created", "token:old", role="admin", streams=[],
    expires_at=None,
)  # fmt: skip
LINES = [CAME, REFUSED, REVOKED, WROTE, WALL, OLD]


def token(number: int, name: str, **more: Any) -> Answer:
    base: Answer = {
        "id": number, "name": name, "role": "viewer", "streams": [], "state": "counts",
        "created_by": "root", "created_at": "2026-11-16T09:00:00Z",
        "expires_at": "2126-11-16T09:00:00Z", "revoked_at": None, "last_used_at": None,
    }  # fmt: skip
    return base | more


TOKENS = [
    token(5, "wall", streams=["checkout"], last_used_at="2026-11-19T10:00:00Z"),
    token(
        4, "old", role="admin", state="revoked", created_at="2026-06-01T09:00:00Z",
        expires_at=None, revoked_at="2026-11-18T10:00:00Z",
    ),
]  # fmt: skip
MADE = token(6, "grafana") | {"secret": "hw_" + "Q7" * 24 + "x"}
ERASURE: Answer = {
    "erased": False, "accounts": [{"source": "gitlab", "accounts": 2}], "words": 4,
    "changed": [{"table": "person", "rows": 2}, {"table": "raw_record", "rows": 540}],
    "sign_ins_ended": 1, "tokens": ["anna-bi"], "teams": ["web"], "shared_words": 0,
    "stays_in": [{"where": "repository.path", "words": 1}], "scrubbed": None,
    "hints": ["take the person out of [[teams]] of headwater.toml: the file is not changed"],
}  # fmt: skip


def listed(*lines: Answer, following: str | None = None) -> Answer:
    return {"items": list(lines), "next": following}


def credentials(name: str, **more: Any) -> Answer:
    secret = {
        "part": "auth.token", "from": f"file:{name}-token", "changed_at": "2025-09-01T08:00:00Z",
        "age_d": 445.9, "readable_by_others": False, "reason": None,
    }  # fmt: skip
    base: Answer = {
        "name": name, "kind": name, "sent_as": "private token", "account": f"{name}-reader",
        "in_clear": False, "secrets": [secret], "rights": None, "expires_at": None,
        "reason": "Headwater asks no tool for the rights of its token", "findings": [],
    }  # fmt: skip
    return base | more


def answers() -> dict[str, Answer]:
    """By address, as the API gives them."""
    told = {
        f"/v1/sources/{name}/credentials": credentials(name) for name in ("jira", "snow", "jenkins")
    }
    old = "auth.token is 446 days old: renew it at the tool"
    return {
        **told,
        "/v1/sources/gitlab/credentials": credentials("gitlab", findings=[old]),
        LOG: listed(*LINES, following="4"),
        "/v1/tokens": listed(*TOKENS),
        f"{LOG}?action=signed_in&limit=500": listed(CAME),
        f"{LOG}?action=refused&limit=500": listed(REFUSED),
    }

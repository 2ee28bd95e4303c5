"""How tools write accounts into their payloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

NAMES: Final = frozenset(
    [
        "login",
        "username",
        "user_name",
        "accountId",
        "key",
        "name",
        "displayName",
        "display_name",
        "emailAddress",
        "email",
        "public_email",
        "commit_email",
        "identity",
    ]
)
_ONE_ACCOUNT: Final = ("login", "username", "accountId", "emailAddress", "identity")
_ONE_OF_TWO: Final = (("name", "email"), ("key", "displayName"))
PERSON_FIELDS: Final = frozenset(
    [
        "who",
        "owner",
        "account",
        "assignee",
        "reporter",
        "creator",
        "person",
        "actor",
        "author_name",
        "author_email",
        "committer_name",
        "committer_email",
        "authorName",
        "authorEmail",
    ]
)
PAIRS: Final = (("author_name", "author_email"), ("committer_name", "committer_email"))
MOVES: Final = ("from", "to", "fromString", "toString")


def is_account(value: Mapping[str, Any]) -> bool:
    """Whether an object tells of one account, as tools write them."""
    return any(name in value for name in _ONE_ACCOUNT) or any(
        a in value and b in value for a, b in _ONE_OF_TWO
    )


def is_assignment(value: Mapping[str, Any]) -> bool:
    return "assignee" in (value.get("field"), value.get("fieldId"))

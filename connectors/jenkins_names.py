"""Full names of Jenkins' jobs: their paths, the patterns that they fit, and the ids of builds."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from connectors.stream import Scope


def job_path(full_name: str) -> str:
    """The path of a job below the base URL; the `%2F` in a branch job's name is encoded again."""
    return "/".join(f"job/{quote(part, safe='')}" for part in full_name.split("/"))


def lasting_id(scope: Scope) -> str:
    """The id that a job keeps under other names: the first full name that it had."""
    return str(scope.payload.get("_identity") or scope.id)


def build_id(scope: Scope, number: object) -> str:
    """The id of a build: its job's lasting id, and its number."""
    return f"{lasting_id(scope)}#{number}"


def matches(pattern: str, full_name: str) -> bool:
    """Whether a job's full name fits: `*` and `?` stay inside one folder, `**` crosses folders."""
    return _compiled(pattern).fullmatch(full_name) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    tokens = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(tokens.get(part, re.escape(part)) for part in parts))

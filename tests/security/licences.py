"""The licences of what is shipped, as each package tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
FREE = frozenset({
    "Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "Zlib", "CC0-1.0",
    "PSF-2.0", "Python-2.0",
})  # fmt: skip
"""What may be shipped with an Apache-2.0 product as it is."""
WITH_A_NOTICE = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only",
                 "certifi": "MPL-2.0", "orjson": "MPL-2.0"}  # fmt: skip
"""What may be shipped unchanged beside it, and is named in NOTICE."""
_OLD = {
    "MIT License": "MIT", "BSD License": "BSD-3-Clause", "ISC License (ISCL)": "ISC",
    "Apache Software License": "Apache-2.0", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "ISC License": "ISC",
}  # fmt: skip


def locked(lock: str = "requirements.txt") -> Iterator[tuple[str, str]]:
    """Name and version of each package of a lock."""
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", line):
            yield match[1], match[2]


def licence_of(package: str) -> str:
    """An SPDX expression; "" where the package tells none."""
    told = metadata.metadata(package)
    if expression := told.get("License-Expression"):
        return str(expression)
    classified = [
        _OLD.get(one.rpartition(" :: ")[2], "")
        for one in told.get_all("Classifier") or ()
        if one.startswith("License :: ")
    ]
    if classified:
        return " OR ".join(classified) if all(classified) else ""
    plain = str(told.get("License") or "").strip()
    return _OLD.get(plain, plain) if len(plain) < 40 else ""


def fits(package: str, expression: str) -> bool:
    """Whether one of the alternatives consists of licences that may be shipped."""
    allowed = FREE | {WITH_A_NOTICE.get(package, "MIT")}
    flat = expression.replace("(", " ").replace(")", " ")
    if "(" in expression:  # A AND (B OR C): each part must have an alternative
        parts = re.findall(r"\([^()]*\)|[^\s()]+", expression)
        return all(fits(package, part.strip("()")) for part in parts if part not in ("AND", "OR"))
    return any(
        all(one.strip() in allowed for one in choice.split(" AND "))
        for choice in flat.split(" OR ")
    )

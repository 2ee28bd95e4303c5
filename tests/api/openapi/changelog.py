"""Which breaking changes CHANGELOG.md tells."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEAD = "### Breaking changes of the API"


def untold(lines: Sequence[str], changelog: str) -> list[str]:
    """Those of the lines that stand in no list of breaking changes of what is not released yet."""
    newest = changelog.partition("\n## ")[2].partition("\n## ")[0]
    listed = newest.partition(_HEAD)[2].partition("\n#")[0]
    told = set(re.findall(r"^- `([^`]+)`", listed, re.MULTILINE))
    return [line for line in lines if line not in told]

"""What docs/security.md says is proved somewhere, and its table of rights is the one that holds."""

from __future__ import annotations

import re
from pathlib import Path

from tests.security.test_roles import WRITTEN_BY_THE_API

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_is_there() -> None:
    named = set(re.findall(r"`(tests/[\w/.]+)`", PAGE))
    assert len(named) > 15
    assert [one for one in sorted(named) if not (ROOT / one).exists()] == []


def test_the_rights_of_the_api_are_those_that_are_tested() -> None:
    part = PAGE.partition("What a process that only answers must write:")[2].partition(
        "\n\nPushed"
    )[0]
    told = {}
    for tables, rights in re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", part, re.MULTILINE):
        for table in re.findall(r"`(\w+)`", tables):
            told[table] = rights
    assert set(told) == set(WRITTEN_BY_THE_API)
    for table, rights in WRITTEN_BY_THE_API.items():
        for right in rights:
            assert right.split()[0].lower() in told[table], table

"""Bots are told by patterns in which brackets mean themselves."""

from __future__ import annotations

import pytest

from connectors.people import person

BOTS = ("*[bot]", "renovate*", "dependabot*")


@pytest.mark.parametrize(
    ("identity", "name", "bot"),
    [
        ("release[bot]", None, True),
        ("rob", "Rob", False),
        ("x@example.com", "Renovate Runner", True),
        ("1@noreply.example", "dependabot[bot]", True),
        ("carlo", "Carlo Abbot", False),
    ],
)
def test_a_bot_is_found_by_identity_or_name(identity: str, name: str | None, bot: bool) -> None:
    found = person(identity, name, bots=BOTS)
    assert found is not None
    assert (found.identity, found.bot) == (identity, bot)


def test_nobody_is_none() -> None:
    assert person("", "No Account", bots=BOTS) is None
